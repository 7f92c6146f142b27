/** `firebreak clocks compute`: due instants from facts in a file, and whether they are those that the file expects. */
import { Command, Option } from 'commander';
import { holidayCalendars } from '../adapters/holiday-calendars';
import { loadRulePack } from '../adapters/rule-pack-files';
import { computationFrom, EVERY_RULE } from '../contract/computation-checks';
import { InputProblem } from '../contract/input-problem';
import { CountingMode, StartKind, type Computation } from '../contract/rule-facts';
import type { RulePack } from '../contract/rule-pack';
import { compute, type ComputationAnswer, type ComputationSources } from '../domain/computation';
import { differencesFrom, type Difference } from '../domain/computation-check';
import type { CliContext } from './context';
import { readJsonFile } from './read-json-file';

interface ComputeOptions {
  readonly facts: string;
  readonly rule?: string;
  readonly mode?: CountingMode;
  readonly check?: boolean;
}

/** What cannot be computed: one sentence, and the path of what is wrong. */
interface RefusedComputation {
  readonly id?: string;
  readonly outcome: 'refused';
  readonly because: string;
  readonly error: { readonly type: string; readonly message: string; readonly field?: string };
}

type Answered = ComputationAnswer | RefusedComputation;

export function computeCommand(context: CliContext): Command {
  return new Command('compute')
    .description('exact due instants from facts in a file; needs no server and no database')
    .requiredOption('--facts <file>', 'JSON of one computation or a list of them, - for standard input')
    .option('--rule <id>', `only this rule; of a list, only its computations; ${EVERY_RULE} is all rules`)
    .addOption(
      new Option('--mode <mode>', 'how periods are counted, whatever the file says').choices(
        CountingMode.options,
      ),
    )
    .option('--check', 'compare with what the file expects; ends with 1 when something differs')
    .action(async (options: ComputeOptions) => {
      const pack = await loadRulePack(context.config.rulesDirectories);
      const inputs = await inputsOf(options);
      const answer = answering(options, { pack, holidays: holidayCalendars() });
      if (options.check === true) check(inputs, answer, pack, context);
      else tell(inputs, answer);
    });
}

// What is asked

interface Input {
  readonly where: string;
  readonly value: unknown;
}

interface Inputs {
  readonly isList: boolean;
  readonly each: readonly Input[];
}

async function inputsOf({ facts: file, rule }: ComputeOptions): Promise<Inputs> {
  const content = await readJsonFile(file);
  const isList = Array.isArray(content);
  const each = (isList ? content : [content]).map((value: unknown, index) => ({
    where: isList ? `${file}: ${idOf(value) ?? `[${index}]`}` : file,
    value,
  }));
  if (each.length === 0) throw new InputProblem(`${file} is an empty list; put a computation in`, 'facts');
  if (!isList || rule === undefined) return { isList, each };
  return { isList, each: each.filter(({ value }) => fieldOf(value, 'rule') === rule) };
}

function idOf(value: unknown): string | undefined {
  const id = fieldOf(value, 'id');
  return typeof id === 'string' ? id : undefined;
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[field];
}

/** The rule and mode of the command line take the place of those in the file. */
function withOptions(value: unknown, { rule, mode }: ComputeOptions): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return { ...value, ...(rule !== undefined && { rule }), ...(mode !== undefined && { mode }) };
}

// What comes out

function answering(options: ComputeOptions, sources: ComputationSources): (input: Input) => Answered {
  return ({ value, where }) => {
    try {
      return answerOf(computationFrom(withOptions(value, options), sources.pack, where), sources, where);
    } catch (error) {
      if (!(error instanceof InputProblem)) throw error;
      return refused(idOf(value), error.message, error.field);
    }
  };
}

/** What a clock itself refuses is refused as a whole: no half of a file that is wrong is computed. */
function answerOf(computation: Computation, sources: ComputationSources, where: string): Answered {
  const answer = compute(computation, sources);
  if (answer.outcome !== 'refused') return answer;
  return refused(computation.id, `${where}: ${answer.because}`);
}

function refused(id: string | undefined, message: string, field?: string): RefusedComputation {
  return {
    ...(id !== undefined && { id }),
    outcome: 'refused',
    because: message,
    error: { type: 'InputProblem', message, ...(field !== undefined && { field }) },
  };
}

function isRefused(answer: Answered): answer is RefusedComputation {
  return 'error' in answer;
}

/** The answers are data with or without --json; what is refused is told as every bad input is. */
function tell({ isList, each }: Inputs, answer: (input: Input) => Answered): void {
  const answers = each.map(answer);
  process.stdout.write(`${JSON.stringify(isList ? answers : answers[0], undefined, 2)}\n`);
  for (const { because } of answers.filter(isRefused)) process.stderr.write(`firebreak: ${because}\n`);
  if (answers.some(isRefused)) process.exitCode = 2;
}

// Against what the file expects

interface Checked {
  readonly where: string;
  readonly differences: readonly Difference[];
}

function check(
  { each }: Inputs,
  answer: (input: Input) => Answered,
  pack: RulePack,
  context: CliContext,
): void {
  const sources = expectationSources(pack);
  const expecting = each.filter(({ value }) => fieldOf(value, 'expect') !== undefined);
  const [{ where } = { where: 'the file' }] = each;
  if (expecting.length === 0)
    throw new InputProblem(`${where}: expect is missing; there is nothing to compare with`, 'expect');
  const checked = expecting.map((input): Checked => {
    const expected = expectationOf(input);
    return { where: input.where, differences: differencesFrom(expected, answer(input), sources) };
  });
  const different = checked.filter(({ differences }) => differences.length > 0);
  context.print(
    { checked: checked.length, unchecked: each.length - checked.length, different },
    [
      ...different.flatMap(differenceLines),
      `${checked.length - different.length} of ${checked.length} come out as expected`,
    ].join('\n'),
  );
  if (different.length > 0) process.exitCode = 1;
}

function expectationOf({ value, where }: Input): Readonly<Record<string, unknown>> {
  const expected = fieldOf(value, 'expect');
  if (typeof expected === 'object' && expected !== null && !Array.isArray(expected))
    return expected as Readonly<Record<string, unknown>>;
  throw new InputProblem(`${where}: expect must be an object such as { "outcome": "applies" }`, 'expect');
}

function expectationSources({ facts, rules }: RulePack) {
  const own = new Map(rules.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const)));
  return {
    names: [
      ...facts.map(({ name }) => name.slice(name.indexOf('.') + 1)),
      ...StartKind.options,
      ...rules.map(({ id }) => id),
    ],
    ruleIdOf: (name: string) => own.get(name) ?? name,
  };
}

function differenceLines({ where, differences }: Checked): readonly string[] {
  return differences.map(
    ({ path, expected, came }) =>
      `${where}: ${path}: expected ${JSON.stringify(expected)}, came ${JSON.stringify(came)}`,
  );
}
