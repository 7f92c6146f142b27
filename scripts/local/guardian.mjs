// The guardian of one local server: a tiny process that stands between a command (its owner) and the server.
// Its standard input is a pipe from the owner. The first line is the order; the end of the pipe means that the owner
// is done or dead, however it died, and then the guardian stops the server's process group, removes the run's files
// and ends. It runs in a session of its own, so Ctrl-C in the terminal does not reach it before the owner has spoken.
//
// Order (JSON): { record, prepare: [command], server: command, stopSignals: [[signal, waitMs]], logFile, removeAfter }
// command:      { program, arguments, environment, directory, userId?, groupId? }
// Answers on standard output, one JSON a line: { event: 'started', pid } | { event: 'ended', code, signal, problem? }
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describeProcess } from './process-identity.mjs';
import { signalGroup, stopGroup } from './process-group.mjs';
import { forget, keepRecord } from './run-record.mjs';

const owner = describeProcess(process.ppid);
let order;
let current; // the command that runs now: { child, ended: Promise<outcome> }
let ending = false;

process.stdout.on('error', () => undefined); // nobody listens any more; the end of standard input says so, too
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  order = JSON.parse(line);
  void serve();
});
lines.on('close', end);

async function serve() {
  for (const command of order.prepare) {
    const outcome = await run(command);
    if (ending) return;
    if (outcome.code !== 0) return finish({ ...outcome, problem: 'preparation failed' });
  }
  const served = run(order.server);
  if (current.child.pid !== undefined) say({ event: 'started', pid: current.child.pid });
  const outcome = await served;
  if (!ending) finish(outcome);
}

function run({ program, arguments: words, environment, directory, userId, groupId }) {
  const log = openSync(order.logFile, 'a', 0o600);
  const child = spawn(program, words, {
    cwd: directory,
    env: environment,
    stdio: ['ignore', log, log],
    detached: true, // a process group of its own: stopping it reaches everything it has started
    ...(userId === undefined ? {} : { uid: userId, gid: groupId }),
  });
  closeSync(log);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, problem: error.message }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  current = { child, ended };
  keepRecord(order.record, describeRun(child.pid));
  return ended;
}

async function end() {
  if (ending) return;
  ending = true;
  if (current?.child.pid !== undefined) await stopGroup(current.child.pid, current.ended, order.stopSignals);
  finish((await current?.ended) ?? { code: 0, signal: null });
}

function finish(outcome) {
  ending = true;
  if (current?.child.pid !== undefined) signalGroup(current.child.pid, 'SIGKILL'); // what the server left behind
  if (order) forget(order.record, order.removeAfter);
  process.stdout.write(`${JSON.stringify({ event: 'ended', ...outcome })}\n`, () => process.exit(0));
}

function describeRun(serverId) {
  const { stopSignals, removeAfter } = order;
  const server = serverId === undefined ? undefined : describeProcess(serverId);
  return { owner, guardian: describeProcess(process.pid), server, stopSignals, removeAfter };
}

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
