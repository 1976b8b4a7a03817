// What module.ts declares of the Wasm module, against what the C++ binds, by name and by number of arguments; and what a
// wrong call brings.
import { readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { instantiate } from '../../js/src/engine/load.ts';
import type { RawBrokerModule } from '../../js/src/engine/module.ts';
import { brokerModule } from '../js/engine/machines.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const declarations = read('js/src/engine/module.ts').replace(/\/\*\*[\s\S]*?\*\//g, '');
const bindings = read('wasm/bindings.cpp') + read('wasm/broker_bindings.cpp');

/** The members that an interface of module.ts declares, and for methods how many arguments they have. */
function declared(name: string): Map<string, number | undefined> {
  const body = new RegExp(`interface ${name}[^{]*\\{([^}]*)\\}`).exec(declarations)![1]!;
  const members = [...body.matchAll(/^ {2}(\w+)(\(([\s\S]*?)\): [\w<>]+)?[:;]/gm)];
  return new Map(
    members.map(([, member, method, parameters]) => [
      member!,
      method === undefined ? undefined : parameters!.split(',').filter((parameter) => parameter.trim() !== '').length,
    ]),
  );
}

/** The fields that the C++ gives a value object. */
function bound(name: string): string[] {
  const body = new RegExp(`value_object<[\\w:]+>\\("${name}"\\)([^;]*);`).exec(bindings)![1]!;
  return [...body.matchAll(/\.field\("(\w+)"/g)].map(([, field]) => field!);
}

let module: RawBrokerModule;

beforeAll(async () => {
  module = (await instantiate(brokerModule)) as RawBrokerModule;
  module.bindBroker();
});

describe('module.ts', () => {
  it.each([
    ['RawClientOptions', 'ClientOptions'],
    ['RawWill', 'Will'],
    ['RawConnect', 'Connect'],
    ['RawVerdict', 'Verdict'],
    ['RawBrokerStatistics', 'BrokerStatistics'],
  ])('declares in %s the fields that are bound', (declaration, value) => {
    expect([...declared(declaration).keys()].sort()).toEqual(bound(value).sort());
  });

  it('declares the functions that are bound, no more and no less', () => {
    const functions = [...bindings.matchAll(/function\("(\w+)"/g)].map(([, name]) => name!);
    const methods = [...declared('RawModule').keys(), ...declared('RawBrokerModule').keys()];
    expect(methods.sort()).toEqual(functions.sort());
    for (const name of functions) expect(typeof module[name as keyof RawBrokerModule]).toBe('function');
  });

  it('declares as many arguments of each as it takes', () => {
    const counts = new Map([...declared('RawModule'), ...declared('RawBrokerModule')]);
    const own = [...bindings.matchAll(/function\("(\w+)", &(\w+)\)/g)];
    expect(own.length).toBeGreaterThan(30);
    for (const [, name, definition] of own) {
      const parameters = new RegExp(`^\\w[\\w:]* ${definition}\\(([^)]*)\\) \\{$`, 'm').exec(bindings)![1]!;
      const count = parameters.split(',').filter((parameter) => parameter.trim() !== '').length;
      expect([name, counts.get(name!)]).toEqual([name, count]);
    }
  });

  it('has the options of a broker from their one declaration', () => {
    const entries = read('core/mqtt/broker/broker_options.inc').match(/^MQTT_BROKER_OPTION\(/gm)!;
    const options = module.defaultBrokerOptions();
    expect(Object.keys(options)).toHaveLength(entries.length + 1);
    expect(options).toMatchObject({ maximumPacketSize: 268_435_460, maximumQos: 2, statisticsInterval: 10_000 });
  });
});

describe('a value with named fields', () => {
  it('that misses one is a TypeError that names it', () => {
    const { connectTimeout, ...options } = module.defaultClientOptions();
    expect(connectTimeout).toBe(30_000);
    expect(() => module.createClient(0, options as never, false, false)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining('"connectTimeout"') }),
    );
  });

  it('takes Infinity for no limit', () => {
    const options = { ...module.defaultBrokerOptions(), maximumSubscriptions: Infinity };
    expect(() => module.createBroker(options, false, false)).not.toThrow();
  });
});
