/** CSV as RFC 4180 has it: comma, double quotes that are doubled inside quotes, line breaks only inside quotes. */
import { stringify } from 'csv-stringify/sync';

/** True while a quote is open, so that the record goes on with the next line. */
export function isOpenRecord(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) quotes += 1;
  return quotes % 2 === 1;
}

/** The fields of one whole record, or undefined when a quote stands where none may. */
export function csvFields(record: string): string[] | undefined {
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;
  const fields: string[] = [];
  for (;;) {
    const match = field.exec(record);
    if (match === null) return undefined;
    const [, quoted, bare, end] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '') return fields;
  }
}

/**
 * One record, without its line break. A text that a spreadsheet would take for a formula gets an apostrophe before it;
 * a number stays the number it is.
 */
export function csvRecord(fields: readonly (string | number)[]): string {
  return stringify([fields], { escape_formulas: true, eof: false });
}
