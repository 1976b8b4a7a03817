import { describe, expect, it } from '@jest/globals';
import { formatQuantity, quantityOf } from '../../../examples/dashboard/src/quantity.ts';

describe('quantityOf', () => {
  it.each([
    ['received_bytes_per_second', 'received', 'B/s'],
    ['used_bytes', 'used', 'B'],
    ['messages_per_second', 'messages', '/s'],
    ['cpu_percent', 'cpu', '%'],
    ['room_celsius', 'room', '°C'],
    ['seconds', 'seconds', 's'],
    ['one_minute', 'one minute', ''],
    ['megabytes', 'megabytes', ''],
  ])('%s is labelled %j in %j', (name, label, unit) => {
    expect(quantityOf(name)).toEqual({ label, unit });
  });
});

describe('formatQuantity', () => {
  it.each([
    [0, '', '0'],
    [21.5, '', '21.5'],
    [-21.5, '', '\u221221.5'],
    [1013.25, '', '1013.3'],
    [99_999.4, '', '99999'],
    [1_234_567, '', '1.23M'],
    [0.0001234, '', '1.23e\u22124'],
    [12.34, '%', '12.34%'],
    [21.57, '°C', '21.57 °C'],
    [999, 'B', '999 B'],
    [1536, 'B/s', '1.54 kB/s'],
    [25_276_510_208, 'B', '25.3 GB'],
    [3e20, '', '3.00e+20'],
  ])('writes %d %j as %j', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text);
  });
});
