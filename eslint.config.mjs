// What the compiler does not catch. Type-aware throughout src and test: a promise nobody waits for is the worst bug a
// workflow can have. Formatting is Prettier's business alone.
import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const typeScript = ['**/*.ts', '**/*.mts'];

/** Only the configuration reads the environment; everything else is given what it needs. */
const environment = {
  object: 'process',
  property: 'env',
  message: 'Only src/config.ts reads the environment: take what you need as an argument.',
};
const rawSql = {
  object: 'sql',
  property: 'raw',
  message: 'sql.raw splices text into a statement: use parameters. Only migrations may.',
};

/** A pure function gives the same answer to the same input. (In a workflow the SDK answers both from history.) */
const clockAndChance = [
  { object: 'Date', property: 'now', message: 'Take the instant as an argument.' },
  { object: 'Math', property: 'random', message: 'Chance does not replay: take the value as an argument.' },
];

const defaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: a thing has one name everywhere.',
};
const currentTime = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: 'Take the instant as an argument.',
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.cache/', 'node_modules/', 'tools/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: typeScript,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `return refuse(…)` ends a function early and says so in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      'no-restricted-syntax': ['error', defaultExport],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', environment, rawSql] },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', environment, ...clockAndChance],
      'no-restricted-syntax': ['error', defaultExport, currentTime],
    },
  },
  { files: ['src/config.ts'], rules: { 'no-restricted-properties': ['error', rawSql] } },
  {
    files: ['src/adapters/postgres/migrations/*.ts'],
    rules: { 'no-restricted-properties': ['error', environment] },
  },
  {
    // Jest takes the default export of these.
    files: ['test/support/global-*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['scripts/**', 'examples/**', 'deploy/**', 'test/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['AbortController', 'AbortSignal', 'Buffer', 'URL', 'clearInterval', 'clearTimeout', 'console'],
          ...['fetch', 'process', 'setImmediate', 'setInterval', 'setTimeout'],
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
  },
  prettier,
);
