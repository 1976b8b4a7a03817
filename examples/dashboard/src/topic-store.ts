// Turns the stream of messages into the latest one of each topic, so that a frame's work depends on topics, not on messages.
import { parseValue, type Reading } from './parse-value.ts';

export type Status = 'online' | 'offline';

export interface TopicEntry {
  readonly name: string;
  /** Everything before the last level; the topic itself when it has one level. */
  readonly group: string;
  readonly leaf: string;
  /** Of the last message that takeChanged() has handed over. */
  reading: Reading;
  /** The publisher asked for the last message to be kept for those who come later. */
  retained: boolean;
}

interface Slot {
  entry: TopicEntry;
  /** Arrived since the last takeChanged(), not parsed yet. */
  waiting: Uint8Array | undefined;
  waitingRetained: boolean;
}

export class TopicStore {
  readonly #maxTopics: number;
  readonly #slots = new Map<string, Slot>();
  readonly #statuses = new Map<string, Status>();
  #changed: Slot[] = [];
  #isOverflowing = false;
  #addedCount = 0;

  constructor({ maxTopics }: { maxTopics: number }) {
    this.#maxTopics = maxTopics;
  }

  /** Called for each message: stores it and does nothing else. The payload must stay as it is until takeChanged(). */
  receive(topic: string, payload: Uint8Array, retained: boolean): void {
    let slot = this.#slots.get(topic);
    if (slot === undefined) {
      if (this.#slots.size >= this.#maxTopics) {
        this.#isOverflowing = true;
        return;
      }
      slot = this.#add(topic);
    }
    if (slot.waiting === undefined) this.#changed.push(slot);
    slot.waiting = payload;
    slot.waitingRetained = retained;
  }

  /** Called once a frame: the topics with news since the last call, their latest message parsed. */
  takeChanged(): TopicEntry[] {
    const changed = this.#changed;
    this.#changed = [];
    return changed.map((slot) => {
      const { entry } = slot;
      entry.reading = parseValue(slot.waiting ?? new Uint8Array());
      entry.retained = slot.waitingRetained;
      // Lets go of the frame that the payload is a view of.
      slot.waiting = undefined;
      this.#noteStatus(entry);
      return entry;
    });
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Grows with every topic that is added, so that a view sees whether its order is stale. */
  get addedCount(): number {
    return this.#addedCount;
  }

  /** A message was left out because its topic is one too many. */
  get isOverflowing(): boolean {
    return this.#isOverflowing;
  }

  /** By name, numbers in names by value: core2 comes before core10. */
  sorted(): TopicEntry[] {
    const entries = Array.from(this.#slots.values(), (slot) => slot.entry);
    return entries.sort((a, b) => compareNames(a.group, b.group) || compareNames(a.name, b.name));
  }

  /** Whether a status topic beside or above this group says `offline`: `machine/x/status` speaks for `machine/x/cpu`. */
  isOffline(group: string): boolean {
    for (const [scope, status] of this.#statuses) {
      if (status === 'offline' && (group === scope || group.startsWith(`${scope}/`))) return true;
    }
    return false;
  }

  #add(topic: string): Slot {
    const slash = topic.lastIndexOf('/');
    const entry: TopicEntry = {
      name: topic,
      group: slash < 0 ? topic : topic.slice(0, slash),
      leaf: slash < 0 ? topic : topic.slice(slash + 1),
      reading: { kind: 'text', text: '' },
      retained: false,
    };
    const slot: Slot = { entry, waiting: undefined, waitingRetained: false };
    this.#slots.set(topic, slot);
    this.#addedCount += 1;
    return slot;
  }

  #noteStatus(entry: TopicEntry): void {
    // A topic of one level has nothing beside it that it could speak for.
    if (entry.leaf === entry.name) return;
    const status = statusOf(entry.reading);
    if (status !== undefined) this.#statuses.set(entry.group, status);
  }
}

export function statusOf(reading: Reading): Status | undefined {
  if (reading.kind !== 'text' || reading.text.length > 7) return undefined;
  const text = reading.text.toLowerCase();
  return text === 'online' || text === 'offline' ? text : undefined;
}

const collator = new Intl.Collator('en', { numeric: true });

export function compareNames(a: string, b: string): number {
  return collator.compare(a, b);
}
