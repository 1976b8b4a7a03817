import { describe, expect, it } from '@jest/globals';

import { decodeText, Payload } from '../../../js/src/engine/payload.ts';

const payloadOf = (text: string): Payload => new Payload(new TextEncoder().encode(text).buffer);

describe('a payload', () => {
  it.each([
    '',
    'short',
    'x'.repeat(24),
    'x'.repeat(25),
    'é',
    'a long text with an umlaut at its end: ä',
    '😀'.repeat(100),
  ])('reads as the text %j', (text) => {
    expect(payloadOf(text).toString()).toBe(text);
    expect(`${payloadOf(text)}`).toBe(text);
  });

  it('reads as U+FFFD where it is no UTF-8', () => {
    expect(new Payload(Uint8Array.of(0x61, 0xff, 0x62).buffer).toString()).toBe('a\uFFFDb');
  });

  it('keeps a byte order mark, as Buffer does', () => {
    expect(new Payload(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61).buffer).toString()).toBe('\uFEFFa');
  });

  it('is bytes like any Uint8Array, and so are its parts', () => {
    const payload = payloadOf('payload');
    expect(payload).toBeInstanceOf(Uint8Array);
    expect(payload.length).toBe(7);
    expect([...payload.subarray(0, 3)]).toEqual([0x70, 0x61, 0x79]);
    expect(payload.slice(0, 3).toString()).toBe('pay');
    expect(Buffer.compare(Buffer.from(payload), Buffer.from('payload'))).toBe(0);
  });

  it.each(['utf8', 'UTF-8', 'base64', 'hex', 'latin1', 'binary'] as const)(
    'reads in %s as a Buffer does',
    (encoding) => {
      const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256);
      const payload = new Payload(bytes.buffer);
      expect(payload.toString(encoding as BufferEncoding)).toBe(
        Buffer.from(bytes).toString(encoding as BufferEncoding),
      );
      expect(new Payload(0).toString(encoding as BufferEncoding)).toBe('');
    },
  );

  it('says which encodings it has when it is asked for another', () => {
    expect(() => payloadOf('ab').toString('utf16le')).toThrow(
      new TypeError("a payload's encodings are utf8, base64, hex and latin1, not utf16le"),
    );
  });

  it('turns into JSON as a Buffer does', () => {
    expect(JSON.stringify(payloadOf('ab'))).toBe(JSON.stringify(Buffer.from('ab')));
  });

  it('is parsed as JSON by JSON.parse', () => {
    expect(JSON.parse(payloadOf('{"a":[1,2]}') as unknown as string)).toEqual({ a: [1, 2] });
  });
});

it('decodeText() decodes the named range alone', () => {
  const bytes = new TextEncoder().encode('xxxhéxxx');
  expect(decodeText(bytes, 3, 6)).toBe('hé');
  expect(decodeText(bytes, 3, 3)).toBe('');
});
