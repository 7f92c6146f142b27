/**
 * How a tenant is written in one row of CSV. A cell that holds several things separates them by ` | `:
 * `security ciso@acme.example verified 2024-03-01 | administrator it@acme.example`.
 */

/** What is wrong with one field of one record. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** A tenant in the shape of `ImportedTenant`, not yet checked. */
type TenantCandidate = Record<string, unknown>;

type CellReading = (cell: string, column: string) => { value: unknown; problems: FieldProblem[] };

const columns: Readonly<Record<string, CellReading>> = {
  id: plain,
  name: plain,
  country: plain,
  subdivision: plain,
  sector: plain,
  timeZone: plain,
  languages: listOf(/^(?<tag>\S+)$/, 'a language tag', ({ tag }) => tag),
  facts: factsIn,
  contacts: listOf(
    /^(?<kind>\S+) (?<address>\S+)(?: secret (?<secret>\S+))?(?: id (?<id>\S+))?(?: verified (?<verifiedAt>\S+))?(?: bounced (?<bouncedAt>\S+))?$/,
    '"kind address", for a webhook "webhook URL secret name"; then "id …", "verified date", "bounced date" where they are known',
    ({ address, ...rest }) =>
      rest['kind'] === 'webhook' ? { ...rest, url: address } : { ...rest, email: address },
  ),
  services: listOf(
    /^(?<service>\S+) (?<region>\S+) from (?<usedFrom>\S+)(?: to (?<usedTo>\S+))?$/,
    '"service region from date" and "to date" when it ended',
  ),
  contracts: listOf(
    /^(?<id>\S+) (?<hours>\d{1,6}) ?h from (?<anchor>\S+)(?: clause (?<clause>.+))?$/,
    '"id 72 h from determination" and "clause …" where there is one',
    ({ hours, ...rest }) => ({ ...rest, hours: Number(hours) }),
  ),
};

const requiredColumns = ['id', 'name', 'timeZone'];

export function headerProblems(header: readonly string[]): FieldProblem[] {
  const known = Object.keys(columns).join(', ');
  const unknown = header.filter((name) => !Object.hasOwn(columns, name));
  const repeated = header.filter((name, index) => header.indexOf(name) < index);
  const missing = requiredColumns.filter((name) => !header.includes(name));
  return [
    ...unknown.map((name) => ({ field: shown(name), problem: `is not a known column; known are ${known}` })),
    ...repeated.map((name) => ({ field: shown(name), problem: 'is a column that is there twice' })),
    ...missing.map((name) => ({ field: name, problem: 'is a column that is missing' })),
  ];
}

/** @param fields as many as the header has; an empty one is left out of the candidate. */
export function tenantInRow(
  header: readonly string[],
  fields: readonly string[],
): { candidate: TenantCandidate; problems: FieldProblem[] } {
  if (fields.length !== header.length)
    return { candidate: {}, problems: [{ field: '', problem: wrongCount(fields.length, header.length) }] };
  const candidate: TenantCandidate = {};
  const problems: FieldProblem[] = [];
  header.forEach((column, index) => {
    const cell = fields[index] ?? '';
    const reading = columns[column];
    if (cell.trim() === '' || reading === undefined) return;
    const { value, problems: found } = reading(cell, column);
    candidate[column] = value;
    problems.push(...found);
  });
  return { candidate, problems };
}

function wrongCount(count: number, expected: number): string {
  return `has ${count} field${count === 1 ? '' : 's'}, the header has ${expected}; a field with a comma needs quotes`;
}

function plain(cell: string): { value: string; problems: [] } {
  return { value: cell, problems: [] };
}

function listOf(
  pattern: RegExp,
  form: string,
  toValue: (groups: Record<string, string>) => unknown = (groups) => groups,
): CellReading {
  return (cell, column) => {
    const items = cell.split('|').map((item) => pattern.exec(item.trim())?.groups);
    const misread = items.flatMap((groups, index) =>
      groups === undefined ? [{ field: `${column}[${index}]`, problem: `must be written as ${form}` }] : [],
    );
    return { value: items.map((groups) => toValue(stated(groups))), problems: misread };
  };
}

function stated(groups: Record<string, string | undefined> = {}): Record<string, string> {
  const entries = Object.entries(groups).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

function factsIn(cell: string): { value: unknown; problems: FieldProblem[] } {
  const { value, problems } = listOf(/^(?<name>\w+)=(?<value>.+)$/, 'name=value')(cell, 'facts');
  const pairs = value as { name: string; value: string }[];
  if (problems.length > 0) return { value: {}, problems };
  return { value: Object.fromEntries(pairs.map((pair) => [pair.name, factValue(pair.value)])), problems };
}

function factValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
}

/** A name from the file, short and harmless enough to be printed. */
function shown(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '?').slice(0, 60);
}
