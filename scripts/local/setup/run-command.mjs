// Runs a command of set-up to its end, under a guardian: it ends when set-up ends, even by `kill -9`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startGuarded, tellingLines } from '../guarded.mjs';
import { cacheDirectory, projectDirectory } from '../paths.mjs';
import { newRunId } from '../run-record.mjs';
import { SetupProblem } from './problem.mjs';

const stopSignals = [
  ['SIGTERM', 5_000],
  ['SIGKILL', 2_000],
];

const running = new Set();

/** For a set-up that is asked to end. */
export async function stopCommands() {
  await Promise.all([...running].map((command) => command.stop()));
}

/**
 * @param {string} name of the log file under .cache/logs, which holds everything the command prints
 * @param {string} program
 * @param {string[]} words its arguments
 * @param {{ environment?: Record<string, string>, failure: string, limitMs?: number }} options failure: the sentence that
 *   opens the error; what the command said last follows it
 * @throws SetupProblem when the command fails or takes too long
 */
export async function runCommand(name, program, words, { environment = {}, failure, limitMs }) {
  const logDirectory = join(cacheDirectory, 'logs');
  mkdirSync(logDirectory, { recursive: true });
  const logFile = join(logDirectory, `${name}-${new Date().toISOString().replaceAll(':', '-')}.log`);
  const command = await startGuarded({
    runId: newRunId(name),
    server: {
      program,
      arguments: words,
      environment: { ...process.env, ...environment },
      directory: projectDirectory,
    },
    stopSignals,
    logFile,
  });
  running.add(command);
  const keepsUsHere = setInterval(() => undefined, 60_000);
  const timer = limitMs === undefined ? undefined : setTimeout(() => void command.stop(), limitMs);
  const { code, signal } = await command.ended;
  running.delete(command);
  clearInterval(keepsUsHere);
  clearTimeout(timer);
  if (code === 0) return;
  const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  throw new SetupProblem(
    `${failure} (${how}). What it said (all of it is in ${logFile}):\n${tellingLines(logFile)}`,
  );
}
