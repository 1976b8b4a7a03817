// The bytes of a message as applications like them: a Uint8Array that also reads as text.

// U+FEFF at the beginning is a character like any other. [MQTT-1.5.4-3]
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

// Below this length a loop over ASCII is faster than a call of TextDecoder.
const shortText = 24;

/** Decodes UTF-8; short ASCII runs do not leave JavaScript. Ill-formed bytes become U+FFFD. */
export function decodeText(bytes: Uint8Array, begin: number, end: number): string {
  if (end - begin <= shortText) {
    let text = '';
    for (let at = begin; at < end; ++at) {
      const byte = bytes[at]!;
      if (byte >= 0x80) return utf8.decode(bytes.subarray(begin, end));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return utf8.decode(bytes.subarray(begin, end));
}

// Node's Buffer, where its types are known: in Node every payload is one (payload-in-node.ts).
type BufferIfKnown = typeof globalThis extends { Buffer: { allocUnsafe(size: number): infer NodeBuffer } }
  ? NodeBuffer
  : unknown;

/**
 * A message's payload: a view, often one of many on the same received frame. Keeping a payload keeps its frame alive;
 * `slice()` makes a copy that stands alone (and is a Payload too); with the option `copyPayloads` all are. `toString()` is the UTF-8 text, as apps written for Node's Buffer expect;
 * in Node it is a Buffer altogether.
 */
export type Payload = TextualBytes & BufferIfKnown;

class TextualBytes extends Uint8Array<ArrayBuffer> {
  // Consoles show it, minified or not. A getter, because V8 of Node 20 never optimises the constructor of a class that has a static field.
  static override get name(): string {
    return 'Payload';
  }

  /** @param encoding `'utf8'`, `'base64'`, `'hex'` or `'latin1'`, and the other names that Buffer has for them */
  override toString(encoding = 'utf8'): string {
    switch (encoding.toLowerCase()) {
      case 'utf8':
      case 'utf-8':
        return decodeText(this, 0, this.length);
      case 'base64':
        return btoa(latin1Of(this));
      case 'hex':
        return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('');
      case 'latin1':
      case 'binary':
        return latin1Of(this);
      default:
        throw new TypeError(`a payload's encodings are utf8, base64, hex and latin1, not ${encoding}`);
    }
  }

  /** As Buffer.toJSON(). */
  toJSON(): { type: 'Buffer'; data: number[] } {
    return { type: 'Buffer', data: Array.from(this) };
  }
}

// A function takes no more arguments than its stack has room for.
const bytesAtOnce = 8192;

function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += bytesAtOnce) {
    text += String.fromCharCode(...bytes.subarray(at, at + bytesAtOnce));
  }
  return text;
}

/** The payload, or a copy if it keeps memory alive of more than twice its size. */
export function ownPayload(payload: Payload): Payload {
  return payload.byteLength * 2 < payload.buffer.byteLength ? (payload.slice() as Payload) : payload;
}

export const Payload = TextualBytes as unknown as {
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): Payload;
  new (length: number): Payload;
  readonly prototype: Payload;
};
