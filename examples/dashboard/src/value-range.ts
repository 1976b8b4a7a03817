// Turns the least and greatest value in sight into the range of a value axis: round numbers, which therefore rarely move.

const STEPS = [1, 2, 2.5, 5, 10] as const;
const INTERVALS = 4;
/** Zero is in sight when the value nearest to it is at most this part of the one farthest from it. */
const ZERO_BASED_BELOW = 0.6;

export function valueRange(min: number | null, max: number | null, unit = ''): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  if (unit === '%' && min >= 0 && max <= 100) return [0, 100];
  let low = min;
  let high = max;
  if (low >= 0 && low <= high * ZERO_BASED_BELOW) low = 0;
  else if (high <= 0 && high >= low * ZERO_BASED_BELOW) high = 0;
  if (low === high) {
    if (low === 0) return [0, 1];
    const margin = Math.abs(low) * 0.1;
    low -= margin;
    high += margin;
  }
  const step = roundStep((high - low) / INTERVALS);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return step * power;
}
