/** `firebreak metrics`: how long each part of incidents took, for people, for programs, and for spreadsheets. */
import { Command } from 'commander';
import { csvRecord } from '../adapters/csv';
import type { Firebreak, IncidentFigures } from '../client';
import { InputProblem } from '../contract/input-problem';
import { durationText, spanText } from '../domain/durations';
import { instantFromEpochMs, type Instant } from '../domain/instant';
import { withClient, type CliContext } from './context';

interface MetricsOptions {
  readonly since?: string;
  readonly csv?: boolean;
}

export function metricsCommand(context: CliContext): Command {
  return new Command('metrics')
    .description('how long each part of one incident, or of all, took; and what was late')
    .argument('[incident]', 'all that the server knows, closed ones included, unless given')
    .option('--since <date>', 'only those declared on this day or later, e.g. 2026-01-01 (UTC)')
    .option('--csv', 'a table for a spreadsheet, durations in seconds')
    .action(async (incidentId: string | undefined, { since, csv }: MetricsOptions) => {
      if (csv === true && context.isJson)
        throw new InputProblem('--csv and --json cannot both be answered; choose one', 'csv');
      const from = since === undefined ? undefined : dayFrom(since);
      const figures = await withClient(context, (firebreak) => figuresOf(firebreak, incidentId, from));
      context.print(figures, csv === true ? csvOf(figures) : textOf(figures));
    });
}

function dayFrom(text: string): Instant {
  const epochMs = /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(epochMs))
    throw new InputProblem(`since ${text} is not a date; write it as 2026-01-31`, 'since');
  return instantFromEpochMs(epochMs);
}

/** What was closed before that day was declared before it too, and need not be asked. */
async function figuresOf(
  firebreak: Firebreak,
  incidentId: string | undefined,
  from: Instant = '',
): Promise<readonly IncidentFigures[]> {
  if (incidentId !== undefined) return [await firebreak.metrics(incidentId)];
  const known = (await firebreak.listIncidents()).filter(
    ({ closedAt }) => closedAt === undefined || closedAt >= from,
  );
  const figures: IncidentFigures[] = [];
  for (const each of known) figures.push(await firebreak.metrics(each.incidentId));
  return figures.filter(({ declaredAt }) => declaredAt >= from);
}

// Words

const spans = {
  timeToDetect: 'detected after',
  timeToContain: 'contained after',
  timeToEradicate: 'eradicated after',
  timeToRecover: 'recovered after',
  timeToDetermine: 'determined after',
  timeToFirstNotice: 'first tenant told after',
  timeToLastNotice: 'last tenant told after',
  timeToClose: 'closed after',
} as const;
const spanNames = Object.keys(spans) as (keyof typeof spans)[];

function textOf(figures: readonly IncidentFigures[]): string {
  return figures.length === 0 ? 'No incidents.' : figures.map(incidentText).join('\n\n');
}

function incidentText(figures: IncidentFigures): string {
  const { incidentId, title, severity, mode, phase, entries, deadlinesMissed, refusedMessages } = figures;
  return [
    `${incidentId}: ${title} (${severity}${mode === 'drill' ? ', DRILL' : ''}), ${phase}`,
    ...spanNames.flatMap((name) => {
      const span = figures[name];
      return span === undefined ? [] : [line(spans[name], spanText(span))];
    }),
    ...figures.services.map(({ service, timeToContain }) =>
      line(`  ${service}`, timeToContain === undefined ? 'not contained' : spanText(timeToContain)),
    ),
    ...figures.duties.filter(isLate).map(({ ruleId, stage, lateMs, metAt }) => {
      const soFar = metAt === undefined ? ', and not met yet' : '';
      return line('late', `${ruleId} (${stage}) by ${durationText(lateMs ?? 0)}${soFar}`);
    }),
    ...figures.approvals.map(({ gate, waitedMs, decision }) =>
      line('approval', `${gate} waited ${durationText(waitedMs)}${decision ? '' : ', and waits still'}`),
    ),
    line(
      'entries',
      `${String(entries.opened)} opened, ${String(entries.open)} open, ${String(entries.overdue)} overdue, ${String(entries.escalated)} escalated`,
    ),
    line('deadlines missed', String(deadlinesMissed)),
    line('messages refused', String(refusedMessages)),
  ].join('\n');
}

const nameWidth = 24;

function line(name: string, value: string): string {
  return `  ${name.padEnd(nameWidth)} ${value}`;
}

function isLate({ lateMs }: IncidentFigures['duties'][number]): boolean {
  return lateMs !== undefined && lateMs > 0;
}

// A table

const columns: readonly (readonly [string, (figures: IncidentFigures) => string | number | undefined])[] = [
  ['incident', ({ incidentId }) => incidentId],
  ['title', ({ title }) => title],
  ['severity', ({ severity }) => severity],
  ['mode', ({ mode }) => mode],
  ['phase', ({ phase }) => phase],
  ['declared_at', ({ declaredAt }) => declaredAt],
  ['closed_at', ({ closedAt }) => closedAt],
  ...spanNames.flatMap((name) => [
    [
      `${snakeCase(name)}_at_least_s`,
      (figures: IncidentFigures) => seconds(figures[name]?.atLeastMs),
    ] as const,
    [`${snakeCase(name)}_at_most_s`, (figures: IncidentFigures) => seconds(figures[name]?.atMostMs)] as const,
  ]),
  ['duties', ({ duties }) => duties.length],
  ['duties_late', ({ duties }) => duties.filter(isLate).length],
  ['latest_by_s', ({ duties }) => seconds(mostOf(duties.map(({ lateMs }) => lateMs ?? 0)))],
  ['longest_approval_wait_s', ({ approvals }) => seconds(mostOf(approvals.map(({ waitedMs }) => waitedMs)))],
  ['entries_opened', ({ entries }) => entries.opened],
  ['entries_open', ({ entries }) => entries.open],
  ['entries_overdue', ({ entries }) => entries.overdue],
  ['entries_escalated', ({ entries }) => entries.escalated],
  ['deadlines_missed', ({ deadlinesMissed }) => deadlinesMissed],
  ['messages_refused', ({ refusedMessages }) => refusedMessages],
];

function csvOf(figures: readonly IncidentFigures[]): string {
  const rows = figures.map((each) => columns.map(([, valueOf]) => valueOf(each) ?? ''));
  return [columns.map(([name]) => name), ...rows].map(csvRecord).join('\n');
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms / 1000);
}

function mostOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}
