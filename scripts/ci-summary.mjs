// `node scripts/ci-summary.mjs <log of Jest> <its exit code>` prints "N passed, N failed". A suite that did not even
// load, or a run that broke off, has failed although Jest counts no failed test.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** The numbers of the last line of its kind, such as "Tests: 1 failed, 2 skipped, 40 passed, 43 total". */
function counted(log, kind) {
  const line = log.match(new RegExp(`^${kind}:.*$`, 'gm'))?.at(-1) ?? '';
  const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return { passed: count('passed'), failed: count('failed') };
}

const [logFile, exitCode] = process.argv.slice(2);
const log = stripVTControlCharacters(readFileSync(logFile, 'utf8'));
const tests = counted(log, 'Tests');
const suites = counted(log, 'Test Suites');
const leastFailed = exitCode === '0' ? 0 : 1;
console.log(`${tests.passed} passed, ${Math.max(tests.failed, suites.failed, leastFailed)} failed`);
