// The octets of a message as applications like them: a Uint8Array that also reads as text.

// U+FEFF at the beginning is a character like any other. [MQTT-1.5.4-3]
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

// Below this length a loop over ASCII is faster than a call of TextDecoder.
const shortText = 24;

/** Decodes UTF-8; short ASCII runs do not leave JavaScript. Ill-formed octets become U+FFFD. */
export function decodeText(octets: Uint8Array, begin: number, end: number): string {
  if (end - begin <= shortText) {
    let text = '';
    for (let at = begin; at < end; ++at) {
      const octet = octets[at]!;
      if (octet >= 0x80) return utf8.decode(octets.subarray(begin, end));
      text += String.fromCharCode(octet);
    }
    return text;
  }
  return utf8.decode(octets.subarray(begin, end));
}

/**
 * A message's payload: a view, often one of many on the same received frame. Keeping a payload keeps its frame alive;
 * `slice()` makes a copy that stands alone (and is a Payload too). `toString()` is the UTF-8 text, as apps written for Node's Buffer expect.
 */
export class Payload extends Uint8Array<ArrayBuffer> {
  // Consoles show it, minified or not. A getter, because V8 of Node 20 never optimises the constructor of a class that has a static field.
  static override get name(): string {
    return 'Payload';
  }

  override toString(): string {
    return decodeText(this, 0, this.length);
  }

  /** As Buffer.toJSON(). */
  toJSON(): { type: 'Buffer'; data: number[] } {
    return { type: 'Buffer', data: Array.from(this) };
  }
}
