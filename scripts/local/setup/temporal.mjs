// The Temporal CLI, which holds the development server: found, downloaded, or built from source, in this order.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { programDirectory, projectDirectory } from '../paths.mjs';
import { findOnPath, findTemporal } from '../programs.mjs';
import { SetupProblem } from './problem.mjs';
import { runCommand } from './run-command.mjs';
import { tryDownload } from './sdk-download.mjs';

const sourceDirectory = join(projectDirectory, 'tools', 'temporal');

// The version that go.mod pins; a build from source does not know it by itself.
const version = '1.8.2';

export async function prepareTemporal(report) {
  const { path, passedOver } = find();
  for (const sentence of passedOver) report.note(sentence);
  if (path !== undefined) return;
  const notDownloaded = await tryDownload(report, 'dev-server', 'temporal');
  if (notDownloaded === undefined) return;
  if (isGoUsable()) return build(report);
  throw new SetupProblem(whatToDo(passedOver, notDownloaded));
}

async function build(report) {
  const partial = join(programDirectory, `temporal.partial-${process.pid}`);
  const versionFlag = `-X github.com/temporalio/cli/internal/temporalcli.Version=${version}`;
  const words = [
    '-C',
    sourceDirectory,
    'build',
    '-mod=readonly',
    '-buildvcs=false',
    '-ldflags',
    versionFlag,
    '-o',
    partial,
    'github.com/temporalio/cli/cmd/temporal',
  ];
  mkdirSync(programDirectory, { recursive: true });
  try {
    await report.step(
      `Building the Temporal CLI ${version} with Go from tools/temporal, once; this takes minutes`,
      () => runCommand('go-build', 'go', words, { failure: 'Building the Temporal CLI with Go failed' }),
    );
    renameSync(partial, join(programDirectory, 'temporal'));
  } finally {
    rmSync(partial, { force: true });
  }
}

// Go 1.21 and later fetch the newer Go that go.mod asks for by themselves; `-C` came with 1.20.
function isGoUsable() {
  if (findOnPath('go') === undefined) return false;
  try {
    execFileSync('go', ['-C', sourceDirectory, 'version'], { stdio: 'pipe', timeout: 120_000 });
    return true;
  } catch {
    return false;
  }
}

function whatToDo(passedOver, notDownloaded) {
  return [
    'There is no Temporal CLI, and none could be had. Looked for, in this order:',
    '  1. TEMPORAL_CLI_PATH: not set',
    `  2. PATH: ${passedOver[0] ?? 'no program called temporal'}`,
    `  3. ${join('.cache', 'bin', 'temporal')}: not there`,
    `  4. download by the Temporal SDK: ${notDownloaded}`,
    `  5. build from tools/temporal: ${findOnPath('go') === undefined ? 'no go on PATH' : 'the go on PATH is too old'} (Go 1.26 or newer is needed)`,
    'Install the Temporal CLI (https://docs.temporal.io/cli) or Go (https://go.dev/dl), and run this again; or set TEMPORAL_CLI_PATH.',
  ].join('\n');
}

function find() {
  try {
    return findTemporal();
  } catch (error) {
    throw new SetupProblem(error.message, { isYourInput: true });
  }
}
