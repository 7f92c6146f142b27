/**
 * Writes entries in groups: what comes in while a write is under way goes out with the next one, and a group that is
 * not full waits a moment for more. So an entry waits for two writes at most, and a busy line needs few of them.
 */

export interface GroupCommit<Entry> {
  /** Resolves when the entry is written, or when writing has failed for good: `failure` tells. */
  add(entry: Entry): Promise<void>;
  failure(): { readonly error: unknown } | undefined;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly done: () => void;
}

/** @param write is called again after a pause when it throws, and must therefore be safe to repeat. */
export function createGroupCommit<Entry>(
  write: (entries: readonly Entry[]) => Promise<void>,
  options: {
    readonly maxEntries: number;
    /** For so long a group that is not full waits for more. */
    readonly gatherMs: number;
    readonly pausesMs: readonly number[];
  },
): GroupCommit<Entry> {
  const waiting: Waiting<Entry>[] = [];
  let isWriting = false;
  let failure: { readonly error: unknown } | undefined;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      if (waiting.length < options.maxEntries) await pause(options.gatherMs);
      const group = waiting.splice(0, options.maxEntries);
      if (failure === undefined) await writeGroup(group.map(({ entry }) => entry));
      for (const { done } of group) done();
    }
    isWriting = false;
  }

  async function writeGroup(group: readonly Entry[]): Promise<void> {
    for (const pauseMs of [...options.pausesMs, undefined]) {
      try {
        await write(group);
        return;
      } catch (error) {
        if (pauseMs === undefined) failure = { error };
        else await pause(pauseMs);
      }
    }
  }

  return {
    add: (entry) =>
      new Promise((done) => {
        waiting.push({ entry, done });
        if (!isWriting) void writeAll();
      }),
    failure: () => failure,
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
