// Turns a TypeScript test into the JavaScript that Jest runs, line for line, without checking types (./run lint does).
import { transformSync } from 'esbuild';

export default {
  process(source, file) {
    const { code, map } = transformSync(source, {
      sourcefile: file,
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcemap: 'external',
    });
    return { code, map };
  },
};
