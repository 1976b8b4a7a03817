import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

// @ts-expect-error: a script without types
import { generatedFiles } from '../../scripts/generate-records.mjs';

const files = generatedFiles() as Map<string, string>;

it.each([...files.keys()])('%s is what scripts/generate-records.mjs makes of the C++ declarations', (path) => {
  expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(files.get(path));
});

it('finds every property and reason code that the core declares', () => {
  expect(files.get('js/src/generated/properties.ts')!.match(/\{ id: \d+/g)).toHaveLength(27);
  expect(files.get('js/src/generated/reason-codes.ts')!.match(/^ {2}\d+: /gm)).toHaveLength(43);
});
