// The servers of a client: which one an attempt goes to, by the option `servers` and by what servers say (5.0).
import type { CompleteOptions, ServerAddress } from '../api/client-options.ts';
import { Reason } from '../generated/reason-codes.ts';
import { readServerReference } from './server-reference.ts';

export class ServerList {
  readonly #options: CompleteOptions;
  #attempts = 0;
  // Where a server sent this client for a time: each address for one attempt.
  #elsewhere: ServerAddress[] = [];

  constructor(options: CompleteOptions) {
    this.#options = options;
  }

  /** Where the next attempt goes; undefined if the options name a single server. */
  next(): ServerAddress | undefined {
    const servers = this.#options.servers ?? [];
    return this.#elsewhere.shift() ?? servers[this.#attempts++ % Math.max(servers.length, 1)];
  }

  /** Takes a Server Reference, if the application wants that; answers whether the next attempt goes where it says. */
  follow(reasonCode: number, reference: string | undefined): boolean {
    const isSent = reasonCode === Reason.UseAnotherServer || reasonCode === Reason.ServerMoved;
    if (!isSent || reference === undefined || !this.#options.followServerReference) return false;
    const addresses = readServerReference(reference);
    if (addresses.length === 0 || this.#options.reconnectPeriod === 0) return false;
    if (reasonCode === Reason.ServerMoved) this.#options.servers = addresses;
    this.#elsewhere = [...addresses];
    return true;
  }

  /** A server took the client: the addresses that are left are not tried any more. */
  accepted(): void {
    this.#elsewhere = [];
  }
}
