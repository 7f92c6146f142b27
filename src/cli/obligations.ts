/** `firebreak obligations`: what is owed, by when, how late it was, and how late it would be under every other anchor. */
import { Command } from 'commander';
import { InputProblem } from '../contract/input-problem';
import { StartKind } from '../contract/rule-facts';
import { durationInWords, latenessInWords, type DueTime } from '../domain/lateness';
import { problemOfMoment, withOffset, type WrittenMoment } from '../domain/moment';
import type { ObligationFacts } from '../domain/obligation-facts';
import {
  obligationView,
  type ObligationView,
  type OwedDuty,
  type OwedPromise,
} from '../domain/obligation-view';
import type { RivalAnchor, RivalReading } from '../domain/rival-anchors';
import type { CliContext } from './context';
import { obligationSources } from './obligation-sources';

interface ObligationsOptions {
  readonly rule?: string;
  readonly rivals?: boolean;
  readonly asIf?: readonly string[];
}

export function obligationsCommand(context: CliContext): Command {
  return new Command('obligations')
    .description('what is owed, to whom and by when; how late it was, under every anchor')
    .argument('<incident>')
    .option('--rule <id>', 'only this rule, also when it does not apply')
    .option('--rivals', 'under every anchor on record, superseded ones included')
    .option('--as-if <kind=moment...>', 'under dates that nobody recorded, e.g. awareness=2026-01-04')
    .action((incidentId: string, options: ObligationsOptions) => show(context, incidentId, options));
}

async function show(context: CliContext, incidentId: string, options: ObligationsOptions): Promise<void> {
  const sources = await obligationSources(context, incidentId, options.rule);
  const view = obligationView(sources, {
    ...(options.rule !== undefined && { ruleId: options.rule }),
    withRivals: options.rivals === true,
    asIf: (options.asIf ?? []).map((text) => asIfAnchor(text, sources.facts)),
  });
  context.print(view, viewText(view));
}

/** A day is read in the provider's own zone. */
function asIfAnchor(text: string, { provider }: ObligationFacts): RivalAnchor {
  const [word = '', at = ''] = text.split('=', 2);
  const kind = StartKind.safeParse(word);
  if (!kind.success)
    throw new InputProblem(
      `${text} names no kind of anchor; write kind=moment with one of ${StartKind.options.join(', ')}`,
      'as-if',
    );
  const moment = momentIn(at, provider.timeZone);
  const problem = problemOfMoment(moment);
  if (problem !== undefined) throw new InputProblem(`${text}: ${problem}`, 'as-if');
  const { zone, ...written } = withOffset(moment);
  return { kind: kind.data, ...written, ...(zone !== undefined && { zone }), heldBy: 'as if' };
}

function momentIn(at: string, zone: string | undefined): WrittenMoment {
  const precision = precisionOf(at);
  const isTime = precision === 'second' || precision === 'minute';
  const hasOffset = /(Z|[+-]\d{2}:\d{2})$/.test(at) && isTime;
  return { at, precision, ...(zone !== undefined && !hasOffset && { zone }) };
}

function precisionOf(at: string): WrittenMoment['precision'] {
  if (/T\d{2}:\d{2}:/.test(at)) return 'second';
  if (at.includes('T')) return 'minute';
  return at.length > 'YYYY-MM'.length ? 'day' : 'month';
}

// For people

function viewText({ at, duties, promises, filings }: ObligationView): string {
  const nothing = duties.length + promises.length === 0 ? ['nothing is owed as far as is known'] : [];
  return [
    `as of ${at}`,
    ...nothing,
    ...duties.flatMap(dutyLines),
    ...promises.map(promiseText),
    ...filings.map(
      ({ ruleId, stage, reference, submitted, submittedAt }) =>
        `filed for ${ruleId} (${stage}) at ${submitted?.at ?? submittedAt}, reference ${reference}`,
    ),
  ].join('\n');
}

function dutyLines(duty: OwedDuty): readonly string[] {
  const { ruleId, stage, recipient, tenants, outcome, clock } = duty;
  const to = tenants === undefined ? recipient : `${String(tenants)} ${tenants === 1 ? 'tenant' : 'tenants'}`;
  const state = [outcome, clock].filter((each) => each !== undefined && each !== 'applies').join(', ');
  return [
    `${ruleId} (${stage}), to ${to}: ${[state, ...timesOf(duty)].join('; ')}`,
    ...reasonsOf(duty).map((reason) => `    ${reason}`),
    ...latenessLine(duty),
    ...(duty.rivals ?? []).map((rival) => `    ${rivalText(rival)}`),
  ];
}

/** Why it is so, and the arithmetic where a clock has begun. */
function reasonsOf({ outcome, clock, because, words }: OwedDuty): readonly string[] {
  if (clock === undefined || clock === 'not-started') return [because];
  return outcome === 'undecided' ? [because, words] : [words];
}

function timesOf({ due, margin, softDueAt, anchor, clock }: OwedDuty): readonly string[] {
  return [
    ...(due === undefined ? [] : [`due ${dueText(due)}`]),
    ...(margin === undefined || clock !== 'running' ? [] : [marginText(margin)]),
    ...(softDueAt === undefined ? [] : [`policy, not law: ${softDueAt}`]),
    ...(anchor === undefined ? [] : [`counts from ${anchor.kind} ${anchor.at}`]),
  ];
}

function dueText(due: DueTime & { readonly dueAt?: string; readonly dueDay?: string }): string {
  const { day, dueDay, dueFrom, dueTo, dueAt = day ?? dueFrom } = due;
  if (dueFrom !== dueTo) return `${dueAt} (${dueFrom} to ${dueTo})`;
  return dueDay === undefined ? dueAt : `${dueAt}, the end of ${dueDay}`;
}

function marginText(margin: string): string {
  return margin.startsWith('-')
    ? `may be past since ${durationInWords(margin.slice(1))}`
    : `${durationInWords(margin)} left`;
}

function latenessLine({ lateness, handedIn, tenants }: OwedDuty): readonly string[] {
  if (lateness === undefined || handedIn === undefined) return [];
  const what = tenants === undefined ? `filed at ${handedIn.at}` : `the first notice left at ${handedIn.at}`;
  const how = tenants === undefined ? ', as fixed at the filing' : '';
  return [`    ${what}: ${latenessInWords(lateness)}${how}`];
}

function rivalText({ anchor, due, because, lateness }: RivalReading): string {
  const when = due === undefined ? because : `due ${dueText(due)}`;
  const late = lateness === undefined ? '' : `, ${latenessInWords(lateness)}`;
  return `under ${anchor.kind} ${anchor.at} (${anchor.heldBy ?? ''}): ${when}${late}`;
}

function promiseText({ promiseId, text, covers, clock, due, lateness }: OwedPromise): string {
  const whom = covers === 'all' ? 'everybody affected' : `${String(covers.length)} tenants`;
  const late = lateness === undefined ? '' : `; ${latenessInWords(lateness)}`;
  return `promise ${promiseId}, to ${whom}: ${clock}; due ${dueText(due)}${late}\n    ${text}`;
}
