// A Server Reference of MQTT 5.0 -> the addresses that it names.
import type { ServerAddress } from '../api/client-options.ts';

/**
 * `name`, `name:port` or `[address]:port`, several of them with blanks between them [MQTT5 4.13]; what is none of these
 * is passed over.
 */
export function readServerReference(reference: string): ServerAddress[] {
  return reference.split(' ').flatMap((written) => {
    const [, address, name, digits] = /^(?:\[([\w:.%-]+)\]|([^\s:/?#@\\[\]]+))(?::(\d{1,5}))?$/.exec(written) ?? [];
    const host = address ?? name;
    const port = Number(digits ?? 0);
    if (host === undefined || port > 65_535) return [];
    return [{ host, ...(port > 0 && { port }) }];
  });
}
