/** Where reports come from: a mailbox directory (maildir), or one message on standard input. */
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InputProblem } from '../../contract/input-problem';

export interface Unread {
  readonly problem: string;
  /** Trying again would change nothing. */
  readonly isFinal: boolean;
}

export interface IncomingMessage {
  /** For people: the name of the file. */
  readonly name: string;
  /** The same wherever in the mailbox it lies. */
  readonly key: string;
  /** Its bytes, or why there are none. */
  read(): Promise<Uint8Array | Unread>;
  /** It is recorded: the next run need not look at it first. */
  done(): Promise<void>;
}

/** Far above any report, which returns headers alone. */
const largestMessageBytes = 10 * 1024 * 1024;
const tooLarge = { problem: 'it has more than 10 MB; a report is far smaller', isFinal: true };

/**
 * What is new first, then what was seen before; both in the order of their names, which begin with the time.
 * @throws InputProblem when it is no maildir
 */
export async function messagesInMaildir(directory: string): Promise<IncomingMessage[]> {
  const [fresh, seen] = await Promise.all([namesIn(join(directory, 'new')), namesIn(join(directory, 'cur'))]);
  if (fresh === undefined && seen === undefined)
    throw new InputProblem(
      `${directory} is no maildir: it has neither new/ nor cur/; name the mailbox directory, or - for standard input`,
      'maildir',
    );
  return [
    ...(fresh ?? []).map((name) => messageIn(directory, 'new', name)),
    ...(seen ?? []).map((name) => messageIn(directory, 'cur', name)),
  ];
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new InputProblem(`${folder} cannot be read (${String(code)}); check who may read it`, 'maildir');
  }
}

function messageIn(directory: string, folder: 'new' | 'cur', name: string): IncomingMessage {
  const file = join(directory, folder, name);
  return {
    name: `${folder}/${name}`,
    key: name.replace(/:2,.*$/, ''),
    read: () => readFileUpToLimit(file),
    // As mail programs do: what was seen stands in cur/, with the flag that says so.
    done: async () => {
      if (folder === 'cur') return;
      await mkdir(join(directory, 'cur'), { recursive: true });
      // One that somebody else has moved meanwhile is recorded all the same.
      await rename(file, join(directory, 'cur', name.includes(':2,') ? name : `${name}:2,S`)).catch(
        () => undefined,
      );
    },
  };
}

async function readFileUpToLimit(file: string): Promise<Uint8Array | Unread> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      return size > largestMessageBytes ? tooLarge : await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      problem: `it cannot be read (${String(code)}); it is tried again the next time`,
      isFinal: false,
    };
  }
}

/** As a mail system pipes it to a program. */
export function messageFrom(input: AsyncIterable<Uint8Array>): IncomingMessage {
  return {
    name: 'standard input',
    key: 'standard input',
    read: async () => {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of input) {
        bytes += chunk.length;
        if (bytes > largestMessageBytes) return tooLarge;
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    },
    done: () => Promise.resolve(),
  };
}
