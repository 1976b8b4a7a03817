import { expect, it } from '@jest/globals';
import { parseOptions } from '../../../examples/machine-device/options.js';

it('has a default for everything', () => {
  expect(parseOptions([], 'machine/desk')).toEqual({
    help: false,
    url: 'mqtt://127.0.0.1:1883',
    topic: 'machine/desk',
    interval: 100,
  });
});

it('takes all of it from the command line', () => {
  expect(parseOptions(['--url', 'mqtt://[::1]:1884', '--topic', 'x/y', '--interval=250'], 'z')).toEqual({
    help: false,
    url: 'mqtt://[::1]:1884',
    topic: 'x/y',
    interval: 250,
  });
});

it.each([
  [['--interval', 'often'], '--interval often'],
  [['--interval', '0'], 'from 10'],
  [['--url', 'localhost'], 'mqtt://127.0.0.1:1883'],
  [['--topic', 'a/#'], '--topic a/#'],
  [['--colour'], '--colour'],
])('refuses %j with a sentence that names it', (args, words) => {
  expect(() => parseOptions(args, 'z')).toThrow(words);
});
