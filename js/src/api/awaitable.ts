// What an application may answer now, or promise.
export type Awaitable<Value> = Value | PromiseLike<Value>;

/** By its members, because it may come from another realm. */
export function isPromised<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return typeof (value as Partial<PromiseLike<Value>> | undefined | null)?.then === 'function';
}
