// What an instance of a Wasm module exports: the only place that knows its raw shape, as wasm/exports.cpp makes it.

/** The machines of one instance, which live as long as it: wasm/machines.h. Addresses are offsets in linear memory. */
export interface RawMachines {
  readonly memory: WebAssembly.Memory;
  /** Makes room for a block of so many bytes and answers its address, good until the next call of reserve(). */
  reserve(bytes: number): number;
  /** Carries out the block's first `length` bytes at the time `now`; answers the next deadline, Infinity if there is none. Both in milliseconds. */
  step(length: number, now: number): number;
  /** The address of StepResults, the same for ever; its content is that of the last step. */
  results(): number;
  /** The address of doubles in the order of StatisticsField, as of now. */
  statistics(): number;
}
