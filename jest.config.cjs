// Three groups of tests, so that a run starts only the servers it needs: Jest calls a group's global set-up once per
// run, and not at all when none of the group's tests is run.

/** Packages that are published as ES modules only; Jest runs CommonJS. */
const esModulePackages = [
  'jose',
  'canonicalize',
  'temporal-polyfill',
  'temporal-spec',
  'temporal-utils',
  '@noble/hashes',
  'request-filtering-agent',
];

const common = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/support/node-environment.cjs',
  transform: {
    '\\.(ts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulePackages.join('|')})/)`],
  // Its export map names no entry for `require`.
  moduleNameMapper: { '^canonicalize$': '<rootDir>/node_modules/canonicalize/lib/canonicalize.js' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
};

/** Folders whose tests need PostgreSQL and Temporal's development server. */
const withServers = ['activities', 'adapters', 'cli', 'e2e'];

module.exports = {
  // Nothing is slept for; a machine that does other things as well may still be slow.
  testTimeout: 120_000,
  maxWorkers: 2,
  projects: [
    {
      ...common,
      displayName: 'pure',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        ...['workflows', ...withServers].map((name) => `<rootDir>/test/${name}/`),
      ],
    },
    {
      ...common,
      displayName: 'workflows',
      testMatch: ['<rootDir>/test/workflows/**/*.test.ts'],
    },
    {
      ...common,
      displayName: 'servers',
      testMatch: withServers.map((name) => `<rootDir>/test/${name}/**/*.test.ts`),
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
