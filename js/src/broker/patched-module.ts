// The client's module, and the functions and texts that it leaves out -> the broker's module.

const CODE_SECTION = 10;
const DATA_SECTION = 11;
const HEADER_SIZE = 8;

/** `patch` is what scripts/split-module.mjs makes. */
export function patched(client: Uint8Array, patch: Uint8Array): Uint8Array<ArrayBuffer> {
  const from = new Reader(client, HEADER_SIZE);
  from.skipTo(CODE_SECTION);
  const begin = from.at++;
  from.unsigned();
  const code = new Writer(client.length + patch.length);
  const count = from.unsigned();
  code.unsigned(count);
  const own = new Reader(patch, 0);
  for (let left = count; left > 0; ) {
    const kept = own.unsigned();
    const others = own.unsigned();
    left -= kept + others;
    for (let body = 0; body < kept; ++body) code.body(from.body());
    for (let body = 0; body < others; ++body) {
      from.body();
      code.body(own.body());
    }
  }
  const whole = new Writer(client.length + patch.length);
  whole.put(client.subarray(0, begin + 1));
  whole.body(code.bytes);
  whole.put(client.subarray(from.at));
  from.skipTo(DATA_SECTION);
  ++from.at;
  from.unsigned();
  // What the code has more of lies in front of the data.
  let at = from.at - client.length + whole.bytes.length;
  while (own.at < patch.length) {
    at += own.unsigned();
    const text = own.body();
    whole.bytes.set(text, at);
    at += text.length;
  }
  return whole.bytes;
}

class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** From the id of a section to that of the one that is sought. */
  skipTo(section: number): void {
    while (this.#bytes[this.at] !== section) {
      ++this.at;
      this.body();
    }
  }

  body(): Uint8Array {
    const length = this.unsigned();
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

class Writer {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  unsigned(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Behind its size. */
  body(bytes: Uint8Array): void {
    this.unsigned(bytes.length);
    this.put(bytes);
  }
}
