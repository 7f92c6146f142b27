// The local servers of demo and tests end with the command that started them, however it ends. Real processes, killed
// for real; a separate Node plays the command.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

interface RunRecord {
  readonly owner: { readonly pid: number };
  readonly guardian: { readonly pid: number };
  readonly server: { readonly pid: number };
  readonly removeAfter: readonly string[];
}

const localScripts = resolve(__dirname, '../../scripts/local');
const runDirectory = resolve(__dirname, '../../.cache/run');
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

test('PostgreSQL ends, and its files go, when the command that started it is killed with -9', async () => {
  const command = startCommand(servesPostgres);
  const { url } = await firstAnswer<{ url: string }>(command);
  const run = recordOf(command.pid);
  expect(await isListening(url)).toBe(true);

  command.kill('SIGKILL');

  await eventually(() => hasEnded(run.server.pid) && hasEnded(run.guardian.pid));
  expect(await isListening(url)).toBe(false);
  expect(run.removeAfter.filter((path) => existsSync(path))).toEqual([]);
});

test('the Temporal server ends when the command that started it is killed with -9', async () => {
  const command = startCommand(`
    import { startTemporal } from '${moduleUrl('servers.mjs')}';
    console.log(JSON.stringify(await startTemporal()));
    setInterval(() => {}, 1000);`);
  await firstAnswer(command);
  const run = recordOf(command.pid);

  command.kill('SIGKILL');

  await eventually(() => hasEnded(run.server.pid) && hasEnded(run.guardian.pid));
});

test('a command that is interrupted ends only after its servers', async () => {
  const command = startCommand(servesPostgres);
  const { url } = await firstAnswer<{ url: string }>(command);
  const run = recordOf(command.pid);

  command.kill('SIGINT');
  const [exitCode] = (await once(command, 'exit')) as [number];

  expect(exitCode).toBe(130);
  expect(hasEnded(run.server.pid)).toBe(true);
  expect(await isListening(url)).toBe(false);
});

test('what is left when the guardian is killed, too, is ended by the next run', async () => {
  const command = startCommand(servesPostgres);
  const { url } = await firstAnswer<{ url: string }>(command);
  const run = recordOf(command.pid);
  process.kill(run.guardian.pid, 'SIGKILL');
  command.kill('SIGKILL');
  await eventually(() => hasEnded(run.guardian.pid));
  expect(await isListening(url)).toBe(true);

  await once(startCommand(endsLeftovers), 'exit');

  expect(hasEnded(run.server.pid)).toBe(true);
  expect(run.removeAfter.filter((path) => existsSync(path))).toEqual([]);
});

test('a process that merely has the id of an earlier server is left alone', async () => {
  const stranger = startCommand('setInterval(() => {}, 1000)');
  const recordFile = join(runDirectory, `stranger-${String(stranger.pid)}.json`);
  const foreignFolder = mkdtempSync(join(tmpdir(), 'of-somebody-else-'));
  const gone = { pid: stranger.pid, identity: 'of an earlier process' };
  writeFileSync(
    recordFile,
    JSON.stringify({
      owner: gone,
      guardian: gone,
      server: gone,
      stopSignals: [['SIGKILL', 100]],
      removeAfter: [foreignFolder],
    }),
  );

  await once(startCommand(endsLeftovers), 'exit');

  expect(existsSync(recordFile)).toBe(false);
  expect(hasEnded(stranger.pid)).toBe(false);
  expect(existsSync(foreignFolder)).toBe(true);
  rmdirSync(foreignFolder);
});

test('a command that npm started ends when npm is killed with -9', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-npm-'));
  writeFileSync(join(folder, 'serve.mjs'), servesPostgres);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { serve: 'node serve.mjs' } }));
  try {
    const npm = startProgram('npm', ['run', '--silent', 'serve'], { cwd: folder });
    const { pid } = await firstAnswer<{ pid: number }>(npm);
    const run = recordOf(pid);

    npm.kill('SIGKILL');

    await eventually(() => hasEnded(pid) && hasEnded(run.server.pid) && hasEnded(run.guardian.pid));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the local PostgreSQL is refused in production', async () => {
  const command = startCommand(servesPostgres, { NODE_ENV: 'production' });

  expect(await problemOf(command)).toContain('NODE_ENV is production');
});

test('a port that is taken is named', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;

  const command = startCommand(servesPostgres, { PORT: String(port) });

  expect(await problemOf(command)).toContain(`Port ${port} of 127.0.0.1 is taken`);
  taken.close();
});

test('two set-ups of one clone take turns, and a lock whose holder was killed does not count', async () => {
  const first = startCommand(takesLock);
  await firstAnswer(first);
  const second = startCommand(takesLock);
  expect(await Promise.race([firstAnswer(second), sleep(700, 'still waiting')])).toBe('still waiting');

  first.kill('SIGKILL');

  expect(await firstAnswer(second)).toEqual({ pid: second.pid });
});

const servesPostgres = `
  import { endGracefully, startPostgres } from '${moduleUrl('servers.mjs')}';
  try {
    const postgres = await startPostgres({ port: process.env.PORT && Number(process.env.PORT) });
    endGracefully(postgres.stop);
    console.log(JSON.stringify({ url: postgres.url, pid: process.pid }));
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(JSON.stringify({ problem: error.message }));
  }`;

const endsLeftovers = `
  import { endLeftovers } from '${moduleUrl('leftovers.mjs')}';
  await endLeftovers();`;

const takesLock = `
  import { withSetupLock } from '${moduleUrl('setup/lock.mjs')}';
  const silent = { step: (_, action) => action() };
  await withSetupLock(silent, async () => {
    console.log(JSON.stringify({ pid: process.pid }));
    await new Promise(() => setInterval(() => {}, 1000));
  });`;

function startCommand(script: string, environment: Record<string, string> = {}): ChildProcess {
  return startProgram(process.execPath, ['--input-type=module', '--eval', script], { env: environment });
}

function startProgram(
  program: string,
  words: string[],
  options: { cwd?: string; env?: Record<string, string> },
): ChildProcess {
  const environment = { ...process.env, NODE_ENV: 'test', ...options.env };
  const child = spawn(program, words, { ...options, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  return child;
}

const answers = new WeakMap<ChildProcess, Promise<unknown>>();

/** The first line that a command prints, read as JSON. */
async function firstAnswer<T>(command: ChildProcess): Promise<T> {
  let answer = answers.get(command);
  if (answer === undefined) {
    if (command.stdout === null) throw new Error('the command has no output');
    answer = once(createInterface({ input: command.stdout }), 'line').then(
      ([line]) => JSON.parse(String(line)) as unknown,
    );
    answers.set(command, answer);
  }
  return answer as Promise<T>;
}

async function problemOf(command: ChildProcess): Promise<string> {
  return (await firstAnswer<{ problem: string }>(command)).problem;
}

function recordOf(ownerId: number | undefined): RunRecord {
  const records = readdirSync(runDirectory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(runDirectory, name), 'utf8')) as RunRecord);
  const record = records.find(({ owner }) => owner.pid === ownerId);
  if (record === undefined) throw new Error(`no run of process ${String(ownerId)}`);
  return record;
}

function hasEnded(processId: number | undefined): boolean {
  if (processId === undefined) return true;
  try {
    process.kill(processId, 0);
    return isZombie(processId);
  } catch {
    return true;
  }
}

// The init process of a container may leave the remains of a process listed.
function isZombie(processId: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function isListening(url: string): Promise<boolean> {
  return new Promise((tell) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    socket.once('connect', () => {
      socket.destroy();
      tell(true);
    });
    socket.once('error', () => {
      tell(false);
    });
  });
}

async function eventually(isSo: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > giveUpAt) throw new Error('it has not come true within 20 seconds');
    await sleep(50);
  }
}

function moduleUrl(name: string): string {
  return pathToFileURL(join(localScripts, name)).href;
}
