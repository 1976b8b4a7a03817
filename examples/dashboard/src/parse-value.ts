// Turns the bytes of one message into what the page can show of them: a number, named numbers, or text.

export type Reading =
  | { kind: 'number'; value: number; text: string }
  /** The numeric fields of a JSON object or array; a nested field is named by its path: `outlet.power`. */
  | { kind: 'fields'; fields: Array<{ name: string; value: number }>; text: string }
  | { kind: 'text'; text: string };

/** Bytes that are looked at. What is longer is no reading of a sensor, and only its beginning is shown. */
const MAX_BYTES = 16_384;
/** Characters of text that are shown. */
export const MAX_TEXT = 200;
const MAX_FIELDS = 32;
const MAX_DEPTH = 4;

// Number() would take '', '0x10' and 'Infinity' too.
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function parseValue(payload: Uint8Array): Reading {
  if (payload.length === 0) return { kind: 'text', text: '' };
  const whole = payload.length <= MAX_BYTES;
  const text = decode(payload, whole);
  if (text === undefined || CONTROL_CHARACTERS.test(text)) return { kind: 'text', text: describeBinary(payload) };

  const trimmed = text.trim();
  if (whole && DECIMAL.test(trimmed)) {
    const value = Number(trimmed);
    if (Number.isFinite(value)) return { kind: 'number', value, text: cut(trimmed) };
  }
  if (whole && (trimmed.startsWith('{') || trimmed.startsWith('['))) {
    const fields = numericFields(trimmed);
    if (fields.length > 0) return { kind: 'fields', fields, text: cut(trimmed) };
  }
  return { kind: 'text', text: cut(trimmed) };
}

function decode(payload: Uint8Array, whole: boolean): string | undefined {
  try {
    if (whole) return utf8.decode(payload);
    // As a stream, so that a character which the limit halves is left out instead of being an error.
    return new TextDecoder('utf-8', { fatal: true }).decode(payload.subarray(0, MAX_BYTES), { stream: true });
  } catch {
    return undefined;
  }
}

function numericFields(json: string): Array<{ name: string; value: number }> {
  const fields: Array<{ name: string; value: number }> = [];
  const collect = (node: object, path: string, depth: number): void => {
    for (const [key, value] of Object.entries(node) as Array<[string, unknown]>) {
      if (fields.length === MAX_FIELDS) return;
      const name = path === '' ? key : `${path}.${key}`;
      if (typeof value === 'number' && Number.isFinite(value)) fields.push({ name, value });
      else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) collect(value, name, depth + 1);
    }
  };
  try {
    collect(JSON.parse(json) as object, '', 1);
  } catch {
    return [];
  }
  return fields;
}

function describeBinary(payload: Uint8Array): string {
  const start = Array.from(payload.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${payload.length} ${payload.length === 1 ? 'byte' : 'bytes'}: ${start}${payload.length > 8 ? ' …' : ''}`;
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
