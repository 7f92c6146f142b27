// The record of a run, `.cache/run/<id>.json`: whose it is, which processes belong to it, how to stop them and what to
// remove afterwards. It exists from before the run's first file until after its last.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { runDirectory } from './paths.mjs';

/**
 * @typedef {{ pid: number, identity: string | undefined }} KnownProcess
 * @typedef {{ owner: KnownProcess, guardian?: KnownProcess, server?: KnownProcess, stopSignals: [string, number][], removeAfter: string[] }} RunRecord
 */

/** A name for a run, unique on this machine, e.g. `postgres-1b9d6bcd`. */
export function newRunId(name) {
  return `${name}-${randomBytes(4).toString('hex')}`;
}

export function recordFileOf(runId) {
  return join(runDirectory, `${runId}.json`);
}

/** Written beside and renamed, so that a reader never sees half a record. */
export function keepRecord(file, record) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.partial`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.partial`, file);
}

/** Undefined when there is none (any more). */
export function readRecord(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Removes what the run has left on disk, its record last. */
export function forget(file, removeAfter) {
  for (const path of removeAfter) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  rmSync(file, { force: true });
}

export function recordFiles() {
  try {
    return readdirSync(runDirectory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(runDirectory, name));
  } catch {
    return [];
  }
}
