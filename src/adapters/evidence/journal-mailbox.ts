/**
 * A journal as evidence: a mailbox directory (maildir) to which the relay writes a copy of every message it takes. What
 * is there was taken; what is not may still be on its way, for a journal is mail too.
 */
import { open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RelayEvidence } from '../../activities/reconcile-doubts';

export const journalMailbox = (
  directory: string,
  { quietMs }: { readonly quietMs: number },
): RelayEvidence => ({
  quietMs,
  lookUp: async (doubts) => {
    const wanted = new Set(doubts.flatMap(({ messageId }) => messageId ?? []));
    const from = Math.min(...doubts.map(({ armedAt }) => Date.parse(armedAt)));
    const found = new Set<string>();
    for (const folder of ['new', 'cur']) {
      for await (const messageId of messageIdsIn(join(directory, folder), from))
        if (wanted.has(messageId)) found.add(messageId);
    }
    return doubts.map(({ messageId }) =>
      messageId !== undefined && found.has(messageId)
        ? { evidence: 'journal-has-it', note: 'a copy is in the journal' }
        : { evidence: 'not-seen' },
    );
  },
});

async function* messageIdsIn(folder: string, fromMs: number): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (!entry.isFile() || (await isOlder(path, fromMs))) continue;
    const messageId = await messageIdOf(path);
    if (messageId !== undefined) yield messageId;
  }
}

async function isOlder(path: string, fromMs: number): Promise<boolean> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs < fromMs,
    () => true,
  );
}

const mostHeaderBytes = 64 * 1024;

/** Undefined, too, for a message that a mail program has just moved from `new` to `cur`: it is found there. */
async function messageIdOf(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostHeaderBytes), 0, mostHeaderBytes, 0);
    const [head = ''] = buffer.toString('latin1', 0, bytesRead).split(/\r?\n\r?\n/, 1);
    return /^message-id:\s*<([^>]+)>/im.exec(head)?.[1];
  } finally {
    await file.close();
  }
}
