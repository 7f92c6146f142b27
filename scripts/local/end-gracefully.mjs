// Ends a command properly on Ctrl-C, on a polite kill, when its terminal closes, and when the npm that started it dies.
import { constants } from 'node:os';
import { whenNpmIsGone } from './end-with-parent.mjs';

/**
 * Runs `stop` once when this process is asked to end, then exits with 128 + the signal's number. A second request
 * does not wait. Servers started by this process end even without it, but then a moment after this process.
 * @param {() => Promise<void>} stop
 * @returns {() => void} forgets it again, for a command that comes to its own end
 */
export function endGracefully(stop) {
  let asked = false;
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, end);
  const unwatch = whenNpmIsGone(() => end('SIGTERM'));
  return () => {
    for (const signal of signals) process.off(signal, end);
    unwatch();
  };

  async function end(signal) {
    const exitCode = 128 + constants.signals[signal];
    if (asked) process.exit(exitCode);
    asked = true;
    try {
      await stop();
    } finally {
      process.exit(exitCode);
    }
  }
}
