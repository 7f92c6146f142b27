// The demo, as the README tells to run it: it ends by itself, what it promises is there afterwards, and nothing of it
// runs on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeBlocksOf, projectDirectory } from '../support/documents';
import { emptyTestDatabase } from '../support/postgres';

const limitMs = 240_000;

interface Played {
  readonly exitCode: number | null;
  readonly output: string;
  /** Programs that still run and were started by the demo, however indirectly. */
  readonly left: readonly string[];
}

let played: Played;

beforeAll(async () => {
  played = await playDemo();
}, limitMs + 30_000);

test('the demo plays an incident to its close and ends by itself', () => {
  expect(played.output).toContain('Postmortem complete, incident closed.');
  expect(played.exitCode).toBe(0);
});

test('the README shows what the demo says', () => {
  const [excerpt] = codeBlocksOf('README.md').filter(({ info }) => info === 'text');
  const said = new Set(played.output.split('\n').map(withoutFigures));
  const shown = (excerpt?.text ?? '').split('\n').map(withoutFigures);
  expect(shown.filter((line) => line !== '...' && !said.has(line))).toEqual([]);
});

test('more than 2,000 mails are there to read', () => {
  const mails = readdirSync(join(projectDirectory, '.cache', 'demo', 'inbox'));
  expect(mails.filter((name) => name.endsWith('.eml')).length).toBeGreaterThan(2000);
});

test('the postmortem is there to read, for people and for browsers', () => {
  expect(demoFile('postmortem.md')).toMatch(/^# Postmortem: /);
  expect(demoFile('postmortem.html')).toMatch(/<h1>Postmortem: /);
});

test('no process of the demo is left', () => {
  expect(played.left).toEqual([]);
});

/** Numbers, moments and ids differ from run to run. */
function withoutFigures(line: string): string {
  return line
    .trim()
    .replace(/\d{4}-\d\d-\d\d-\w+/g, 'ID')
    .replace(/\d[\d,]*/g, '#')
    .replace(/^\[ */, '[');
}

async function playDemo(): Promise<Played> {
  const mark = mkdtempSync(join(tmpdir(), 'firebreak-demo-'));
  const given = process.env['DATABASE_URL'];
  // Where no PostgreSQL can be started, the demo takes a given one, as the tests do; it gets a database of its own.
  const own = given === undefined ? undefined : await emptyTestDatabase();
  try {
    const demo = spawn('npm', ['run', '--silent', 'demo'], {
      cwd: projectDirectory,
      env: {
        ...process.env,
        // Whatever the demo starts gets this path, and is known by it.
        PATH: `${process.env['PATH'] ?? ''}:${mark}`,
        ...(own !== undefined && { DATABASE_URL: own.url }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    });
    let output = '';
    const keep = (bytes: Buffer) => (output += bytes.toString());
    demo.stdout.on('data', keep);
    demo.stderr.on('data', keep);
    const [exitCode] = (await once(demo, 'close')) as [number | null];
    return { exitCode, output, left: programsMarked(mark) };
  } finally {
    rmSync(mark, { recursive: true });
    await own?.destroy();
  }
}

/** By their environment, which Linux shows; elsewhere nothing is found. */
function programsMarked(mark: string): readonly string[] {
  const processIds =
    process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return processIds.flatMap((processId) => {
    const environment = textOrNothing(`/proc/${processId}/environ`);
    return environment.includes(mark)
      ? [textOrNothing(`/proc/${processId}/cmdline`).replaceAll('\0', ' ')]
      : [];
  });
}

function textOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended, or belongs to somebody else
  }
}

function demoFile(name: string): string {
  return readFileSync(join(projectDirectory, '.cache', 'demo', name), 'utf8');
}
