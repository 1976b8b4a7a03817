import { expect, it } from '@jest/globals';
import { MessageRate } from '../../../examples/dashboard/src/message-rate.ts';

it('tells the messages per second over the last second', () => {
  const rate = new MessageRate();
  expect(rate.perSecond(0)).toBe(0);
  const readings = [];
  for (let quarter = 1; quarter <= 12; quarter++) {
    rate.count(quarter <= 6 ? 250 : 0);
    readings.push(rate.perSecond(quarter / 4));
  }
  expect(readings).toEqual([1000, 1000, 1000, 1000, 1000, 1000, 750, 500, 250, 0, 0, 0]);
});
