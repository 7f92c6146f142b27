// Ends a process group, politely first.
import { setTimeout as sleep } from 'node:timers/promises';

/** Sends a signal to a process group; false when the group is gone. */
export function signalGroup(leaderId, signal) {
  try {
    process.kill(-leaderId, signal);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH' || error.code === 'EPERM') return false;
    throw error;
  }
}

/**
 * Sends one signal after the other until the leader has ended.
 * @param {number} leaderId process id of the group's leader
 * @param {Promise<unknown>} ended settles when the leader has ended
 * @param {[NodeJS.Signals, number][]} stopSignals each with the milliseconds to wait for its effect
 */
export async function stopGroup(leaderId, ended, stopSignals) {
  for (const [signal, waitMs] of stopSignals) {
    signalGroup(leaderId, signal);
    const gaveUp = new AbortController();
    const isOver = await Promise.race([
      ended.then(() => true),
      sleep(waitMs, false, { signal: gaveUp.signal }),
    ]);
    gaveUp.abort();
    if (isOver) return;
  }
}
