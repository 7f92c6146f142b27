/** A service in another process uses the package by its name, as `examples/declare-incident.ts` shows it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { e2eStage, type E2eStage } from '../support/e2e-stage';

const root = join(__dirname, '..', '..');
const run = promisify(execFile);

let stage: E2eStage;

beforeAll(async () => {
  stage = await e2eStage();
}, 60_000);

afterAll(() => stage.stop());

test('the example declares an incident with its bug; run again it reaches the same incident', async () => {
  const first = await runExample();
  const second = await runExample();

  expect([first, second]).toEqual(Array(2).fill('Incident token-read-2026-01-05 is declared.\n'));
  const handle = stage.temporal.workflow.getHandle('incident/token-read-2026-01-05');
  const { status } = await handle.describe();
  expect(status.name).toBe('RUNNING');
  const { events } = await handle.fetchHistory();
  const signals = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
  expect(signals.filter(Boolean)).toEqual(['openBug', 'openBug']);
}, 60_000);

test.each([
  [
    'import',
    "import { Firebreak, InputProblem } from 'firebreak'; import { signDecision } from 'firebreak/signing';",
    'module',
  ],
  [
    'require',
    "const { Firebreak, InputProblem } = require('firebreak'); const { signDecision } = require('firebreak/signing');",
    'commonjs',
  ],
])('the package can be taken in by %s', async (_how, statement, inputType) => {
  const program = `${statement} console.log(typeof Firebreak, typeof InputProblem, typeof signDecision);`;

  const { stdout } = await run(process.execPath, [`--input-type=${inputType}`, '-e', program], { cwd: root });

  expect(stdout).toBe('function function function\n');
});

async function runExample(): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    ['--import', 'tsx', join('examples', 'declare-incident.ts')],
    {
      cwd: root,
      env: { PATH: process.env['PATH'], ...stage.environment },
    },
  );
  return stdout;
}
