// PostgreSQL refuses to run as root. Here is who runs it instead, and where that user can read and write.
import { execFileSync } from 'node:child_process';
import { chownSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runDirectory } from './paths.mjs';

// `nobody` comes first because no installation of PostgreSQL is its property.
const candidates = ['nobody', 'daemon', 'postgres'];

/**
 * Undefined for an ordinary user, who runs the server as themselves.
 * @returns {{ name: string, userId: number, groupId: number } | undefined}
 */
export function serverUser() {
  if (process.getuid() !== 0) return undefined;
  for (const name of candidates) {
    const userId = idOf('-u', name);
    const groupId = idOf('-g', name);
    if (userId && groupId) return { name, userId, groupId };
  }
  throw new Error(
    `PostgreSQL does not run as root, and this machine has none of the users ${candidates.join(', ')} to run it. ` +
      'Run the command as an ordinary user, or set DATABASE_URL to a PostgreSQL you already have.',
  );
}

/** Where a run keeps its files: in the project, or, if the server's user cannot get there, among the temporary files. */
export function serverDirectoryOf(runId, user) {
  mkdirSync(runDirectory, { recursive: true });
  if (user === undefined || isReachableByOthers(runDirectory)) return join(runDirectory, runId);
  const base = [tmpdir(), '/tmp', '/var/tmp'].find(isReachableByOthers);
  if (base === undefined) {
    throw new Error(
      `The user ${user.name}, who runs PostgreSQL for root, can reach no folder for temporary files. Set TMPDIR to one.`,
    );
  }
  return join(base, `firebreak-${runId}`);
}

/** Whether every user may pass through the folders down to this one. */
export function isReachableByOthers(directory) {
  if (!isDirectoryForAll(directory)) return false;
  return dirname(directory) === directory || isReachableByOthers(dirname(directory));
}

/** Whether every user may read everything under this folder. */
export function isReadableByOthers(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true }).every((entry) => {
    const stat = lstatSync(join(entry.parentPath, entry.name));
    if (entry.isSymbolicLink()) return true;
    return entry.isDirectory() ? (stat.mode & 0o005) === 0o005 : (stat.mode & 0o004) !== 0;
  });
}

export function ownedBy(path, user) {
  if (user !== undefined) chownSync(path, user.userId, user.groupId);
  return path;
}

function isDirectoryForAll(directory) {
  try {
    return (statSync(directory).mode & 0o001) !== 0;
  } catch {
    return false;
  }
}

function idOf(option, name) {
  try {
    return Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return undefined;
  }
}
