import { expect, it } from '@jest/globals';
import { CounterWindow } from '../../../examples/machine-device/counter-window.js';

const counters = (value: number) => new Map([['eth0', { received: value }]]);

it('needs two samples', () => {
  expect(new CounterWindow(1000).add(0, counters(5))).toEqual([]);
});

it('tells the growth since the window began, however many samples are in it', () => {
  const window = new CounterWindow(1000);
  const growths = [];
  for (let at = 0; at <= 2000; at += 100) growths.push(...window.add(at, counters(at * 2)));
  expect(growths[0]).toEqual({ name: 'eth0', growth: { received: 200 }, elapsed: 100 });
  expect(growths.at(-1)).toEqual({ name: 'eth0', growth: { received: 2000 }, elapsed: 1000 });
});

it('compares with the sample before when samples are farther apart than the window is long', () => {
  const window = new CounterWindow(1000);
  window.add(0, counters(0));
  window.add(5000, counters(10));
  expect(window.add(10_000, counters(25))).toEqual([{ name: 'eth0', growth: { received: 15 }, elapsed: 5000 }]);
});

it('says nothing of a counter that is new or began anew', () => {
  const window = new CounterWindow(1000);
  window.add(0, counters(50));
  expect(window.add(100, new Map([['wlan0', { received: 1 }]]))).toEqual([]);
  expect(window.add(200, counters(3))).toEqual([]);
});
