// The Wasm module as wasm/bindings.cpp makes it: the only place that knows its raw shape.

/** The machines of one instance: wasm/machines.h. */
export interface RawMachines {
  /** Makes room for a command block of so many octets and answers its address. */
  reserve(octets: number): number;
  /** Carries out the block's first `length` octets at the time `now` (milliseconds); the results are at results(). */
  step(length: number, now: number): void;
  /** The address of the StepResults, the same for ever. */
  results(): number;
}

export interface RawModule {
  readonly Machines: new () => RawMachines;
}

export interface ModuleArguments {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): WebAssembly.Exports | Record<string, never>;
}

export type ModuleFactory = (moduleArguments: ModuleArguments) => Promise<RawModule>;
