// `kill -9` of `npm run …` kills npm alone: the command it started lives on and never hears of it. This module tells
// the command that npm is gone.
import { nameOf, parentOf } from './process-identity.mjs';

/**
 * Calls `onGone` once when the npm that started this process has ended. Does nothing when npm did not start it: a
 * command that was started by hand may outlive its shell. Does not keep the process alive.
 * @param {() => void} onGone
 * @returns {() => void} stops watching
 */
export function whenNpmIsGone(onGone) {
  const chain = chainToNpm();
  if (chain === undefined) return () => undefined;
  // On other systems each look starts a `ps`, so look less often there.
  const timer = setInterval(look, process.platform === 'linux' ? 250 : 2_000);
  timer.unref();
  return () => clearInterval(timer);

  function look() {
    if (chain.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    onGone();
  }
}

// npm may have put a shell between itself and us. Every link counts: when a process dies, its children get another
// parent, and that is how its death is seen even while its remains are still listed.
function chainToNpm() {
  const chain = [];
  for (let pid = process.pid; chain.length < 4; pid = chain.at(-1).parent) {
    const parent = parentOf(pid);
    if (parent === undefined || parent <= 1) return undefined;
    chain.push({ pid, parent });
    if (/^np[mx]\b/.test(nameOf(parent)?.split('/').at(-1) ?? '')) return chain;
  }
  return undefined;
}
