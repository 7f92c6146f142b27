// A Firebreak worker for the demo, the benches and the tests: its own process, gone with its owner.
import { join } from 'node:path';
import { announceRun, lastLines, startGuarded } from './guarded.mjs';
import { projectDirectory } from './paths.mjs';
import { forget, newRunId, recordFileOf } from './run-record.mjs';

/**
 * @param {object} order
 * @param {Record<string, string>} order.environment of the worker, beside PATH and HOME
 * @param {string} order.logFile gets what the worker prints
 * @param {'incident' | 'delivery' | 'all'} [order.role]
 * @returns {Promise<{ pid: number, ended: Promise<unknown>, hasEnded(): boolean, lastLines(): string, stop(): Promise<void> }>}
 */
export async function startWorker({ environment, logFile, role = 'all' }) {
  const runId = newRunId('worker');
  announceRun(runId, []);
  const worker = await startGuarded({
    runId,
    server: {
      program: process.execPath,
      arguments: [join(projectDirectory, 'dist', 'cli', 'main.js'), 'worker', '--role', role],
      environment: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...environment },
      directory: projectDirectory,
    },
    stopSignals: [
      ['SIGTERM', 20_000],
      ['SIGKILL', 2_000],
    ],
    logFile,
  });
  return {
    pid: worker.pid,
    ended: worker.ended,
    hasEnded: worker.hasEnded,
    lastLines: () => lastLines(logFile),
    stop: async () => {
      await worker.stop();
      forget(recordFileOf(runId), []);
    },
  };
}
