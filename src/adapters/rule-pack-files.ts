/** Rule packs as files: every `*.json` of the given directories, checked one by one and then all together. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputProblem } from '../contract/input-problem';
import type { RulePack } from '../contract/rule-pack';
import { RulePackFile } from '../contract/rule-pack';
import type { NamedPackFile, RulePackProblem } from '../contract/rule-pack-checks';
import { problemsAcross } from '../contract/rule-pack-checks';
import { fingerprintOf } from '../domain/fingerprint';

/** The packs that come with the product. */
export const bundledRulesDirectory = resolve(__dirname, '../../rules');

const SHOWN_PROBLEMS = 20;

/**
 * @param directories such as the bundled one and one of your own; all files make one pack
 * @throws InputProblem naming file, path and reason of everything that is wrong
 */
export async function loadRulePack(
  directories: readonly string[] = [bundledRulesDirectory],
): Promise<RulePack> {
  const paths = (await Promise.all(directories.map(jsonFilesIn))).flat();
  if (paths.length === 0)
    throw new InputProblem(`no rule pack: there is no *.json file in ${directories.join(', ')}`);
  const read = await Promise.all(paths.map(readPackFile));
  refuse(read.flatMap(({ problems }) => problems));
  const files = read.flatMap(({ named }) => (named === undefined ? [] : [named]));
  refuse(problemsAcross(files));
  return joined(files);
}

async function jsonFilesIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(directory, name));
  } catch (error) {
    throw new InputProblem(`the rules directory ${directory} cannot be read: ${reasonOf(error)}`);
  }
}

interface ReadFile {
  readonly named?: NamedPackFile;
  readonly problems: readonly RulePackProblem[];
}

async function readPackFile(file: string): Promise<ReadFile> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return { problems: [{ file, path: '', reason: `is not JSON: ${reasonOf(error)}` }] };
  }
  const parsed = RulePackFile.safeParse(json);
  if (parsed.success) return { named: { file, content: parsed.data }, problems: [] };
  return {
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
