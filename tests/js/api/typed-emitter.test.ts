// TypedEmitter: what Node's emitter does with listeners that come, go, throw or call once.
import { describe, expect, it } from '@jest/globals';

import { TypedEmitter } from '../../../js/src/api/typed-emitter.ts';

interface Events {
  value: [value: number];
  nothing: [];
}

function emitter(): { emitter: TypedEmitter<Events>; calls: string[]; log: (name: string) => (value: number) => void } {
  const calls: string[] = [];
  return { emitter: new TypedEmitter<Events>(), calls, log: (name) => (value) => calls.push(`${name} ${value}`) };
}

describe('TypedEmitter', () => {
  it('calls listeners in the order in which they came, prepended ones first', () => {
    const { emitter: it, calls, log } = emitter();
    it.on('value', log('a'))
      .on('value', log('b'))
      .prependListener('value', log('c'))
      .prependOnceListener('value', log('d'));
    expect(it.emit('value', 1)).toBe(true);
    it.emit('value', 2);
    expect(calls).toEqual(['d 1', 'c 1', 'a 1', 'b 1', 'c 2', 'a 2', 'b 2']);
  });

  it('answers whether anybody listened', () => {
    expect(emitter().emitter.emit('nothing')).toBe(false);
  });

  it('calls a once() listener once, even when it emits again', () => {
    const { emitter: it, calls, log } = emitter();
    it.once('value', (value) => {
      log('once')(value);
      it.emit('value', value + 1);
    });
    it.emit('value', 1);
    expect(calls).toEqual(['once 1']);
  });

  it('removes the last of equal listeners, one at a time', () => {
    const { emitter: it, calls, log } = emitter();
    const listener = log('a');
    it.on('value', listener).on('value', log('b')).on('value', listener).off('value', listener).emit('value', 1);
    expect(calls).toEqual(['a 1', 'b 1']);
    it.removeListener('value', listener).removeListener('value', listener);
    expect(it.listenerCount('value')).toBe(1);
  });

  it('goes on with the listeners that an emit() began with', () => {
    const { emitter: it, calls, log } = emitter();
    const second = log('second');
    it.on('value', () => it.off('value', second).on('value', log('late'))).on('value', second);
    it.emit('value', 1);
    expect(calls).toEqual(['second 1']);
    it.emit('value', 2);
    expect(calls).toEqual(['second 1', 'late 2']);
  });

  it('removes all listeners of one event, or of all', () => {
    const { emitter: it, log } = emitter();
    it.on('value', log('a')).on('nothing', () => undefined);
    expect(it.eventNames()).toEqual(['value', 'nothing']);
    expect(it.removeAllListeners('value').eventNames()).toEqual(['nothing']);
    expect(it.removeAllListeners().eventNames()).toEqual([]);
  });

  it('leaves an exception of a listener to the caller of emit()', () => {
    const { emitter: it } = emitter();
    it.on('nothing', () => {
      throw new Error('mine');
    });
    expect(() => it.emit('nothing')).toThrow('mine');
  });
});
