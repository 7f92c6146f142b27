/**
 * The files of a log that is rotated: the one that is written to, and those beside it that were set aside. Read line by
 * line in bounded memory, the oldest first, and complete even when the log is rotated meanwhile.
 */
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';

export interface OpenLog {
  /** No file that may hold lines since then had to be left out. */
  readonly isReadable: boolean;
  /** A file from before that time is there too, so that the first line read follows on lines from before it. */
  readonly reachesBack: boolean;
  /** When the last line was written. */
  readonly writtenAt: Date;
  lines(): AsyncGenerator<string>;
  close(): Promise<void>;
}

interface LogFile {
  readonly path: string;
  readonly inode: number;
  readonly writtenAt: Date;
}

const triesWhileRotated = 5;
const unreadable = /\.(xz|bz2|zst|lz4)$/;

/**
 * Opens what may hold lines since `from`.
 *
 * @throws the error of the file system when the log itself cannot be read.
 */
export async function openLog(path: string, from: Date): Promise<OpenLog> {
  for (let tries = 1; ; tries += 1) {
    const files = await filesOf(path);
    const wanted = files.filter(({ writtenAt }) => writtenAt >= from);
    const readable = wanted.filter((file) => !unreadable.test(file.path));
    const handles = await openAll(readable);
    // A rotation between the listing and the opening would have hidden the lines that it set aside.
    const isSame = handles !== undefined && sameFiles(files, await filesOf(path));
    if (isSame || (handles !== undefined && tries === triesWhileRotated))
      return {
        isReadable: isSame && readable.length === wanted.length,
        reachesBack: wanted.length < files.length,
        writtenAt: files.at(-1)?.writtenAt ?? new Date(0),
        lines: () => linesOfAll(handles),
        close: async () => {
          await Promise.all(handles.map(({ handle }) => handle.close()));
        },
      };
    await Promise.all((handles ?? []).map(({ handle }) => handle.close()));
    if (tries === triesWhileRotated)
      throw new Error(`the log ${path} is rotated faster than it can be opened`);
  }
}

/** The log and what was rotated away from it, `mail.log.1` or `mail.log-20260105.gz`, by the time of the last line. */
async function filesOf(path: string): Promise<LogFile[]> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = (await readdir(folder)).filter(
    (each) => each === name || each.startsWith(`${name}.`) || each.startsWith(`${name}-`),
  );
  const files = await Promise.all(names.map((each) => fileAt(join(folder, each))));
  await stat(path);
  return files
    .filter((file) => file !== undefined)
    .sort((left, right) => left.writtenAt.getTime() - right.writtenAt.getTime());
}

async function fileAt(path: string): Promise<LogFile | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? { path, inode: found.ino, writtenAt: found.mtime } : undefined;
  } catch {
    // Rotated away between two looks.
    return undefined;
  }
}

function sameFiles(before: readonly LogFile[], after: readonly LogFile[]): boolean {
  const names = (files: readonly LogFile[]) =>
    files
      .map(({ path, inode }) => `${path} ${String(inode)}`)
      .sort()
      .join('\n');
  return names(before) === names(after);
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly isCompressed: boolean;
}

/** Undefined when one of them went away meanwhile. */
async function openAll(files: readonly LogFile[]): Promise<readonly OpenFile[] | undefined> {
  const opened = await Promise.allSettled(files.map(({ path }) => open(path)));
  const handles = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (handles.length === files.length)
    return handles.map((handle, index) => ({
      handle,
      isCompressed: files[index]?.path.endsWith('.gz') ?? false,
    }));
  await Promise.all(handles.map((handle) => handle.close()));
  const [failed] = opened.filter((each) => each.status === 'rejected');
  if ((failed?.reason as NodeJS.ErrnoException).code !== 'ENOENT') throw failed?.reason;
  return undefined;
}

async function* linesOfAll(files: readonly OpenFile[]): AsyncGenerator<string> {
  for (const file of files) yield* linesOf(file);
}

/** Longer ones are nothing that a mail server writes, and are left out. */
const longestLine = 64 * 1024;

/** Bytes as they are: what is looked for is ASCII. */
async function* linesOf({ handle, isCompressed }: OpenFile): AsyncGenerator<string> {
  const stream = handle.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 });
  const bytes: AsyncIterable<Buffer> = isCompressed ? stream.pipe(createGunzip()) : stream;
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > longestLine) rest = '';
  }
  if (rest !== '') yield rest;
}
