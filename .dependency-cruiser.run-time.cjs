// What is loaded at run time: the same graph without the imports that the compiler removes. A workflow that pulls in
// zod costs 550 KB for every cached incident, and a Node module does not run in the sandbox at all.
const base = require('./.dependency-cruiser.cjs');

const neverLoaded = (name, from, to) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: to, reachable: true },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    neverLoaded('workflows-load-no-zod', '^src/workflows', 'node_modules/zod/'),
    neverLoaded('domain-loads-no-zod', '^src/domain', 'node_modules/zod/'),
    neverLoaded('workflows-load-no-calendar', '^src/workflows', 'node_modules/temporal-polyfill/'),
    neverLoaded('workflows-load-no-contract', '^src/workflows', '^src/contract/'),
  ],
  options: { ...base.options, tsPreCompilationDeps: false },
};
