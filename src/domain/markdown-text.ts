/** Markdown made of texts that people wrote: they stay text, whatever they hold. */

/** One line, with what Markdown or a table would read as its own escaped. */
export function inline(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}

export function section(title: string, body: string): string {
  return `## ${title}\n\n${body === '' ? 'Nothing recorded.' : body}`;
}

export function subsection(title: string, body: string, whenEmpty: string): string {
  return `### ${title}\n\n${body === '' ? whenEmpty : body}`;
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${inline(line)}`).join('\n');
}

/** Nothing at all when it has no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
