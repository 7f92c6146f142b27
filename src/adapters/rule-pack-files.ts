/**
 * Rule packs as files: every `*.json` of the given directories, checked one by one and then all together. What a
 * directory lists as not encoded is for people and is no pack.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { InputProblem } from '../contract/input-problem';
import { parseInput } from '../contract/parse-input';
import type { RulePack } from '../contract/rule-pack';
import { RulePackFile } from '../contract/rule-pack';
import type { NamedPackFile, RulePackProblem } from '../contract/rule-pack-checks';
import { problemsAcross } from '../contract/rule-pack-checks';
import { duplicateKeyIn } from '../domain/duplicate-keys';
import { fingerprintOf } from '../domain/fingerprint';

/** The packs that come with the product. */
export const bundledRulesDirectory = resolve(__dirname, '../../rules');

/** What of the law could not be stated as data, each with its reason. */
const notEncodedFile = 'not-encoded.json';

const SHOWN_PROBLEMS = 20;

/**
 * @param directories such as the bundled one and one of your own; all files make one pack
 * @throws InputProblem naming file, path and reason of everything that is wrong
 */
export async function loadRulePack(
  directories: readonly string[] = [bundledRulesDirectory],
): Promise<RulePack> {
  const read = await readDirectories(directories);
  refuse(read.flatMap(({ problems }) => problems));
  const files = read.flatMap(({ named }) => (named === undefined ? [] : [named]));
  refuse(problemsAcross(files));
  return joined(files);
}

async function readDirectories(directories: readonly string[]): Promise<readonly ReadFile[]> {
  const places = [...new Set(directories.map((directory) => resolve(directory)))];
  const paths = (await Promise.all(places.map(packFilesIn))).flat();
  return Promise.all(paths.map(readPackFile));
}

/**
 * Everything that is wrong with the files of one directory, also seen beside those of others.
 * @param today such as `2026-11-24`; a file that is no longer to be relied on is a problem
 */
export async function problemsOfRulePack(
  directory: string,
  beside: readonly string[],
  today: string,
): Promise<readonly RulePackProblem[]> {
  const own = await readDirectories([directory]);
  const others = beside.filter((each) => resolve(each) !== resolve(directory));
  const read = [...(others.length === 0 ? [] : await readDirectories(others)), ...own];
  const files = read.flatMap(({ named }) => (named === undefined ? [] : [named]));
  const isOwn = ({ file }: { readonly file: string }) => own.some((each) => each.file === file);
  return [
    ...own.flatMap(({ problems }) => problems),
    ...problemsAcross(files).filter(isOwn),
    ...files.filter(isOwn).flatMap((file) => expiryOf(file, today)),
  ];
}

function expiryOf({ file, content }: NamedPackFile, today: string): readonly RulePackProblem[] {
  const { validUntil } = content;
  if (validUntil === undefined || today <= validUntil) return [];
  return [
    { file, path: 'validUntil', reason: `was ${validUntil}; read the rules against their sources anew` },
  ];
}

/** What of the law could not be stated as data. */
const NotEncodedRow = z.strictObject({
  id: z.string().min(1),
  regime: z.string().min(1),
  jurisdiction: z.string().min(1),
  reason: z.string().min(1),
});
export type NotEncoded = z.infer<typeof NotEncodedRow>;

/** @throws InputProblem when the list of a directory cannot be read; a directory needs none */
export async function notEncodedIn(directories: readonly string[]): Promise<readonly NotEncoded[]> {
  const lists = await Promise.all(
    directories.map(async (directory) => {
      if (!(await namesIn(directory)).includes(notEncodedFile)) return [];
      const file = join(directory, notEncodedFile);
      return parseInput(z.array(NotEncodedRow), JSON.parse(await readFile(file, 'utf8')), file);
    }),
  );
  return lists.flat();
}

async function packFilesIn(directory: string): Promise<string[]> {
  const names = await namesIn(directory);
  const packs = names.filter((name) => name.endsWith('.json') && name !== notEncodedFile).sort();
  if (packs.length === 0) throw new InputProblem(`no rule pack: there is no *.json file in ${directory}`);
  return packs.map((name) => join(directory, name));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    throw new InputProblem(`the rules directory ${directory} cannot be read: ${reasonOf(error)}`);
  }
}

interface ReadFile {
  readonly file: string;
  readonly named?: NamedPackFile;
  readonly problems: readonly RulePackProblem[];
}

async function readPackFile(file: string): Promise<ReadFile> {
  let text: string;
  let json: unknown;
  try {
    text = await readFile(file, 'utf8');
    json = JSON.parse(text);
  } catch (error) {
    return { file, problems: [{ file, path: '', reason: `is not JSON: ${reasonOf(error)}` }] };
  }
  const twice = duplicateKeyIn(text);
  if (twice !== undefined)
    return { file, problems: [{ file, path: twice, reason: 'is there twice; keep the one that counts' }] };
  const parsed = RulePackFile.safeParse(json);
  if (parsed.success) return { file, named: { file, content: parsed.data }, problems: [] };
  return {
    file,
    problems: parsed.error.issues.map(({ path, message }) => ({
      file,
      path: pathInWords(path, json),
      reason: message,
    })),
  };
}

/** `rules[3] (eu-example).clock.counting`: the id helps more than the index. */
function pathInWords(path: readonly PropertyKey[], json: unknown): string {
  return path.reduce<{ words: string; value: unknown }>(
    ({ words, value }, part) => {
      const next = (value as Record<PropertyKey, unknown> | undefined)?.[part];
      const id = typeof part === 'number' ? idOf(next) : '';
      const step = typeof part === 'number' ? `[${part}]${id}` : `${words === '' ? '' : '.'}${String(part)}`;
      return { words: words + step, value: next };
    },
    { words: '', value: json },
  ).words;
}

function idOf(value: unknown): string {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' ? ` (${id})` : '';
}

function refuse(problems: readonly RulePackProblem[]): void {
  if (problems.length === 0) return;
  const lines = problems
    .slice(0, SHOWN_PROBLEMS)
    .map(({ file, path, reason }) => [file, path, reason].filter((part) => part !== '').join(': '));
  const more = problems.length > SHOWN_PROBLEMS ? [`… and ${problems.length - SHOWN_PROBLEMS} more`] : [];
  throw new InputProblem(`the rule pack cannot be used:\n${[...lines, ...more].join('\n')}`);
}

function joined(files: readonly NamedPackFile[]): RulePack {
  const contents = files
    .map(({ content }) => content)
    .sort((left, right) => (left.pack < right.pack ? -1 : 1));
  return {
    version: contents.map(({ pack, version }) => `${pack}@${version}`).join(' '),
    digest: fingerprintOf(contents),
    facts: contents.flatMap(({ facts }) => facts),
    implies: Object.assign({}, ...contents.map(({ implies }) => implies)) as RulePack['implies'],
    zones: Object.assign({}, ...contents.map(({ zones }) => zones)) as RulePack['zones'],
    rules: contents.flatMap(({ rules }) => rules),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
