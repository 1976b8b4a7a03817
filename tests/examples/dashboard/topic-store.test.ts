import { describe, expect, it } from '@jest/globals';
import { statusOf, TopicStore } from '../../../examples/dashboard/src/topic-store.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('TopicStore', () => {
  it('hands over the latest message of each topic, once', () => {
    const store = new TopicStore({ maxTopics: 10 });
    store.receive('a/b', bytes('1'), false);
    store.receive('a/c', bytes('x'), true);
    store.receive('a/b', bytes('2'), false);
    expect(store.takeChanged()).toMatchObject([
      { name: 'a/b', group: 'a', leaf: 'b', reading: { kind: 'number', value: 2 }, retained: false },
      { name: 'a/c', group: 'a', leaf: 'c', reading: { kind: 'text', text: 'x' }, retained: true },
    ]);
    expect(store.takeChanged()).toEqual([]);
    store.receive('a/c', bytes('y'), false);
    expect(store.takeChanged()).toMatchObject([{ name: 'a/c', reading: { text: 'y' }, retained: false }]);
  });

  it('keeps the topics it has and tells that more arrive when there are too many', () => {
    const store = new TopicStore({ maxTopics: 2 });
    for (const topic of ['a', 'b', 'c', 'a']) store.receive(topic, bytes(topic), false);
    expect(store.takeChanged().map(({ name }) => name)).toEqual(['a', 'b']);
    expect(store.size).toBe(2);
    expect(store.isOverflowing).toBe(true);
  });

  it('sorts by group, numbers by value', () => {
    const store = new TopicStore({ maxTopics: 10 });
    for (const topic of ['cpu/core10', 'a/b/c', 'cpu/core2', 'a/z', 'cpu']) store.receive(topic, bytes('1'), false);
    expect(store.sorted().map(({ name }) => name)).toEqual(['a/z', 'a/b/c', 'cpu', 'cpu/core2', 'cpu/core10']);
  });

  it('splits topics with empty levels', () => {
    const store = new TopicStore({ maxTopics: 10 });
    store.receive('/x', bytes('1'), false);
    store.receive('x/', bytes('1'), false);
    expect(store.takeChanged()).toMatchObject([
      { group: '', leaf: 'x' },
      { group: 'x', leaf: '' },
    ]);
  });

  it('takes a status topic for the state of all that is beside and below it', () => {
    const store = new TopicStore({ maxTopics: 10 });
    store.receive('machine/a/status', bytes('offline'), true);
    store.takeChanged();
    expect(store.isOffline('machine/a')).toBe(true);
    expect(store.isOffline('machine/a/cpu')).toBe(true);
    expect(store.isOffline('machine/ab')).toBe(false);
    expect(store.isOffline('machine')).toBe(false);
    store.receive('machine/a/status', bytes('online'), true);
    store.takeChanged();
    expect(store.isOffline('machine/a/cpu')).toBe(false);
  });
});

describe('statusOf', () => {
  it('knows online and offline in any case, and nothing else', () => {
    expect(statusOf({ kind: 'text', text: 'Online' })).toBe('online');
    expect(statusOf({ kind: 'text', text: 'OFFLINE' })).toBe('offline');
    expect(statusOf({ kind: 'text', text: 'offline?' })).toBeUndefined();
    expect(statusOf({ kind: 'number', value: 1, text: '1' })).toBeUndefined();
  });
});
