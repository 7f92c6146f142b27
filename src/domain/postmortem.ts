/** The postmortem as Markdown (S57): a function of state and events, so that nobody retypes what the record knows. */
import { clockIdOf } from './agenda';
import type { IncidentEvent } from './events';
import { findingClasses, isSettled, type Entry, type PostmortemReport, type Verdict } from './follow-up';
import type { Incident } from './incident';
import { metricsOf, type IncidentMetrics } from './metrics';
import { deliveryTotals, obligationGroups } from './notification';
import type { ObligationGroup } from './obligations';
import { timelineOf } from './timeline';

export function postmortemMarkdown(incident: Incident, events: readonly IncidentEvent[]): string {
  const { declaration, followUp } = incident;
  const { report } = followUp;
  return [
    `# Postmortem: ${inline(declaration.title)}`,
    `Incident ${declaration.incidentId}, severity ${declaration.severity}, TLP:${declaration.tlp}${declaration.mode === 'drill' ? ', **DRILL**' : ''}. Declared ${incident.declaredAt}${incident.closedAt === undefined ? '' : `, closed ${incident.closedAt}`}.`,
    section('What led to it', bullets(report.sequenceOfEvents)),
    section(
      'Technical summary',
      bullets(
        report.technicalSummary.map(({ claim, evidence }) => `${claim} (evidence: ${evidence.join(', ')})`),
      ),
    ),
    section('How the response was run', bullets(report.responseReview)),
    section('Figures', metricsTable(metricsOf(incident, events))),
    section('Findings', findingsTable(report)),
    section(
      'Verdicts',
      bullets([verdictLine('Sufficient', report.sufficiency), verdictLine('Complete', report.completeness)]),
    ),
    section('Suggestions', suggestionLines(report)),
    section('Obligations', obligationsTable(incident)),
    section('Deliveries', deliveriesLine(incident)),
    section('Bugs, changes and process issues', entriesTable(incident)),
    section('Sign-off', bullets(report.signOffs)),
    section('Response timeline', timelineTable(events)),
  ].join('\n\n');
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body === '' ? 'Nothing recorded.' : body}`;
}

/** One line, with what Markdown or a table would read as its own escaped. */
function inline(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${inline(line)}`).join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const metricNames: Readonly<Record<keyof IncidentMetrics, string>> = {
  timeToDetectMs: 'Time to detect',
  timeToContainMs: 'Time to contain',
  timeToRecoverMs: 'Time to recover',
  timeToDetermineMs: 'Time to determine',
  timeToFirstNoticeMs: 'Time to the first notice',
  timeToCloseMs: 'Time to close',
  refusedMessages: 'Messages refused',
  deadlinesMissed: 'Deadlines missed',
};

function metricsTable(metrics: IncidentMetrics): string {
  const rows = (Object.keys(metricNames) as (keyof IncidentMetrics)[]).flatMap((key) => {
    const value = metrics[key];
    if (value === undefined) return [];
    return [[metricNames[key], key.endsWith('Ms') ? durationText(value) : String(value)]];
  });
  return table(['Figure', 'Value'], rows);
}

/** Days, hours and minutes; less than a minute is said as such. */
export function durationText(durationMs: number): string {
  const minutes = Math.floor(Math.abs(durationMs) / 60_000);
  if (minutes === 0) return 'under a minute';
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  const text = parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${String(value)} ${unit}`)
    .join(' ');
  return durationMs < 0 ? `minus ${text}` : text;
}

function findingsTable(report: PostmortemReport): string {
  const rows = findingClasses.flatMap((each) => {
    const found = report.findings.filter((finding) => finding.class === each);
    if (found.length > 0) return found.map((finding) => [each, finding.text, finding.entry ?? '']);
    return report.noneFound.includes(each) ? [[each, 'none found', '']] : [[each, 'not answered', '']];
  });
  return table(['Class', 'Finding', 'Entry'], rows);
}

function verdictLine(what: string, verdict: Verdict | undefined): string {
  return verdict === undefined ? `${what}: not judged` : `${what}: ${verdict.verdict} — ${verdict.reason}`;
}

function suggestionLines(report: PostmortemReport): string {
  return bullets(
    report.suggestions.map(
      ({ text, verdict, consulted, procedure }) =>
        `${text} — ${verdict}, consulted: ${consulted}${procedure === undefined ? '' : `, now in ${procedure}`}`,
    ),
  );
}

function obligationsTable(incident: Incident): string {
  const rows = obligationGroups(incident.notification).map((group) => [
    group.ruleId,
    group.stage,
    group.duty,
    group.outcome,
    dueText(group),
    String(group.tenants),
    isMissed(incident, group) ? 'missed' : '',
  ]);
  return table(['Rule', 'Step', 'Duty', 'Outcome', 'Due', 'Tenants', 'Late'], rows);
}

function dueText({ dueAt, softDueAt, clock }: ObligationGroup): string {
  return dueAt ?? (softDueAt === undefined ? clock : `${softDueAt} (policy)`);
}

function isMissed(incident: Incident, group: ObligationGroup): boolean {
  const dueAt = group.dueAt ?? group.softDueAt;
  return dueAt !== undefined && incident.missedClocks.includes(clockIdOf(group, dueAt));
}

function deliveriesLine(incident: Incident): string {
  const { accepted, refused, needsHuman, deferred, inDoubt } = deliveryTotals(incident.notification);
  return `${String(accepted)} accepted by the relay, ${String(refused)} addresses refused and passed on to the next contact, ${String(deferred)} deferred, ${String(inDoubt)} in doubt, ${String(needsHuman)} handed to a person.`;
}

function entriesTable(incident: Incident): string {
  const state = (entry: Entry) =>
    isSettled(incident.followUp, entry) ? entry.state.kind : `${entry.state.kind} (holds)`;
  const rows = incident.followUp.entries.map((entry) => [
    entry.ref,
    entry.kind,
    entry.title,
    entry.owner ?? 'nobody',
    state(entry),
  ]);
  return table(['Ref', 'Kind', 'Title', 'Owner', 'State'], rows);
}

function timelineTable(events: readonly IncidentEvent[]): string {
  return table(
    ['At', 'By', 'What'],
    timelineOf(events).map((line) => [line.at, `${line.by} (${line.role})`, line.text]),
  );
}
