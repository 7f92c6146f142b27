// The map from requirements to code and tests names every number once, and nothing that does not exist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join(__dirname, '..', '..');
const numbers = Array.from({ length: 66 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`);

interface Row {
  readonly number: string;
  readonly requirement: string;
  readonly code: string;
  readonly proof: string;
}

const rows = rowsOf(readFileSync(join(project, 'docs/requirements.md'), 'utf8'));

test('every requirement has one row, in order', () => {
  expect(rows.map(({ number }) => number)).toEqual(numbers);
});

test('every row says what is required, where it is and what proves it, or "not yet"', () => {
  const isComplete = ({ requirement, code, proof }: Row) =>
    requirement !== '' &&
    (isNotYet(code) || filesIn(code).length > 0) &&
    (isNotYet(proof) || proofsIn(proof).length > 0);
  expect(rows.filter((row) => !isComplete(row))).toEqual([]);
});

test('every file named exists', () => {
  const files = rows.flatMap(({ code, proof }) => [...filesIn(code), ...filesIn(proof)]);
  expect(files.filter((file) => !existsSync(join(project, file)))).toEqual([]);
});

test('every type, function or role named stands in one of the files beside it', () => {
  const lost = rows.flatMap(({ number, code }) => {
    const texts = filesIn(code).map(textOf).join('\n');
    return namesIn(code)
      .filter((name) => !texts.includes(name))
      .map((name) => `${number}: ${name}`);
  });
  expect(lost).toEqual([]);
});

test('every test named exists', () => {
  const lost = rows.flatMap(({ number, proof }) =>
    proofsIn(proof)
      .filter(({ file, title }) => !textOf(file).includes(title))
      .map(({ file, title }) => `${number}: ${file} "${title}"`),
  );
  expect(lost).toEqual([]);
});

function rowsOf(page: string): Row[] {
  return page
    .split('\n')
    .filter((line) => /^\| S\d\d \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, number = '', requirement = '', code = '', proof = '']) => ({
      number,
      requirement,
      code,
      proof,
    }));
}

function isNotYet(cell: string): boolean {
  return cell.startsWith('not yet');
}

/** What stands in backticks and looks like a path. */
function filesIn(cell: string): string[] {
  return quotedIn(cell).filter((text) => text.includes('/'));
}

/** What stands in backticks and does not: a type, a function, a role. */
function namesIn(cell: string): string[] {
  return quotedIn(cell).filter((text) => !text.includes('/'));
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}

/** Each as `file` "title of a test in it". */
function proofsIn(cell: string): { readonly file: string; readonly title: string }[] {
  return [...cell.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({ file, title }));
}

function textOf(file: string): string {
  const path = join(project, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
