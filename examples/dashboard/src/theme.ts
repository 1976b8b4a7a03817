// Turns the colours of the style sheet into values that a canvas takes, and tells when the reader's light or dark setting changes.

export interface Theme {
  axis: string;
  grid: string;
  series: string[];
}

export const SERIES_COLOURS = 8;

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    axis: colour('--text-quiet'),
    grid: colour('--grid'),
    series: Array.from({ length: SERIES_COLOURS }, (_, index) => colour(`--series-${index}`)),
  };
}

export function onThemeChange(callback: () => void): void {
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', callback);
}
