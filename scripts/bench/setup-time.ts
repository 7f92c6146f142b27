/**
 * How long set-up takes on a fresh clone, and once more.
 *
 *     npx tsx scripts/bench/setup-time.ts [--empty-caches]
 *
 * Cold is a fresh clone of the last commit: no node_modules, no .cache. What npm and Go have cached on this machine is
 * used; with --empty-caches they begin with nothing, too, which takes minutes.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

const projectDirectory = join(__dirname, '..', '..');
const isEmpty = process.argv.includes('--empty-caches');

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'setup-time-'));
  try {
    const clone = join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', projectDirectory, clone]);
    const environment = isEmpty ? withEmptyCaches(folder) : process.env;
    console.log(
      `${String(cpus().length)} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, Node ${process.version}, caches of npm and Go ${isEmpty ? 'empty' : 'as they are'}`,
    );
    for (const title of ['cold', 'warm']) console.log(`${title}  ${setUp(clone, environment).toFixed(1)} s`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** GOFLAGS: files of the module cache are read-only by default, and could not be removed afterwards. */
function withEmptyCaches(folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    npm_config_cache: join(folder, 'npm'),
    GOMODCACHE: join(folder, 'go-modules'),
    GOCACHE: join(folder, 'go-build'),
    GOFLAGS: '-modcacherw',
  };
}

/** @returns seconds */
function setUp(clone: string, environment: NodeJS.ProcessEnv): number {
  const startedAtMs = performance.now();
  const { status } = spawnSync(process.execPath, ['scripts/setup.mjs', '--for', 'demo'], {
    cwd: clone,
    env: environment,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`set-up ended with exit code ${String(status)}`);
  return (performance.now() - startedAtMs) / 1000;
}

main();
