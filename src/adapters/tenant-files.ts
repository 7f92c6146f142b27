/**
 * Reads a file of tenants, CSV or JSON lines, record by record in bounded memory. Each record comes out as a checked
 * tenant or as what is wrong with it; loading is the database's part (postgres/tenant-import.ts).
 */
import { extname } from 'node:path';
import type { z } from 'zod';
import { InputProblem } from '../contract/input-problem';
import { ImportedTenant } from '../contract/tenant-import';
import { csvFields, isOpenRecord } from './csv';
import { type FieldProblem, headerProblems, tenantInRow } from './tenant-csv';
import { maxLineBytes, type TextLine, textLines } from './text-lines';

/** `line` is where the record begins. */
export interface TenantFileRecord {
  readonly line: number;
  readonly bytesRead: number;
  readonly content: { readonly tenant: ImportedTenant } | { readonly problems: readonly FieldProblem[] };
}

interface RawRecord {
  readonly line: number;
  readonly bytesRead: number;
  readonly content: { readonly candidate: unknown } | { readonly problems: readonly FieldProblem[] };
}

type Reading = (lines: AsyncIterable<TextLine>) => AsyncIterable<RawRecord>;

const readings: Readonly<Record<string, Reading>> = {
  '.csv': csvRecords,
  '.jsonl': jsonRecords,
  '.ndjson': jsonRecords,
};

/**
 * @throws InputProblem for a file name that ends in none of .csv, .jsonl, .ndjson
 * @throws the error of the file system when the file cannot be read.
 */
export async function* readTenantFile(path: string): AsyncGenerator<TenantFileRecord> {
  const reading = readings[extname(path).toLowerCase()];
  if (reading === undefined)
    throw new InputProblem('The file of tenants must end in .csv, .jsonl or .ndjson.', 'file');
  for await (const { content, ...position } of reading(textLines(path)))
    yield { ...position, content: 'candidate' in content ? checked(content.candidate) : content };
}

function checked(candidate: unknown): TenantFileRecord['content'] {
  const { success, data, error } = ImportedTenant.safeParse(candidate);
  return success ? { tenant: data } : { problems: error.issues.flatMap(problemsOf) };
}

async function* jsonRecords(lines: AsyncIterable<TextLine>): AsyncGenerator<RawRecord> {
  for await (const { content, ...position } of lines) {
    if ('problem' in content) yield { ...position, content: wholeLine(content.problem) };
    else if (content.text.trim() !== '') yield { ...position, content: parsed(content.text) };
  }
}

function parsed(text: string): RawRecord['content'] {
  try {
    return { candidate: JSON.parse(text) as unknown };
  } catch (error) {
    // The parser's own message quotes the line, which may hold an address.
    const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
    return wholeLine(
      `is not valid JSON${position === undefined ? '' : ` from character ${Number(position) + 1} on`}`,
    );
  }
}

async function* csvRecords(lines: AsyncIterable<TextLine>): AsyncGenerator<RawRecord> {
  let header: string[] | undefined;
  for await (const { content, ...position } of csvRows(lines)) {
    if ('problems' in content) yield { ...position, content };
    else if (header !== undefined) yield { ...position, content: candidateIn(header, content.fields) };
    else {
      header = content.fields.map((name) => name.trim());
      const problems = headerProblems(header);
      if (problems.length === 0) continue;
      yield { ...position, content: { problems } };
      return;
    }
  }
}

function candidateIn(header: readonly string[], fields: readonly string[]): RawRecord['content'] {
  const { candidate, problems } = tenantInRow(header, fields);
  return problems.length > 0 ? { problems } : { candidate };
}

interface CsvRow {
  readonly line: number;
  readonly bytesRead: number;
  readonly content: { readonly fields: readonly string[] } | { readonly problems: readonly FieldProblem[] };
}

async function* csvRows(lines: AsyncIterable<TextLine>): AsyncGenerator<CsvRow> {
  let open: { line: number; bytesRead: number; text: string } | undefined;
  for await (const { content, line, bytesRead } of lines) {
    if ('problem' in content) {
      yield { line, bytesRead, content: wholeLine(content.problem) };
      continue;
    }
    const text: string = open === undefined ? content.text : `${open.text}\n${content.text}`;
    const position = { line: open?.line ?? line, bytesRead };
    open = isOpenRecord(text) ? { ...position, text } : undefined;
    if (text.length > maxLineBytes) break;
    if (open === undefined && text !== '') yield { ...position, content: fieldsIn(text) };
  }
  if (open !== undefined)
    yield {
      line: open.line,
      bytesRead: open.bytesRead,
      content: wholeLine('opens a quote that is never closed'),
    };
}

function fieldsIn(text: string): CsvRow['content'] {
  const fields = csvFields(text);
  return fields === undefined
    ? wholeLine('has a quote inside a field; put the field in quotes and double the quotes in it')
    : { fields };
}

function wholeLine(problem: string): { problems: FieldProblem[] } {
  return { problems: [{ field: '', problem }] };
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: fieldAt([...issue.path, key]),
      problem: 'is not a known field',
    }));
  return [{ field: fieldAt(issue.path), problem: sentenceOf(issue) }];
}

/** Such as `contacts[1].email`; made harmless to print, because names of fields come from the file too. */
function fieldAt(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '?')
    .slice(0, 120);
}

const wordsForTypes: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  number: 'a number',
  string: 'a text',
};

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message;
  return `must be ${wordsForTypes[issue.expected] ?? issue.expected}`;
}
