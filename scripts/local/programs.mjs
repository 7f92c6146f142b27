// Finds the programs that the local servers run, without installing anything (that is set-up's part).
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programDirectory } from './paths.mjs';

const runGuardedFile = fileURLToPath(new URL('./run-guarded.mjs', import.meta.url));

// The oldest server this project is tested with; it comes with Temporal CLI 1.8.2 (tools/temporal/go.mod).
const oldestTemporalServer = [1, 31, 2];

/**
 * The Temporal CLI: TEMPORAL_CLI_PATH, else PATH, else what set-up has put into the cache.
 * @returns {{ path: string | undefined, passedOver: string[] }} passedOver: a sentence for each that was found and not taken
 * @throws when TEMPORAL_CLI_PATH names no program
 */
export function findTemporal() {
  const named = process.env.TEMPORAL_CLI_PATH;
  if (named) return { path: mustBeProgram(named, 'TEMPORAL_CLI_PATH'), passedOver: [] };
  const passedOver = [];
  const onPath = findOnPath('temporal');
  if (onPath !== undefined) {
    const reason = whyUnfit(onPath);
    if (reason === undefined) return { path: onPath, passedOver };
    passedOver.push(`${onPath} is passed over: ${reason}`);
  }
  const cached = join(programDirectory, 'temporal');
  return { path: isProgram(cached) ? cached : undefined, passedOver };
}

/**
 * A program that runs the given one under a guardian (run-guarded.mjs). It is needed where somebody else starts the
 * program by its path alone.
 */
export function guardedVersionOf(program) {
  const starter = join(programDirectory, `guarded-${basename(program)}`);
  const text = `#!/bin/sh\nexec ${[process.execPath, runGuardedFile, program].map(quotedForShell).join(' ')} "$@"\n`;
  mkdirSync(programDirectory, { recursive: true });
  const partial = `${starter}.${process.pid}`;
  writeFileSync(partial, text, { mode: 0o755 });
  renameSync(partial, starter);
  return starter;
}

function quotedForShell(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The time-skipping test server: FIREBREAK_TEST_TIME_SKIPPING_PATH, else the one in the cache. */
export function findTimeSkippingServer() {
  const named = process.env.FIREBREAK_TEST_TIME_SKIPPING_PATH;
  if (named) return mustBeProgram(named, 'FIREBREAK_TEST_TIME_SKIPPING_PATH');
  const cached = join(programDirectory, 'temporal-test-server');
  return isProgram(cached) ? cached : undefined;
}

export function findOnPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function mustBeProgram(path, variable) {
  if (isProgram(path)) return path;
  throw new Error(
    `${variable} is "${path}", and there is no program there that you may run. Correct it or unset it.`,
  );
}

function whyUnfit(path) {
  const wanted = oldestTemporalServer.join('.');
  try {
    const answer = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: 'pipe', timeout: 10_000 });
    const found = /Server (\d+)\.(\d+)\.(\d+)/.exec(answer);
    if (found === null) return `it does not tell which Temporal server it holds ("${answer.trim()}").`;
    const version = found.slice(1).map(Number);
    return isAtLeast(version, oldestTemporalServer)
      ? undefined
      : `it holds server ${version.join('.')}, and at least ${wanted} is needed.`;
  } catch (error) {
    return `"${path} --version" failed (${error.message.split('\n')[0]}).`;
  }
}

function isAtLeast(version, oldest) {
  const index = version.findIndex((part, i) => part !== oldest[i]);
  return index === -1 || version[index] > oldest[index];
}
