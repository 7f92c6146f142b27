// Tells whether a process is still the one it was. A process id alone is given to strangers after its first owner
// has ended, so everything that ends a process by its id asks here first.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells this process from every other that ever has its id: when it started, and in which boot of the machine.
 * Undefined when there is no such process (or only its unreaped remains).
 */
export function identityOf(pid) {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

/** @param {{ pid: number, identity: string | undefined } | undefined} known */
export function isStillRunning(known) {
  return known?.identity !== undefined && identityOf(known.pid) === known.identity;
}

/** @returns {{ pid: number, identity: string | undefined }} */
export function describeProcess(pid) {
  return { pid, identity: identityOf(pid) };
}

/** The parent's id; undefined when the process is gone. */
export function parentOf(pid) {
  if (process.platform === 'linux') return procFields(pid)?.parent;
  const parent = Number.parseInt(ps('ppid', pid) ?? '', 10);
  return Number.isNaN(parent) ? undefined : parent;
}

/** The name a process goes by, e.g. `sh` or `npm run demo`. */
export function nameOf(pid) {
  if (process.platform !== 'linux') return ps('comm', pid);
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function identityFromProc(pid) {
  const fields = procFields(pid);
  const hasEnded = fields === undefined || fields.state === 'Z' || fields.state === 'X';
  return hasEnded ? undefined : `${bootId()} ${fields.startedAtTick}`;
}

function identityFromPs(pid) {
  return ps('state', pid)?.startsWith('Z') ? undefined : ps('lstart', pid);
}

// The second field is the program's name in brackets and may itself hold blanks and brackets: count from the last one.
function procFields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], parent: Number(fields[1]), startedAtTick: fields[19] };
  } catch {
    return undefined;
  }
}

function bootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'boot unknown';
  }
}

function ps(column, pid) {
  try {
    const text = execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}
