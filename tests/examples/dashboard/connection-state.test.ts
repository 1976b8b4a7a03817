import { describe as suite, expect, it } from '@jest/globals';
import { announcementOf, ConnectionTracker, describe } from '../../../examples/dashboard/src/connection-state.ts';

suite('ConnectionTracker', () => {
  it('goes from connecting over connected and lost to reconnecting and back', () => {
    const tracker = new ConnectionTracker();
    expect(tracker.state).toEqual({ phase: 'connecting' });
    expect(tracker.apply({ kind: 'connect' })).toEqual({ phase: 'connected', problem: undefined });
    expect(tracker.apply({ kind: 'close', reason: '', retryAt: 5 })).toEqual({
      phase: 'lost',
      reason: 'the connection broke',
      retryAt: 5,
    });
    expect(tracker.apply({ kind: 'reconnect' })).toEqual({ phase: 'reconnecting', attempts: 1 });
    expect(tracker.apply({ kind: 'close', reason: '', retryAt: 9 })).toMatchObject({
      reason: 'the server is not reachable',
    });
    expect(tracker.apply({ kind: 'reconnect' })).toEqual({ phase: 'reconnecting', attempts: 2 });
    expect(tracker.apply({ kind: 'connect' })).toEqual({ phase: 'connected', problem: undefined });
    tracker.apply({ kind: 'close', reason: '', retryAt: 12 });
    expect(tracker.apply({ kind: 'reconnect' })).toEqual({ phase: 'reconnecting', attempts: 1 });
  });

  it('gives the error that led to the close as the reason, then the words of the close itself', () => {
    const tracker = new ConnectionTracker();
    tracker.apply({ kind: 'error', reason: 'Connection refused: Not authorized' });
    expect(tracker.apply({ kind: 'close', reason: 'bye', retryAt: undefined })).toMatchObject({
      reason: 'Connection refused: Not authorized',
    });
    expect(tracker.apply({ kind: 'close', reason: 'bye', retryAt: undefined })).toMatchObject({ reason: 'bye' });
  });

  it('tells why nothing will arrive when the subscription is refused', () => {
    const tracker = new ConnectionTracker();
    tracker.apply({ kind: 'connect' });
    expect(tracker.apply({ kind: 'refused', reason: 'not allowed' })).toEqual({
      phase: 'connected',
      problem: 'not allowed',
    });
    expect(describe(tracker.state, 0)).toEqual({ title: 'Connected', detail: 'not allowed' });
  });
});

suite('describe', () => {
  it('counts the seconds down', () => {
    const lost = { phase: 'lost', reason: 'the server is not reachable', retryAt: 3000 } as const;
    expect(describe(lost, 0).detail).toBe('The server is not reachable. Trying again in 3 s.');
    expect(describe(lost, 2001).detail).toBe('The server is not reachable. Trying again in 1 s.');
    expect(describe(lost, 3000).detail).toBe('The server is not reachable. Trying again.');
    expect(describe({ ...lost, retryAt: undefined }, 0).detail).toBe('The server is not reachable.');
  });
});

suite('announcementOf', () => {
  it('says the same for every attempt, so that a screen reader hears of a loss once', () => {
    const lost = announcementOf({ phase: 'lost', reason: 'x', retryAt: 1 });
    expect(announcementOf({ phase: 'reconnecting', attempts: 1 })).toBe(lost);
    expect(announcementOf({ phase: 'reconnecting', attempts: 2 })).toBe(lost);
  });
});
