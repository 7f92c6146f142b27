// Reads the README and the guides as a reader does: their code blocks, in order, with where they stand.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const projectDirectory = join(__dirname, '..', '..');

export interface CodeBlock {
  /** What stands after the three backticks: a language and perhaps a word more. */
  readonly info: string;
  readonly text: string;
  /** `file:line`, for a failure. */
  readonly place: string;
}

/** README.md and every guide, relative to the project. */
export function documentNames(): readonly string[] {
  const guides = readdirSync(join(projectDirectory, 'docs', 'guides')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...guides.map((name) => `docs/guides/${name}`)];
}

export function textOf(document: string): string {
  return readFileSync(join(projectDirectory, document), 'utf8');
}

export function codeBlocksOf(document: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { info: string; lines: string[]; line: number } | undefined;
  for (const [index, line] of textOf(document).split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { info: (fence[1] ?? '').trim(), lines: [], line: index + 1 };
    else {
      blocks.push({
        info: open.info,
        text: open.lines.join('\n'),
        place: `${document}:${String(open.line)}`,
      });
      open = undefined;
    }
  }
  return blocks;
}

/** What stands between single backticks outside code blocks. */
export function codeSpansOf(document: string): readonly string[] {
  const prose = textOf(document).replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
}
