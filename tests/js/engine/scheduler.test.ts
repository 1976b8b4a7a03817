import { expect, it } from '@jest/globals';

import { hostClock, postTask, Scheduler } from '../../../js/src/engine/scheduler.ts';
import { FakeClock } from './machines.ts';

function schedulerOn(clock: FakeClock): { scheduler: Scheduler; calls: number[] } {
  const calls: number[] = [];
  return { scheduler: new Scheduler(clock, () => calls.push(clock.time)), calls };
}

it('calls when the deadline has come', () => {
  const clock = new FakeClock();
  const { scheduler, calls } = schedulerOn(clock);
  scheduler.arm(clock.time + 50);
  clock.advance(49);
  expect(calls).toEqual([]);
  clock.advance(1);
  expect(calls).toEqual([1050]);
});

it('moves the timer for an earlier deadline, and leaves it for a later one', () => {
  const clock = new FakeClock();
  const { scheduler, calls } = schedulerOn(clock);
  scheduler.arm(clock.time + 50);
  scheduler.arm(clock.time + 20);
  scheduler.arm(clock.time + 90);
  expect(clock.delays).toEqual([50, 20]);
  clock.advance(20);
  expect(calls).toEqual([1020]);
});

it('forgets the timer when nothing is waited for', () => {
  const clock = new FakeClock();
  const { scheduler, calls } = schedulerOn(clock);
  scheduler.arm(clock.time + 50);
  scheduler.arm(Infinity);
  clock.advance(1000);
  expect(calls).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

it('never asks for a delay beyond what timers can count, nor for a negative one', () => {
  const clock = new FakeClock();
  const { scheduler } = schedulerOn(clock);
  scheduler.arm(clock.time + 1e13);
  scheduler.arm(clock.time - 5);
  expect(clock.delays).toEqual([2 ** 31 - 1, 0]);
});

it('takes time from a clock that never goes back', () => {
  const first = hostClock.now();
  expect(hostClock.now()).toBeGreaterThanOrEqual(first);
});

it('posts tasks behind those that wait', async () => {
  const order: string[] = [];
  postTask(() => order.push('posted'));
  queueMicrotask(() => order.push('microtask'));
  await new Promise<void>((resolve) => postTask(resolve));
  expect(order).toEqual(['microtask', 'posted']);
});
