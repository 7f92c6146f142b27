/**
 * The timeline of a report as a drawing, for pages that may fetch nothing: it reads the Mermaid block that the report
 * itself writes (domain/milestones.ts) and draws a line, a dot for each moment, and its words.
 */

interface Row {
  readonly day?: string;
  readonly time: string;
  readonly text: string;
}

const rowHeight = 26;
const dayHeight = 34;
const lineX = 96;
const textX = 112;
const width = 800;

/** @returns nothing when the block is no timeline of this form */
export function timelineSvg(block: string, escape: (text: string) => string): string | undefined {
  const rows = rowsOf(block);
  if (rows === undefined || rows.length === 0) return undefined;
  let y = 8;
  const drawn = rows.map((row) => {
    const day = row.day === undefined ? '' : dayText((y += dayHeight) - rowHeight / 2, escape(row.day));
    y += rowHeight;
    return `${day}${momentText(y, escape(row.time), escape(row.text))}`;
  });
  const height = y + rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" role="img" aria-label="Timeline">
<line x1="${String(lineX)}" y1="20" x2="${String(lineX)}" y2="${String(height - 10)}" stroke="#888" stroke-width="2"/>
${drawn.join('\n')}
</svg>
`;
}

function rowsOf(block: string): readonly Row[] | undefined {
  const [head, ...lines] = block.trimEnd().split('\n');
  if (head !== 'timeline') return undefined;
  const rows: Row[] = [];
  let day: string | undefined;
  for (const line of lines) {
    const section = /^ {2}section (.+)$/.exec(line)?.[1];
    const [, time, text] = /^ {4}(\S+) : (.+)$/.exec(line) ?? [];
    if (section !== undefined) day = section;
    else if (time === undefined || text === undefined) return undefined;
    else {
      rows.push({ time, text, ...(day !== undefined && { day }) });
      day = undefined;
    }
  }
  return rows;
}

function dayText(y: number, day: string): string {
  return `<text x="${String(textX)}" y="${String(y + 14)}" font-size="14" font-weight="bold">${day}</text>`;
}

function momentText(y: number, time: string, text: string): string {
  return (
    `<circle cx="${String(lineX)}" cy="${String(y)}" r="4" fill="#1a1a1a"/>` +
    `<text x="${String(lineX - 12)}" y="${String(y + 4)}" font-size="12" text-anchor="end">${time}</text>` +
    `<text x="${String(textX)}" y="${String(y + 4)}" font-size="13">${text}</text>`
  );
}
