// One set-up at a time in one clone. The lock is a file that names its holder; one whose holder has died does not count.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheDirectory } from '../paths.mjs';
import { describeProcess, isStillRunning } from '../process-identity.mjs';

const lockFile = join(cacheDirectory, 'setup.lock');

/** Runs the action while no other set-up of this clone runs; waits for its turn. */
export async function withSetupLock(report, action) {
  mkdirSync(cacheDirectory, { recursive: true });
  if (!takeLock()) await report.step('Another set-up of this clone is running, waiting for it', waitForLock);
  try {
    return await action();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

async function waitForLock() {
  while (!takeLock()) await sleep(200);
}

function takeLock() {
  return createLock() || (removeIfStale() && createLock());
}

// The file appears complete or not at all: it is written under another name and then linked, which fails if it exists.
function createLock() {
  const mine = `${lockFile}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(describeProcess(process.pid)));
  try {
    linkSync(mine, lockFile);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

// Between our look and our move somebody else may have removed the stale lock and taken it: then we have moved a live
// one, and put it back.
function removeIfStale() {
  if (!isStale(read(lockFile))) return false;
  const moved = `${lockFile}.stale.${process.pid}`;
  try {
    renameSync(lockFile, moved);
    if (isStale(read(moved))) return true;
    linkSync(moved, lockFile);
    return false;
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(error.code)) throw error;
    return false;
  } finally {
    rmSync(moved, { force: true });
  }
}

function isStale(holder) {
  return holder !== undefined && !isStillRunning(holder);
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
