/**
 * Makes foreign values safe to stand inside Markdown or HTML. HTML escaping is not enough for Markdown: a tenant named
 * `[click](https://evil)`, or one with a line break in its name, would change the document.
 */

/** Control characters, line and paragraph separators, bidirectional controls, halves of surrogate pairs. */
const BREAKING = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;
const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;
const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** One trimmed line; a dash when nothing is left. For plain text. */
export function flattened(value: string): string {
  const line = value.replace(BREAKING, ' ').trim();
  return line === '' ? '-' : line;
}

/** The same line with every ASCII punctuation mark escaped: Markdown shows it and does nothing else with it. */
export function escapedForMarkdown(value: string): string {
  return flattened(value).replace(ASCII_PUNCTUATION, '\\$&');
}

/** The same line for a place in HTML text that is there already. */
export function escapedForHtml(value: string): string {
  return flattened(value).replace(/[&<>"]/g, (character) => HTML_ENTITIES[character] ?? character);
}
