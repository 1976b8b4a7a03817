// Turns the sorted topics and what the reader searches for into the rows of the list: a head for each group, its topics below.
import { formatQuantity, quantityOf } from './quantity.ts';
import type { TopicEntry } from './topic-store.ts';

const MAX_FIELDS_IN_LINE = 4;

export type Row = { kind: 'group'; name: string } | { kind: 'topic'; entry: TopicEntry };

/** `entries` sorted by group. A topic matches when its name holds each of the words, in any order and case. */
export function topicRows(entries: readonly TopicEntry[], search: string): Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const rows: Row[] = [];
  let group: string | undefined;
  for (const entry of entries) {
    const name = entry.name.toLowerCase();
    if (!words.every((word) => name.includes(word))) continue;
    if (entry.group !== group) {
      group = entry.group;
      rows.push({ kind: 'group', name: group });
    }
    rows.push({ kind: 'topic', entry });
  }
  return rows;
}

/** One line for what a topic said last. */
export function valueText({ leaf, reading }: TopicEntry): string {
  if (reading.kind === 'number') {
    const { unit } = quantityOf(leaf);
    // Without a unit to tell it by, a number is shown as it was sent.
    return unit === '' ? reading.text : formatQuantity(reading.value, unit);
  }
  if (reading.kind === 'text') return reading.text === '' ? '(empty)' : reading.text;
  const shown = reading.fields.slice(0, MAX_FIELDS_IN_LINE).map(({ name, value }) => {
    const { label, unit } = quantityOf(name);
    return `${label} ${formatQuantity(value, unit)}`;
  });
  return shown.join(' · ') + (reading.fields.length > shown.length ? ' …' : '');
}
