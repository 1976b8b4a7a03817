import { describe, expect, it } from '@jest/globals';
import { MAX_TEXT, parseValue } from '../../../examples/dashboard/src/parse-value.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string) => parseValue(bytes(text));

describe('parseValue', () => {
  it.each([
    ['21.5', 21.5],
    ['-3', -3],
    ['+.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    [' 42\n', 42],
  ])('takes %j for a number', (text, value) => {
    expect(parse(text)).toEqual({ kind: 'number', value, text: text.trim() });
  });

  it.each(['', ' ', '21.5 °C', '0x10', 'Infinity', 'NaN', '1e999', '1,5', '.', 'true', '"21.5"'])(
    'takes %j for text',
    (text) => {
      expect(parse(text)).toEqual({ kind: 'text', text: text.trim() });
    },
  );

  it('names the numeric fields of a JSON object by their paths', () => {
    const json = '{"power": 12.5, "on": true, "name": "desk", "outlet": {"volts": 230, "amperes": [1, 2]}}';
    expect(parse(json)).toEqual({
      kind: 'fields',
      fields: [
        { name: 'power', value: 12.5 },
        { name: 'outlet.volts', value: 230 },
        { name: 'outlet.amperes.0', value: 1 },
        { name: 'outlet.amperes.1', value: 2 },
      ],
      text: json,
    });
  });

  it('bounds the fields of a JSON object in number and depth', () => {
    const wide = parse(
      JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, index]))),
    );
    expect(wide.kind === 'fields' && wide.fields.length).toBe(32);
    expect(parse('{"a":'.repeat(50) + '1' + '}'.repeat(50)).kind).toBe('text');
  });

  it.each(['{"a": ', '{"a": "b"}', '[]', 'null'])('takes %j, which holds no number, for text', (text) => {
    expect(parse(text).kind).toBe('text');
  });

  it('cuts long text', () => {
    expect(parse('x'.repeat(1000))).toEqual({ kind: 'text', text: `${'x'.repeat(MAX_TEXT)}…` });
  });

  it('reads only the beginning of a very long payload, even when that halves a character', () => {
    expect(parse('é'.repeat(20_000))).toEqual({ kind: 'text', text: `${'é'.repeat(MAX_TEXT)}…` });
    expect(parse(`x${'é'.repeat(20_000)}`).kind).toBe('text');
    // Cut digits would be another number.
    expect(parse('1'.repeat(20_000)).kind).toBe('text');
  });

  it('describes bytes that are no text', () => {
    expect(parseValue(Uint8Array.of(0xff, 0xfe))).toEqual({ kind: 'text', text: '2 bytes: ff fe' });
    expect(parseValue(Uint8Array.of(0))).toEqual({ kind: 'text', text: '1 byte: 00' });
    expect(parseValue(new Uint8Array(20))).toEqual({ kind: 'text', text: '20 bytes: 00 00 00 00 00 00 00 00 …' });
  });
});
