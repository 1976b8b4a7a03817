import { describe, expect, it } from '@jest/globals';
import { parseValue } from '../../../examples/dashboard/src/parse-value.ts';
import { SeriesStore, type SeriesLimits } from '../../../examples/dashboard/src/series-store.ts';
import type { TopicEntry } from '../../../examples/dashboard/src/topic-store.ts';

const LIMITS: SeriesLimits = { maxGroups: 10, maxSeriesInGroup: 8, maxPoints: 100, secondsBetweenPoints: 0.05 };

function entry(name: string, payload: string, retained = false): TopicEntry {
  const slash = name.lastIndexOf('/');
  const reading = parseValue(new TextEncoder().encode(payload));
  return { name, group: slash < 0 ? name : name.slice(0, slash), leaf: name.slice(slash + 1), reading, retained };
}

const groupsOf = (store: SeriesStore) => Array.from(store.groups);

describe('SeriesStore', () => {
  it('puts the numbers of sibling topics into one group', () => {
    const store = new SeriesStore(LIMITS);
    store.record(entry('room/temperature', '21.5'), 1);
    store.record(entry('room/humidity', '40'), 1);
    store.record(entry('room/temperature', '22'), 2);
    expect(groupsOf(store)).toMatchObject([
      {
        name: 'room',
        seriesNames: ['temperature', 'humidity'],
        times: [1, 2],
        columns: [
          [21.5, 22],
          [40, null],
        ],
        latest: [22, 40],
      },
    ]);
  });

  it('makes a group of a JSON object and ignores text', () => {
    const store = new SeriesStore(LIMITS);
    store.record(entry('meter', '{"volts": 230, "amperes": 2}'), 1);
    store.record(entry('note', 'hello'), 1);
    expect(groupsOf(store)).toMatchObject([
      { name: 'meter', seriesNames: ['volts', 'amperes'], columns: [[230], [2]] },
    ]);
  });

  it('lets readings in quick succession share a point', () => {
    const store = new SeriesStore(LIMITS);
    for (const [value, now] of [
      [1, 1],
      [2, 1.02],
      [3, 1.049],
      [4, 1.06],
    ])
      store.record(entry('a/b', String(value)), now ?? 0);
    expect(groupsOf(store)).toMatchObject([{ times: [1, 1.06], columns: [[3, 4]] }]);
  });

  it('holds a bounded number of points, the latest ones', () => {
    const store = new SeriesStore(LIMITS);
    for (let second = 0; second < 1000; second++) {
      store.record(entry('a/b', String(second)), second);
      if (second % 3 === 0) store.record(entry('a/c', String(second)), second);
    }
    const [group] = groupsOf(store);
    expect(group?.times.length).toBeLessThan(200);
    expect(group?.times.length).toBeGreaterThanOrEqual(100);
    expect(group?.columns.map((column) => column.length)).toEqual([group?.times.length, group?.times.length]);
    expect(group?.columns[0]?.at(-1)).toBe(999);
    expect(group?.times.at(-1)).toBe(999);
  });

  it('leaves out, and counts, the series that a full group has no room for', () => {
    const store = new SeriesStore({ ...LIMITS, maxSeriesInGroup: 2 });
    for (const leaf of ['a', 'b', 'c', 'd', 'c']) store.record(entry(`g/${leaf}`, '1'), 1);
    expect(groupsOf(store)).toMatchObject([{ seriesNames: ['a', 'b'], leftOut: new Set(['c', 'd']) }]);
  });

  it('leaves out the groups that there is no room for', () => {
    const store = new SeriesStore({ ...LIMITS, maxGroups: 1 });
    store.record(entry('a/x', '1'), 1);
    expect(store.isOverflowing).toBe(false);
    store.record(entry('b/x', '1'), 1);
    expect(store.isOverflowing).toBe(true);
    expect(store.size).toBe(1);
  });

  it('draws a retained number from its first change on', () => {
    const store = new SeriesStore(LIMITS);
    store.record(entry('a/total', '8', true), 1);
    store.record(entry('a/total', '8', true), 2);
    expect(store.size).toBe(0);
    store.record(entry('a/total', '9', true), 3);
    store.record(entry('a/total', '9', true), 4);
    expect(groupsOf(store)).toMatchObject([{ times: [3, 4], columns: [[9, 9]] }]);
  });
});
