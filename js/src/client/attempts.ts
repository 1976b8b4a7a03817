// A client's attempts to connect: which server each goes to, and the credentials that the application gives for it.
import type { Awaitable } from '../api/awaitable.ts';
import type { Credentials, ServerAddress } from '../api/client-options.ts';
import { badCall } from '../api/errors.ts';
import type { Transport } from '../api/transport.ts';
import type { Attempt } from '../transport/attempt.ts';
import type { ClientConnection, ConnectionListener } from './client-connection.ts';
import type { Owner } from './owner.ts';
import { ServerList } from './server-list.ts';

/**
 * Opens a transport to `server`, or to the one that the client's options name by themselves; an exception, or a
 * rejection, ends the attempt.
 */
export type DialClient = (client: Owner, attempt: Attempt, server: ServerAddress | undefined) => Awaitable<Transport>;

export class Attempts {
  readonly servers: ServerList;
  readonly #client: Owner;
  readonly #connection: ClientConnection;
  readonly #dial: DialClient;
  #server: ServerAddress | undefined;

  constructor(client: Owner, connection: ClientConnection, dial: DialClient) {
    this.servers = new ServerList(client.options);
    this.#client = client;
    this.#connection = connection;
    this.#dial = dial;
  }

  /** The next attempt, to the server whose turn it is. */
  begin(listener: ConnectionListener): void {
    this.#server = this.servers.next();
    this.goOn(listener);
  }

  /** The same attempt once more, to the same server. */
  goOn(listener: ConnectionListener): void {
    this.#connection.open(listener, (attempt) => this.#open(attempt));
  }

  #open(attempt: Attempt): Awaitable<Transport> {
    const dial = (): Awaitable<Transport> => this.#dial(this.#client, attempt, this.#server);
    const { credentials } = this.#client.options;
    if (credentials === undefined) return dial();
    return attempt.after(credentials(this.#client), (answer) => {
      this.#useCredentials(answer);
      return dial();
    });
  }

  #useCredentials(answer: Credentials): void {
    if (typeof answer !== 'object' || answer === null) {
      throw badCall('credentials answered none: write credentials: () => ({ username: "...", password: "..." })');
    }
    this.#client.options.username = answer.username;
    this.#client.options.password = answer.password;
  }
}
