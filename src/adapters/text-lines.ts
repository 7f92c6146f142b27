/** Reads a text file line by line in bounded memory, and knows which line is not UTF-8. */
import { createReadStream } from 'node:fs';

/** A line without its line break. `line` counts from 1, `bytesRead` is how much of the file was taken in so far. */
export interface TextLine {
  readonly line: number;
  readonly bytesRead: number;
  readonly content: { readonly text: string } | { readonly problem: string };
}

/** Longer lines end the reading: such a file is not what it should be, and memory must stay bounded. */
export const maxLineBytes = 1024 * 1024;

const lineFeed = 0x0a;
const byteOrderMark = '\ufeff';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws the error of the file system when the file cannot be read. */
export async function* textLines(path: string): AsyncGenerator<TextLine> {
  let line = 0;
  let bytesRead = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    bytesRead += chunk.length;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
      yield { line: ++line, bytesRead, content: decoded(bytes.subarray(from, end), line) };
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > maxLineBytes) {
      yield {
        line: line + 1,
        bytesRead,
        content: { problem: 'is longer than 1 MiB; the rest was not read' },
      };
      return;
    }
  }
  if (rest.length > 0) yield { line: line + 1, bytesRead, content: decoded(rest, line + 1) };
}

function decoded(bytes: Buffer, line: number): TextLine['content'] {
  try {
    const text = utf8.decode(bytes);
    const unmarked = line === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text;
    return { text: unmarked.endsWith('\r') ? unmarked.slice(0, -1) : unmarked };
  } catch {
    return { problem: 'is not valid UTF-8; save the file as UTF-8' };
  }
}
