import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

// A script without types, which a static import would have checked as if it had some.
const script = new URL('../../scripts/generate-records.mjs', import.meta.url).pathname;
const { generatedFiles } = (await import(script)) as { generatedFiles: () => Map<string, string> };
const files = generatedFiles();

it.each([...files.keys()])('%s is what scripts/generate-records.mjs makes of the C++ declarations', (path) => {
  expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(files.get(path));
});

it('finds every property and reason code that the core declares', () => {
  expect(files.get('js/src/generated/properties.ts')!.match(/\{ id: \d+/g)).toHaveLength(27);
  expect(files.get('js/src/generated/reason-codes.ts')!.match(/^ {2}\d+: /gm)).toHaveLength(43);
});
