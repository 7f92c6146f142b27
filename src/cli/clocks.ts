/** `firebreak clocks`: the clocks of an incident, their arithmetic, a calendar of them, and due instants from a file. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { clockCalendar } from '../adapters/clock-calendar';
import { InputProblem } from '../contract/input-problem';
import { clockList, type ListedClock } from '../domain/clock-list';
import { durationInWords } from '../domain/lateness';
import { obligationView } from '../domain/obligation-view';
import { computeCommand } from './clocks-compute';
import type { CliContext } from './context';
import { obligationSources } from './obligation-sources';
import { policyInForce } from './policy-file';

interface RuleOption {
  readonly rule?: string;
}

interface ExportOptions extends RuleOption {
  readonly ics?: boolean;
  readonly alarm?: readonly string[];
  readonly out?: string;
}

export function clocksCommand(context: CliContext): Command {
  return new Command('clocks')
    .description('due instants: the clocks of an incident, the most urgent first')
    .argument('[incident]')
    .action((incidentId: string | undefined) => list(context, incidentId))
    .addCommand(explainCommand(context))
    .addCommand(exportCommand(context))
    .addCommand(computeCommand(context));
}

async function clocksOf(context: CliContext, incidentId: string, rule: string | undefined) {
  const sources = await obligationSources(context, incidentId, rule);
  const view = obligationView(sources, rule === undefined ? {} : { ruleId: rule });
  return { sources, view, clocks: clockList(incidentId, view) };
}

// The list

async function list(context: CliContext, incidentId: string | undefined): Promise<void> {
  if (incidentId === undefined)
    throw new InputProblem('incident is missing: firebreak clocks <incident>, or clocks compute', 'incident');
  const { view, clocks } = await clocksOf(context, incidentId, undefined);
  context.print({ incidentId, at: view.at, clocks }, tableText(view.at, clocks));
}

function tableText(at: string, clocks: readonly ListedClock[]): string {
  if (clocks.length === 0) return `as of ${at}\nno clock is known`;
  const rows = clocks.map(({ dueAt, margin, state, isUndecided, kind, what, to }) => [
    dueAt ?? '',
    marginText(margin, state),
    isUndecided ? `${state}, undecided` : state,
    kind,
    what,
    to,
  ]);
  return [`as of ${at}`, ...inColumns([['due', 'margin', 'state', 'by', 'what', 'to'], ...rows])].join('\n');
}

function marginText(margin: string | undefined, state: ListedClock['state']): string {
  if (margin === undefined || state === 'met') return '';
  const words = durationInWords(margin.replace('-', ''));
  return margin.startsWith('-') ? `past since ${words}` : words;
}

function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

// The arithmetic

function explainCommand(context: CliContext): Command {
  return new Command('explain')
    .description('the arithmetic of every clock in words, with where each rule is written')
    .argument('<incident>')
    .option('--rule <id>', 'only this rule, also when it does not apply')
    .action(async (incidentId: string, { rule }: RuleOption) => {
      const { sources, view } = await clocksOf(context, incidentId, rule);
      const citations = new Map(sources.pack.rules.map(({ id, citation }) => [id, citation]));
      const explained = view.duties.map(({ ruleId, stage, outcome, because, words, due, softDueAt }) => ({
        rule: ruleId,
        stage,
        citation: citations.get(ruleId),
        outcome,
        because,
        words,
        ...(due !== undefined && { dueAt: due.dueFrom }),
        ...(softDueAt !== undefined && { softDueAt }),
      }));
      const text = explained.map(({ citation, words, because, ...each }) =>
        [
          `${each.rule} (${each.stage}): ${each.outcome}${citation === undefined ? '' : `; ${citation}`}`,
          ...(because === words ? [] : [`    ${because}`]),
          `    ${words}`,
        ].join('\n'),
      );
      context.print({ incidentId, at: view.at, explained }, [`as of ${view.at}`, ...text].join('\n'));
    });
}

// The calendar

function exportCommand(context: CliContext): Command {
  return new Command('export')
    .description('the clocks as a calendar, with alarms ahead of each')
    .argument('<incident>')
    .option('--ics', 'as iCalendar (RFC 5545), the one format there is')
    .option('--rule <id>', 'only this rule')
    .option('--alarm <minutes...>', 'how long ahead alarms go off; else as the policy says')
    .option('--out <file>', 'write to this file; else to standard output')
    .action((incidentId: string, options: ExportOptions) => exportClocks(context, incidentId, options));
}

async function exportClocks(context: CliContext, incidentId: string, options: ExportOptions): Promise<void> {
  const { view, clocks } = await clocksOf(context, incidentId, options.rule);
  const ics = clockCalendar(clocks, {
    incidentId,
    at: view.at,
    alarmMinutes: await alarmMinutes(context, options.alarm),
  });
  if (options.out === undefined) return context.print({ ics }, ics);
  await writeFile(options.out, ics);
  context.print({ file: options.out }, `the clocks of ${incidentId} are in ${options.out}`);
}

async function alarmMinutes(
  { config }: CliContext,
  given: readonly string[] | undefined,
): Promise<readonly number[]> {
  if (given === undefined) return [(await policyInForce(config.policyFile)).deadlineMarginMinutes];
  return given.map((text) => {
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new InputProblem(`alarm ${text} is not a number of minutes; write for example 60`, 'alarm');
  });
}
