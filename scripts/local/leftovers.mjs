// Ends what an earlier run left behind: a run whose owner and guardian both were killed. A process is ended only when
// it is still the one that the run's record names (see process-identity.mjs), never by its bare id.
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDirectory } from './paths.mjs';
import { signalGroup } from './process-group.mjs';
import { isStillRunning } from './process-identity.mjs';
import { forget, readRecord, recordFiles } from './run-record.mjs';

/** A guardian whose owner has died is stopping its server: it gets this long before we do it ourselves. */
const guardianGraceMs = 20_000;

/** Leaves alone every run whose owner is still there. */
export async function endLeftovers() {
  await Promise.all(recordFiles().map(endLeftover));
}

async function endLeftover(recordFile) {
  const record = readRecord(recordFile);
  if (record === undefined || isStillRunning(record.owner)) return;
  await waitUntil(() => !isStillRunning(record.guardian), guardianGraceMs);
  const latest = readRecord(recordFile); // the guardian removes the record when it has done its work
  if (latest === undefined) return;
  await endServer(latest);
  forget(recordFile, latest.removeAfter.filter(isOurs));
}

async function endServer({ server, stopSignals }) {
  for (const [signal, waitMs] of stopSignals) {
    if (!isStillRunning(server)) return;
    signalGroup(server.pid, signal);
    await waitUntil(() => !isStillRunning(server), waitMs);
  }
}

// Records are our own, but a path that is removed with all it holds is looked at twice.
function isOurs(path) {
  const parent = dirname(resolve(path));
  return (
    parent === runDirectory ||
    ([tmpdir(), '/tmp', '/var/tmp'].includes(parent) && /\/firebreak-[a-z0-9-]+$/i.test(path))
  );
}

async function waitUntil(isSo, limitMs) {
  const giveUpAt = Date.now() + limitMs;
  while (!isSo() && Date.now() < giveUpAt) await sleep(50);
}
