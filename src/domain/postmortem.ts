/**
 * The postmortem as Markdown (S57): a function of state and events, so that nobody retypes what the record knows, and
 * two reports of the same events are the same to the last letter.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { laterOutcomes } from './delivery';
import { durationText, spanText } from './durations';
import { happenedAt, type IncidentEvent } from './events';
import {
  findingClasses,
  isSettled,
  type Claim,
  type Entry,
  type PostmortemReport,
  type Verdict,
} from './follow-up';
import { partiesToSignOff } from './gates';
import type { Incident } from './incident';
import type { Instant } from './instant';
import { latenessInWords } from './lateness';
import { bullets, inline, section, subsection, table } from './markdown-text';
import { metricsOf, type DutyFigures, type IncidentMetrics } from './metrics';
import { mermaidTimeline } from './milestones';
import { deliveryTotals, obligationGroups } from './notification';
import type { ObligationGroup } from './obligations';
import { timelineOf } from './timeline';

export function postmortemMarkdown(incident: Incident, events: readonly IncidentEvent[]): string {
  const body = sectionsOf(incident, events);
  return [...headOf(incident), versionLine(incident, events, body), body].join('\n\n');
}

/** S08: what, when, with whom, under whose authority. */
function sharingLine(event: IncidentEvent): readonly string[] {
  if (event.type !== 'information-shared') return [];
  const evidence = event.evidence.length === 0 ? '' : ` (evidence: ${event.evidence.join(', ')})`;
  return [`${happenedAt(event)}, ${event.with}, under ${event.under}: ${event.what}${evidence}`];
}

function headOf({ declaration, declaredAt, closedAt }: Incident): readonly string[] {
  const { title, incidentId, severity, tlp, mode } = declaration;
  return [
    `# Postmortem: ${inline(title)}`,
    `Incident ${incidentId}, severity ${severity}, TLP:${tlp}${mode === 'drill' ? ', **DRILL**' : ''}. Declared ${declaredAt}${closedAt === undefined ? '' : `, closed ${closedAt}`}.`,
  ];
}

/** Which report this is: how far the record went, and the digest of what follows, so that no copy is changed unseen. */
function versionLine(incident: Incident, events: readonly IncidentEvent[], body: string): string {
  const count = String(events.at(-1)?.seq ?? 0);
  const digest = bytesToHex(sha256(utf8ToBytes(body)));
  return `Version: rests on ${count} events, the last of ${lastChangeOf(incident, events)}. SHA-256 of the text below this line: ${digest}.`;
}

/** The present of a report is the last event, whenever it is read. */
function lastChangeOf(incident: Incident, events: readonly IncidentEvent[]): Instant {
  return events.at(-1)?.at ?? incident.declaredAt;
}

function sectionsOf(incident: Incident, events: readonly IncidentEvent[]): string {
  const { report } = incident.followUp;
  const metrics = metricsOf(incident, events, lastChangeOf(incident, events));
  return [
    section('At a glance', `\`\`\`mermaid\n${mermaidTimeline(incident, events)}\n\`\`\``),
    section('What led to it', bullets(report.sequenceOfEvents)),
    section('Technical summary', bullets(report.technicalSummary.map(claimLine))),
    subsection('Actors', bullets(report.actors.map(claimLine)), 'Not known.'),
    section('How the response was run', bullets(report.responseReview)),
    section('Shared with others', bullets(events.flatMap(sharingLine))),
    section('Figures', figuresTable(metrics)),
    subsection('Containment, service by service', servicesTable(metrics), 'No service was affected.'),
    subsection('Approvals', approvalsTable(metrics), 'None was asked for.'),
    section('Findings', findingsTable(report)),
    section(
      'Verdicts',
      bullets([verdictLine('Sufficient', report.sufficiency), verdictLine('Complete', report.completeness)]),
    ),
    section('Suggestions', suggestionLines(report)),
    section('Obligations', obligationsTable(incident, metrics)),
    subsection('Filings', filingsTable(incident), 'None was made.'),
    section('Deliveries', deliveriesLine(incident)),
    section('Bugs, changes and process issues', entriesText(incident)),
    section('Sign-off', bullets(signOffLines(incident))),
    section('Response timeline', timelineTable(events)),
  ].join('\n\n');
}

function claimLine({ claim, evidence }: Claim): string {
  return `${claim} (evidence: ${evidence.join(', ')})`;
}

// Figures

const spanNames = {
  timeToDetect: 'Time to detect, from occurrence',
  timeToContain: 'Time to contain, from detection',
  timeToEradicate: 'Time to eradicate, from detection',
  timeToRecover: 'Time to recover, from detection',
  timeToDetermine: 'Time to determine that customers must be told, from detection',
  timeToFirstNotice: 'Time until the first tenant was told, from detection',
  timeToLastNotice: 'Time until the last tenant was told, from detection',
  timeToClose: 'Time to close, from detection',
} as const;

function figuresTable(metrics: IncidentMetrics): string {
  const spans = (Object.keys(spanNames) as (keyof typeof spanNames)[]).flatMap((name) => {
    const span = metrics[name];
    return span === undefined ? [] : [[spanNames[name], spanText(span)]];
  });
  const { opened, open, overdue, escalated } = metrics.entries;
  return table(
    ['Figure', 'Value'],
    [
      ...spans,
      [
        'Entries',
        `${String(opened)} opened, ${String(open)} open, ${String(overdue)} overdue, ${String(escalated)} escalated`,
      ],
      ['Messages refused', String(metrics.refusedMessages)],
      ['Deadlines missed', String(metrics.deadlinesMissed)],
    ],
  );
}

function servicesTable({ services }: IncidentMetrics): string {
  return table(
    ['Service', 'Contained after'],
    services.map(({ service, timeToContain: span }) => [
      service,
      span === undefined ? 'not contained' : spanText(span),
    ]),
  );
}

function approvalsTable({ approvals }: IncidentMetrics): string {
  return table(
    ['Gate', 'Asked', 'Waited', 'Decision'],
    approvals.map(({ gate, askedAt, waitedMs, decision }) => [
      gate,
      askedAt,
      durationText(waitedMs),
      decision === undefined
        ? 'awaited'
        : `${decision.verdict === 'approve' ? 'approved' : 'rejected'} by ${decision.approver}`,
    ]),
  );
}

// What people found

function findingsTable(report: PostmortemReport): string {
  const rows = findingClasses.flatMap((each) => {
    const found = report.findings.filter((finding) => finding.class === each);
    if (found.length > 0)
      return found.map(({ text, key, entry }) => [each, text, key ? 'key' : '', entry ?? '']);
    return [[each, report.noneFound.includes(each) ? 'none found' : 'not answered', '', '']];
  });
  return table(['Class', 'Finding', 'Key', 'Entry'], rows);
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

function signOffLines(incident: Incident): readonly string[] {
  const { signOffs } = incident.followUp.report;
  return partiesToSignOff(incident).map(
    (party) => `${party}: ${signOffs.includes(party) ? 'signed off' : 'not signed off'}`,
  );
}

// What was owed, and done

function obligationsTable(incident: Incident, { duties }: IncidentMetrics): string {
  const rows = obligationGroups(incident.notification).map((group) => {
    const duty = dutyOf(duties, group);
    return [
      group.ruleId,
      group.stage,
      group.duty,
      group.outcome,
      dueText(group),
      String(group.tenants),
      duty?.metAt ?? '',
      duty === undefined ? '' : latenessText(duty),
    ];
  });
  return table(['Rule', 'Step', 'Duty', 'Outcome', 'Due', 'Tenants', 'Met', 'In time?'], rows);
}

/** As they were judged when they were made: what became known later changes nothing of it. */
function filingsTable({ notification }: Incident): string {
  const rows = notification.filings.map(({ ruleId, stage, reference, submitted, submittedAt, judgement }) => [
    ruleId,
    stage,
    reference,
    submitted?.at ?? submittedAt,
    judgement?.dueAt ?? '',
    judgement === undefined ? 'not judged' : latenessInWords(judgement),
  ]);
  return table(['Rule', 'Step', 'Reference', 'Filed', 'Due', 'In time?'], rows);
}

/** Of several groups of a rule the one with the same due time; a filing is judged by the due time that it had then. */
function dutyOf(duties: readonly DutyFigures[], group: ObligationGroup): DutyFigures | undefined {
  if (group.duty === 'tenant-own') return undefined;
  const alike = duties.filter(
    ({ ruleId, stage, outcome }) =>
      ruleId === group.ruleId && stage === group.stage && outcome === group.outcome,
  );
  return alike.find(({ dueAt }) => dueAt === (group.dueAt ?? group.softDueAt)) ?? alike[0];
}

function dueText({ dueAt, softDueAt, clock }: ObligationGroup): string {
  return dueAt ?? (softDueAt === undefined ? clock : `${softDueAt} (policy)`);
}

function latenessText({ lateMs, metAt }: DutyFigures): string {
  if (lateMs === undefined) return metAt === undefined ? 'open' : 'met';
  if (metAt !== undefined) return lateMs === 0 ? 'in time' : `late by ${durationText(lateMs)}`;
  return lateMs === 0 ? 'open' : `missed, late by ${durationText(lateMs)} so far`;
}

function deliveriesLine(incident: Incident): string {
  const totals = deliveryTotals(incident.notification);
  const { accepted, refused, needsHuman, deferred, inDoubt } = totals;
  const later = laterOutcomes(totals).map((outcome) => `, ${outcome}`);
  return `${String(accepted)} accepted by the relay, ${String(refused)} addresses refused and passed on to the next contact, ${String(deferred)} deferred, ${String(inDoubt)} in doubt, ${String(needsHuman)} handed to a person${later.join('')}.`;
}

// Entries

function entriesText({ followUp }: Incident): string {
  const isOpen = (entry: Entry) => !isSettled(followUp, entry);
  if (followUp.entries.length === 0) return nothingToFix(followUp.triage);
  return [
    subsection('Open', entriesTable(followUp.entries.filter(isOpen)), 'None.'),
    subsection('Closed', entriesTable(followUp.entries.filter((entry) => !isOpen(entry))), 'None.'),
  ].join('\n\n');
}

function nothingToFix(triage: Incident['followUp']['triage']): string {
  const reason = triage.kind === 'done' ? triage.nothingToFix : undefined;
  return reason === undefined ? '' : `Nothing to fix: ${inline(reason)}`;
}

function entriesTable(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => [
    entry.ref,
    entry.kind,
    entry.priority ?? '',
    entry.title,
    entry.owner ?? 'nobody',
    entry.gating ? 'yes' : 'no',
    stateText(entry),
    entry.issue?.link ?? '',
  ]);
  return table(['Ref', 'Kind', 'Priority', 'Title', 'Owner', 'Gating', 'State', 'Issue'], rows);
}

function stateText({ state, escalatedAt }: Entry): string {
  switch (state.kind) {
    case 'open':
      return escalatedAt === undefined ? 'open' : `open, escalated ${escalatedAt}`;
    case 'resolved':
      return `resolved ${state.at}`;
    case 'not-planned':
      return 'not planned';
    case 'duplicate-of':
      return `duplicate of ${state.target}`;
    case 'waived':
      return `waived by ${state.by} until ${state.expiresAt}: ${state.reason}`;
  }
}

function timelineTable(events: readonly IncidentEvent[]): string {
  return table(
    ['At', 'By', 'What'],
    timelineOf(events).map((line) => [line.at, `${line.by} (${line.role})`, line.text]),
  );
}
