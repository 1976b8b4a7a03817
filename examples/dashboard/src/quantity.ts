// Turns the name of a series and a number into what a reader expects: `received_bytes_per_second` 1536000 is "received", "1.54 MB/s".

export interface Quantity {
  label: string;
  /** '' where the name tells none. */
  unit: string;
}

// Names that end in a unit's name, as many devices and exporters call their fields. The longest ending comes first.
const UNITS: ReadonlyArray<readonly [ending: string, unit: string]> = [
  ['bytes_per_second', 'B/s'],
  ['per_second', '/s'],
  ['milliseconds', 'ms'],
  ['celsius', '°C'],
  ['percent', '%'],
  ['seconds', 's'],
  ['bytes', 'B'],
];

export function quantityOf(name: string): Quantity {
  for (const [ending, unit] of UNITS) {
    if (name === ending) return { label: words(name), unit };
    if (name.endsWith(`_${ending}`)) return { label: words(name.slice(0, -ending.length - 1)), unit };
  }
  return { label: words(name), unit: '' };
}

function words(name: string): string {
  return name.replaceAll('_', ' ');
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const;
// Up to here a number without a unit is easier to read in full than with a prefix.
const READABLE_IN_FULL = 100_000;
const MINUS = '\u2212';

/** At most about eight characters, whatever the number. */
export function formatQuantity(value: number, unit = ''): string {
  const magnitude = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  const inFull = unit.startsWith('B') ? 1000 : READABLE_IN_FULL;
  if (magnitude !== 0 && (magnitude < 0.001 || magnitude >= 1e18)) {
    return join(sign + magnitude.toExponential(2).replace('-', MINUS), unit);
  }
  if (magnitude < inFull) return join(sign + digits(magnitude, unit === '' ? 5 : 4), unit);
  const power = Math.min(Math.floor(Math.log10(magnitude) / 3), PREFIXES.length - 1);
  const prefix = PREFIXES[power] ?? '';
  const scaled = digits(magnitude / 1000 ** power, 3);
  return unit === '' ? `${sign}${scaled}${prefix}` : `${sign}${scaled} ${prefix}${unit}`;
}

function digits(magnitude: number, significant: number): string {
  const rounded = Number(magnitude.toPrecision(significant));
  // toPrecision writes 12345 with three digits as 1.23e+4: whole numbers are shown whole.
  return magnitude >= 10 ** significant ? String(Math.round(magnitude)) : String(rounded);
}

function join(number: string, unit: string): string {
  if (unit === '') return number;
  return unit === '%' || unit === '/s' ? number + unit : `${number} ${unit}`;
}
