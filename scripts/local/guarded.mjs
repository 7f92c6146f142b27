// The owner's side of the guardian: start a program that ends when this process ends, however it ends.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describeProcess } from './process-identity.mjs';
import { keepRecord, recordFileOf } from './run-record.mjs';

const guardianFile = fileURLToPath(new URL('./guardian.mjs', import.meta.url));

/**
 * Announces a run before its first file is made, so that the next run can clean up even if we are killed in between.
 * @param {string} runId see newRunId
 * @param {string[]} removeAfter
 */
export function announceRun(runId, removeAfter) {
  keepRecord(recordFileOf(runId), { owner: describeProcess(process.pid), stopSignals: [], removeAfter });
}

/**
 * Starts a program under a guardian.
 * @param {object} order
 * @param {string} order.runId see newRunId
 * @param {Command[]} [order.prepare] commands that run to their end before the program starts
 * @param {Command} order.server
 * @param {[NodeJS.Signals, number][]} order.stopSignals one after the other, each with milliseconds to wait
 * @param {string} order.logFile gets everything the commands print
 * @param {string[]} [order.removeAfter] removed when the program has ended
 * @returns {Promise<{ pid: number, ended: Promise<Outcome>, hasEnded(): boolean, stop(): Promise<void> }>}
 * @throws when a preparation or the program could not be started; the message holds the log's last lines
 * @typedef {{ program: string, arguments: string[], environment: Record<string, string>, directory: string, userId?: number, groupId?: number }} Command
 * @typedef {{ code: number | null, signal: string | null, problem?: string }} Outcome
 */
export async function startGuarded({ runId, prepare = [], server, stopSignals, logFile, removeAfter = [] }) {
  const guardian = spawn(process.execPath, [guardianFile], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: process.env.PATH === undefined ? {} : { PATH: process.env.PATH },
  });
  guardian.stdin.on('error', () => undefined); // it ended first; `ended` tells
  const { started, ended, hasEnded } = answersOf(guardian);
  const record = recordFileOf(runId);
  guardian.stdin.write(`${JSON.stringify({ record, prepare, server, stopSignals, logFile, removeAfter })}\n`);

  const pid = await Promise.race([
    started,
    ended.then((outcome) => Promise.reject(notStarted(server, outcome, logFile))),
  ]);
  holdOpen(guardian, false);
  return { pid, ended, hasEnded, stop: () => stop(guardian, ended) };
}

/** The last lines of a log, for a message to a person. */
export function lastLines(file, count = 12) {
  return linesOf(file).slice(-count).join('\n');
}

/** The first and the last lines of a log: some programs begin with the reason, others end with it. */
export function tellingLines(file, firstCount = 6, lastCount = 12) {
  const lines = linesOf(file);
  if (lines.length <= firstCount + lastCount + 1) return lines.join('\n');
  const left = lines.length - firstCount - lastCount;
  return [...lines.slice(0, firstCount), `  … ${left} lines more …`, ...lines.slice(-lastCount)].join('\n');
}

function linesOf(file) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

function answersOf(guardian) {
  let over = false;
  let tellStarted;
  let tellEnded;
  const started = new Promise((resolve) => (tellStarted = resolve));
  const ended = new Promise((resolve) => (tellEnded = resolve));
  createInterface({ input: guardian.stdout }).on('line', (line) => {
    const { event, ...details } = JSON.parse(line);
    if (event === 'started') tellStarted(details.pid);
    else conclude(details);
  });
  guardian.once('error', (error) => conclude({ code: null, signal: null, problem: error.message }));
  guardian.once('exit', (code, signal) => conclude({ code, signal, problem: 'its guardian has ended' }));
  function conclude(outcome) {
    over = true;
    tellEnded(outcome);
  }
  return { started, ended, hasEnded: () => over };
}

async function stop(guardian, ended) {
  holdOpen(guardian, true);
  guardian.stdin.end();
  await ended;
  if (guardian.exitCode === null && guardian.signalCode === null)
    await new Promise((resolve) => guardian.once('exit', resolve));
}

// A server that runs is no reason for its owner to stay: once started, the guardian does not hold the owner's event
// loop open, and an owner that simply comes to its end takes the server with it.
function holdOpen(guardian, hold) {
  for (const handle of [guardian, guardian.stdin, guardian.stdout]) {
    if (hold) handle.ref();
    else handle.unref();
  }
}

function notStarted(server, { code, signal, problem }, logFile) {
  const how = problem ?? (signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`);
  const lines = lastLines(logFile);
  return new Error(`${server.program} could not be started: ${how}.${lines && `\n${lines}`}`);
}
