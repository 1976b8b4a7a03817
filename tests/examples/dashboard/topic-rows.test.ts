import { describe, expect, it } from '@jest/globals';
import { parseValue } from '../../../examples/dashboard/src/parse-value.ts';
import { topicRows, valueText } from '../../../examples/dashboard/src/topic-rows.ts';
import { TopicStore, type TopicEntry } from '../../../examples/dashboard/src/topic-store.ts';

function entries(...topics: string[]): TopicEntry[] {
  const store = new TopicStore({ maxTopics: 100 });
  for (const topic of topics) store.receive(topic, new Uint8Array(), false);
  return store.sorted();
}

const shown = (search: string, ...topics: string[]): string[] =>
  topicRows(entries(...topics), search).map((row) => (row.kind === 'group' ? `[${row.name}]` : row.entry.leaf));

describe('topicRows', () => {
  it('puts a head above the topics of each group', () => {
    expect(shown('', 'b/x', 'a/y', 'a/x', 'top')).toEqual(['[a]', 'x', 'y', '[b]', 'x', '[top]', 'top']);
  });

  it('finds topics that have all words in their names, in any order and case', () => {
    expect(shown(' CORE1  vm', 'machine/vm/cpu/core1', 'machine/vm/cpu/core2', 'machine/other/cpu/core1')).toEqual([
      '[machine/vm/cpu]',
      'core1',
    ]);
    expect(shown('nothing', 'a/b')).toEqual([]);
  });
});

describe('valueText', () => {
  const text = (leaf: string, payload: string): string => {
    const reading = parseValue(new TextEncoder().encode(payload));
    return valueText({ name: leaf, group: leaf, leaf, reading, retained: false });
  };

  it('shows a number as it was sent, unless its name tells the unit', () => {
    expect(text('b', '21.50')).toBe('21.50');
    expect(text('memory_total_bytes', '25276510208')).toBe('25.3 GB');
  });

  it('shows a JSON object as one line of its numbers', () => {
    expect(text('eth0', '{"received_bytes_per_second": 1500, "sent_bytes_per_second": 20}')).toBe(
      'received 1.5 kB/s · sent 20 B/s',
    );
    expect(text('many', '[1, 2, 3, 4, 5]')).toBe('0 1 · 1 2 · 2 3 · 3 4 …');
  });

  it('says so when a message is empty', () => {
    expect(text('cleared', '')).toBe('(empty)');
  });
});
