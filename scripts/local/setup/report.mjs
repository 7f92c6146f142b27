// What set-up says while it works: a line for every step, with the elapsed seconds as soon as it takes longer than two.
const patienceMs = 2_000;

// A terminal shows the seconds run; a log file gets a line now and then.
const terminalIntervalMs = 1_000;
const logIntervalMs = 15_000;

/** @param {{ quiet: boolean, output?: NodeJS.WriteStream }} options */
export function createReporter({ quiet, output = process.stderr }) {
  const startedAt = Date.now();
  let shown = false;
  return { note, step, done };

  function note(text) {
    if (!quiet) write(text);
  }

  /** Tells about an action for as long as it takes; what it returns is passed on. */
  async function step(text, action) {
    const begunAt = Date.now();
    const isLong = () => Date.now() - begunAt > patienceMs;
    note(text);
    const stopTelling = tellSometimes(text, begunAt);
    try {
      const result = await action();
      if (isLong()) writeLast(`${text}: done in ${secondsSince(begunAt)} s`);
      return result;
    } catch (error) {
      if (isLong()) writeLast(`${text}: failed after ${secondsSince(begunAt)} s`);
      throw error;
    } finally {
      stopTelling();
    }
  }

  function tellSometimes(text, begunAt) {
    let nextAt = begunAt + patienceMs;
    const timer = setInterval(() => {
      if (Date.now() < nextAt) return;
      nextAt = Date.now() + (output.isTTY ? terminalIntervalMs : logIntervalMs);
      writeProgress(`${text} … ${secondsSince(begunAt)} s`);
    }, 250);
    return () => clearInterval(timer);
  }

  function done() {
    if (!quiet || shown) write(`Set-up is complete (${((Date.now() - startedAt) / 1000).toFixed(1)} s).`);
  }

  function write(text, before = '') {
    shown = true;
    output.write(`${before}· ${text}\n`);
  }

  function writeProgress(text) {
    shown = true;
    output.write(output.isTTY ? `\r· ${text}\x1b[K` : `· ${text}\n`);
  }

  // In a terminal it takes the place of the line with the running seconds.
  function writeLast(text) {
    write(text, output.isTTY ? '\r\x1b[K' : '');
  }
}

function secondsSince(instant) {
  return Math.round((Date.now() - instant) / 1000);
}
