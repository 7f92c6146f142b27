// Runs the shell blocks of a guide one after the other, as a reader with one terminal would: what a block exports holds
// for the next. Addresses in the text are replaced by those of the run; workers are processes of their own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker, type LocalWorker } from '../../scripts/local/servers.mjs';
import { projectDirectory, type CodeBlock } from './documents';

export interface GuideRunner {
  /** Where the commands run; `examples/` is there. */
  readonly directory: string;
  /** @throws with place and output when a command fails */
  run(block: CodeBlock): Promise<void>;
  /** Forgets what the blocks so far have exported: another reader, another terminal. */
  newTerminal(): void;
  end(): Promise<void>;
}

export interface GuideSurroundings {
  /** What the documents say, and what it is in this run. */
  readonly replaced: ReadonlyMap<string, string>;
  /** Lines that are checked elsewhere instead of being run. */
  readonly isRunElsewhere: (line: string) => boolean;
  /** The Temporal command line. */
  readonly temporal: string;
}

const workerLine = /^firebreak worker --role (incident|delivery|all)$/;
const blockLimitMs = 120_000;

export function guideRunner({ replaced, isRunElsewhere, temporal }: GuideSurroundings): GuideRunner {
  const directory = mkdtempSync(join(tmpdir(), 'firebreak-guides-'));
  const programs = join(directory, 'bin');
  mkdirSync(programs);
  symlinkSync(join(projectDirectory, 'examples'), join(directory, 'examples'));
  symlinkSync(temporal, join(programs, 'temporal'));
  writeProgram(join(programs, 'firebreak'), firebreakAtATerminal);
  const fresh = {
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: directory,
    TMPDIR: tmpdir(),
  };
  const workers: LocalWorker[] = [];
  let environment: Record<string, string> = fresh;

  async function run(block: CodeBlock): Promise<void> {
    const lines = substituted(block.text, replaced)
      .split('\n')
      .filter((line) => !isRunElsewhere(line));
    const workerAt = lines.findIndex((line) => workerLine.test(line));
    const before = workerAt === -1 ? lines : lines.slice(0, workerAt);
    environment = await runInShell(before.join('\n'), environment, directory, block.place);
    if (workerAt === -1) return;
    const role = workerLine.exec(lines[workerAt] ?? '')?.[1] as 'incident' | 'delivery' | 'all';
    workers.push(await runningWorker(role, environment, directory));
  }

  return {
    directory,
    run,
    newTerminal: () => (environment = fresh),
    end: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * The command as a person meets it. A person reads before approving, and what is to be decided on may need a moment
 * to be ready; and nobody sits at this terminal to type "approve", hence --yes.
 */
const firebreakAtATerminal = `#!/bin/bash
run() { "${process.execPath}" "${join(projectDirectory, 'dist', 'cli', 'main.js')}" "$@"; }
case "$1" in
  approve | reject)
    for attempt in $(seq 1 60); do
      if output=$(run "$@" --yes 2>"$HOME/problem"); then
        echo "$output"
        exit 0
      fi
      grep -q 'not ready for a decision\\|there is no gate' "$HOME/problem" || break
      sleep 0.5
    done
    cat "$HOME/problem" >&2
    exit 2
    ;;
  *) run "$@" ;;
esac
`;

function writeProgram(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

function substituted(text: string, replaced: ReadonlyMap<string, string>): string {
  return [...replaced].reduce((changed, [said, meant]) => changed.replaceAll(said, meant), text);
}

/** @returns the environment as the block leaves it. */
async function runInShell(
  script: string,
  environment: Record<string, string>,
  directory: string,
  place: string,
): Promise<Record<string, string>> {
  const after = join(directory, 'environment');
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', `${script}\nenv -0 > "${after}"`], {
    cwd: directory,
    env: environment,
    timeout: blockLimitMs,
  });
  let output = '';
  const keep = (bytes: Buffer) => (output += bytes.toString());
  shell.stdout.on('data', keep);
  shell.stderr.on('data', keep);
  shell.stdin.on('error', () => undefined).end('four words of a passphrase\n');
  const [code] = (await once(shell, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${place} ended with exit code ${String(code)}:\n${script}\n\n${output}`);
  const pairs = readFileSync(after, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

async function runningWorker(
  role: 'incident' | 'delivery' | 'all',
  environment: Record<string, string>,
  directory: string,
): Promise<LocalWorker> {
  const logFile = join(directory, `worker-${role}.log`);
  const worker = await startWorker({ role, environment, logFile });
  const giveUpAt = Date.now() + 60_000;
  while (!worker.lastLines().includes('the worker is running')) {
    if (worker.hasEnded() || Date.now() > giveUpAt)
      throw new Error(`firebreak worker --role ${role} does not run:\n${worker.lastLines()}`);
    await sleep(100);
  }
  return worker;
}
