// Runs the Jest tests as ES modules, TypeScript turned into JavaScript by esbuild, against the package built in dist/.
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-transform.mjs' },
  // The published names, as a user of the package writes them.
  moduleNameMapper: {
    '^wasmqtt$': '<rootDir>/dist/node.js',
    '^wasmqtt/broker$': '<rootDir>/dist/broker-node.js',
    '^wasmqtt/(.*)$': '<rootDir>/dist/$1.js',
  },
  testTimeout: 20_000,
};
