// `node run-guarded.mjs <program> [argument…]` runs a program under a guardian and ends it when asked to end or when the
// process that started this one dies. For programs that somebody else starts (the Temporal SDK starts the time-skipping
// server) and would leave running if killed.
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { announceRun, startGuarded } from './guarded.mjs';
import { runDirectory } from './paths.mjs';
import { newRunId } from './run-record.mjs';

const [program, ...words] = process.argv.slice(2);
const parent = process.ppid;
const runId = newRunId('program');
const folder = join(runDirectory, runId);
const logFile = join(folder, 'output.log');

announceRun(runId, [folder]);
mkdirSync(folder, { mode: 0o700 });
const running = await startGuarded({
  runId,
  server: { program, arguments: words, environment: process.env, directory: folder },
  stopSignals: [
    ['SIGTERM', 5_000],
    ['SIGKILL', 2_000],
  ],
  logFile,
  removeAfter: [folder],
});
setInterval(() => {
  if (process.ppid !== parent) void end();
}, 250);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());
const { code, problem } = await running.ended;
process.exit(code ?? (problem === undefined ? 0 : 1));

async function end() {
  await running.stop();
  process.exit(0);
}
