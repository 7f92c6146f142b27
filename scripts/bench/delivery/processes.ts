/** Processes beside this one: how to start them, what to ask them, and what CPU and memory they take (Linux: /proc). */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ends } from '../ending';

const ticksPerSecond = 100; // USER_HZ, which is 100 on every Linux that Node runs on

export interface Helper {
  readonly pid: number;
  /** What it said first. */
  readonly greeting: unknown;
  /** Sends a message and waits for the answer to it. */
  ask(message: unknown): Promise<unknown>;
}

/** @param script a file of this folder that speaks by messages and ends with its owner */
export async function startHelper(ends: Ends, script: string, order?: unknown): Promise<Helper> {
  const child = fork(join(__dirname, script), { execArgv: ['--import', 'tsx'] });
  ends.push(() => child.kill('SIGKILL'));
  if (order !== undefined) child.send(order as object);
  const greeting = await answerOf(child, script);
  return {
    pid: child.pid ?? 0,
    greeting,
    ask: (message) => {
      child.send(message as object);
      return answerOf(child, script);
    },
  };
}

async function answerOf(child: ChildProcess, script: string): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    const ended = once(child, 'exit', { signal }).then(() =>
      Promise.reject(new Error(`${script} has ended`)),
    );
    const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as unknown[];
    return answer;
  } finally {
    waiting.abort();
  }
}

/** The process of a local server that this process has started. */
export function serverPid(name: 'postgres' | 'temporal'): number {
  const folder = join(__dirname, '..', '..', '..', '.cache', 'run');
  for (const file of readdirSync(folder).filter((each) => each.startsWith(name) && each.endsWith('.json'))) {
    const { owner, server } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as RunRecord;
    if (owner.pid === process.pid && server !== undefined) return server.pid;
  }
  throw new Error(`this process has not started a ${name}`);
}

interface RunRecord {
  readonly owner: { readonly pid: number };
  readonly server?: { readonly pid: number };
}

/** Of a process and all its children, those that have ended among them. */
export function cpuMsOf(pid: number): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const ticksOf = (id: number): number =>
    stats
      .filter((stat) => stat.parent === id)
      .reduce((sum, child) => sum + ticksOf(child.pid), stats.find((stat) => stat.pid === id)?.ticks ?? 0);
  return (ticksOf(pid) * 1000) / ticksPerSecond;
}

function statOf(name: string): { readonly pid: number; readonly parent: number; readonly ticks: number }[] {
  try {
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
    return [{ pid: Number(name), parent: fields[1] ?? 0, ticks }];
  } catch {
    return []; // has ended in the meantime
  }
}

export function largestRssMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}
