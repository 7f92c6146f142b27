/**
 * Writes entries in groups: what comes in while a write is under way goes out with the next one. So an entry waits for
 * one write at most, and a busy line needs few of them.
 */

export interface GroupCommit<Entry> {
  /** Never waits and never throws: a write that fails is reported by `flush`. */
  add(entry: Entry): void;
  hasFailed(): boolean;
  /** Waits until everything is written. Throws what the first failed write threw. */
  flush(): Promise<void>;
}

/** @param write is called again after a pause when it throws, and must therefore be safe to repeat. */
export function createGroupCommit<Entry>(
  write: (entries: readonly Entry[]) => Promise<void>,
  options: { readonly maxEntries: number; readonly pausesMs: readonly number[] },
): GroupCommit<Entry> {
  const waiting: Entry[] = [];
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  async function writeAll(): Promise<void> {
    // Lets the other entries of this turn of the event loop come in first.
    await Promise.resolve();
    while (waiting.length > 0 && failure === undefined) {
      await writeGroup(waiting.splice(0, options.maxEntries));
    }
    writing = undefined;
  }

  async function writeGroup(group: readonly Entry[]): Promise<void> {
    for (const pauseMs of [...options.pausesMs, undefined]) {
      try {
        await write(group);
        return;
      } catch (error) {
        if (pauseMs === undefined) failure = { error };
        else await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  return {
    add(entry) {
      waiting.push(entry);
      writing ??= writeAll();
    },
    hasFailed: () => failure !== undefined,
    async flush() {
      await writing;
      if (failure !== undefined) throw failure.error;
    },
  };
}
