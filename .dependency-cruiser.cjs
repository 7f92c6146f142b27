// Who may import whom: the table of docs/architecture.md, as rules. Type-only imports are followed too and are allowed
// where the table says "types". What must never be loaded at run time is in .dependency-cruiser.run-time.cjs.
const library = (...names) => `node_modules/(?:${names.join('|')})/`;

/** Everything that `from` may reach; whatever else it imports is an error. */
const mayImport = (name, from, comment, ...to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: to },
});

/** In the listed places only types may come from `to`. */
const typesOnly = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to, dependencyTypesNot: ['type-only'] },
});

const onlyIn = (name, place, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: place },
  to: { path: to },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea in two places.',
      severity: 'error',
      from: { pathNot: '^src/adapters/postgres/' },
      to: { circular: true },
    },
    {
      name: 'no-cycles-at-run-time',
      comment:
        'database.ts joins the table types of the stores, and the stores take its type: types alone may meet.',
      severity: 'error',
      from: { path: '^src/adapters/postgres/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages-in-src',
      comment: 'The shipped program has only what package.json lists under dependencies.',
      severity: 'error',
      from: { path: '^src' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-knows-no-tests-or-scripts',
      severity: 'error',
      from: { path: '^src' },
      to: { path: '^(test|scripts|examples|tools)/' },
    },

    mayImport(
      'domain-is-pure',
      '^src/domain',
      'The domain knows itself, the types of the contract and libraries that are pure: no clock, no I/O, no Temporal.',
      '^src/domain',
      '^src/contract',
      library('@noble/hashes', 'temporal-polyfill'),
    ),
    typesOnly(
      'domain-takes-types-of-the-contract',
      '^src/domain',
      '^src/contract',
      'The contract brings zod; the workflow bundle must not hold it.',
    ),
    mayImport(
      'contract-stands-alone',
      '^src/contract',
      'Schemas of what crosses a boundary.',
      '^src/(contract|domain)',
      library('zod'),
    ),
    mayImport(
      'workflows-tell-the-story',
      '^src/workflows',
      'No I/O, no Node: everything that looks at the world is an activity.',
      '^src/(workflows|domain|contract|activities)',
      library('@temporalio/workflow', '@temporalio/common'),
    ),
    typesOnly(
      'workflows-take-types-of-contract-and-activities',
      '^src/workflows',
      '^src/(contract|activities)',
      'The types describe the calls; the code runs outside the sandbox.',
    ),
    mayImport(
      'activities-state-their-ports',
      '^src/activities',
      'An activity knows its ports, never what implements them.',
      '^src/(activities|domain|contract)',
      library('@temporalio/activity', '@temporalio/common'),
      '^(node:)?(crypto|perf_hooks|timers/promises|async_hooks)$',
    ),
    {
      name: 'adapters-implement-ports',
      comment: 'An adapter knows the ports it implements, the domain, the contract and its library.',
      severity: 'error',
      from: { path: '^src/adapters' },
      to: { path: '^src', pathNot: '^src/(adapters|activities|domain|contract)' },
    },
    {
      name: 'adapters-know-no-temporal',
      severity: 'error',
      from: { path: '^src/adapters' },
      to: { path: library('@temporalio/[^/]+') },
    },
    mayImport(
      'client-is-the-public-face',
      '^src/client\\.ts$',
      'What a service needs to call us, and nothing of how we run.',
      '^src/(contract|domain)',
      '^src/workflows',
      library('@temporalio/client', '@temporalio/common', 'zod'),
      '^crypto$',
    ),
    typesOnly(
      'client-takes-types-of-zod',
      '^src/client\\.ts$',
      library('zod'),
      'The shapes are checked with the schemas of the contract.',
    ),
    {
      ...typesOnly(
        'client-takes-messages-and-types-of-workflows',
        '^src/client\\.ts$',
        '^src/workflows',
        'Message definitions and names are shared; workflow code is not.',
      ),
      to: {
        path: '^src/workflows',
        pathNot: '^src/workflows/(messages|names|search-attributes)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'cli-is-thin',
      comment: 'A command joins the client, the configuration and adapters.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: {
        path: '^src',
        pathNot: ['^src/(cli|adapters|contract|domain)', '^src/(client|config|worker)\\.ts$'],
      },
    },
    {
      name: 'nobody-imports-the-rim',
      comment: 'worker.ts joins everything and is joined by the command that starts it.',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/cli/' },
      to: { path: '^src/(worker\\.ts$|cli/)' },
    },

    onlyIn(
      'nodemailer-only-in-smtp-mailer',
      ['^src/adapters/(smtp-mailer|prepared-message)\\.ts$', '^(test|scripts)/', '^node_modules/'],
      library('nodemailer'),
      'One place knows what the relay answers mean, and one how its library encodes a message.',
    ),
    onlyIn(
      'postgresql-only-in-its-adapters',
      ['^src/adapters/postgres/', '^(test|scripts)/', '^node_modules/'],
      library('pg', 'kysely'),
      'Every statement is in adapters/postgres.',
    ),
    onlyIn(
      'jose-only-in-decision-tokens',
      ['^src/adapters/decision-tokens\\.ts$', '^(test|scripts)/', '^node_modules/'],
      library('jose'),
      'Signatures are made and checked in one place.',
    ),
    onlyIn(
      'holidays-only-in-holiday-calendars',
      ['^src/adapters/holiday-calendars\\.ts$', '^test/', '^node_modules/'],
      library('date-holidays'),
      'Calendars reach the clocks as data.',
    ),
    onlyIn(
      'calendar-arithmetic-only-in-clocks',
      ['^src/domain/clocks[^/]*\\.ts$', '^test/domain/', '^node_modules/'],
      library('temporal-polyfill'),
      'The workflow never loads it.',
    ),
    {
      name: 'no-node-in-domain-and-workflows',
      comment: 'The sandbox has no Node modules, and a pure function needs none.',
      severity: 'error',
      from: { path: '^src/(domain|workflows)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'tests-of-the-domain-need-no-server',
      severity: 'error',
      from: { path: '^test/domain' },
      to: {
        path: ['^src/adapters/(postgres|smtp-mailer)', library('@temporalio/worker', '@temporalio/testing')],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.cache|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'import', 'default', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
