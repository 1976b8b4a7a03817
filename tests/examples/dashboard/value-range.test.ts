import { describe, expect, it } from '@jest/globals';
import { valueRange } from '../../../examples/dashboard/src/value-range.ts';

describe('valueRange', () => {
  it('begins at zero when the values reach near it', () => {
    expect(valueRange(1, 9.7)).toEqual([0, 10]);
    expect(valueRange(-9.7, -1)).toEqual([-10, 0]);
  });

  it('stays close to values that are far from zero', () => {
    expect(valueRange(1009, 1016)).toEqual([1008, 1016]);
  });

  it('holds values of both signs', () => {
    expect(valueRange(-3, 4)).toEqual([-4, 4]);
  });

  it('makes room around values that are all the same', () => {
    expect(valueRange(0, 0)).toEqual([0, 1]);
    const [low, high] = valueRange(50, 50);
    expect(low).toBeLessThan(50);
    expect(high).toBeGreaterThan(50);
  });

  it('shows percentages from 0 to 100, unless they are beyond', () => {
    expect(valueRange(40, 41, '%')).toEqual([0, 100]);
    expect(valueRange(10, 180, '%')).toEqual([0, 200]);
  });

  it('has an answer when there is no value', () => {
    expect(valueRange(null, null)).toEqual([0, 1]);
  });
});
