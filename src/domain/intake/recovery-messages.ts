/** What the messages of recovery and watch become (S24–S35): each part, or a refusal that says what is missing. */
import type { ConfirmRecovery, EndWatch, RecordRecovery, StartWatch } from '../../contract/messages';
import { refusalOfRole, refusalOfService } from '../authority';
import type { EventBody } from '../events';
import { recoveryLacks, type Lack } from '../gates';
import { anchorInForce, type Incident } from '../incident';
import { addMs, compareInstants, instantOf, type Instant } from '../instant';
import { beginningOf } from '../moment';
import {
  isEveryServiceRestored,
  isRestored,
  isSetByResponders,
  openTasks,
  planFor,
  recoveryPartsOf,
  tasksOf,
} from '../response-questions';
import { optional } from './optional';
import { refuse, refuseIf, required } from './refusal';
import { knownService } from './services';

const dayMs = 24 * 3_600_000;

export function acceptRecoveryConfirmation(
  incident: Incident,
  message: ConfirmRecovery,
  now: Instant,
): EventBody[] {
  refuseIf(refusalOfRole('confirm-recovery', message));
  refuseWhileLacking(
    recoveryLacks(incident, now).filter(({ code }) => code !== 'confirmation'),
    'recovery cannot be confirmed',
  );
  return [{ type: 'recovery-confirmed', reason: message.reason }];
}

function refuseWhileLacking(lacks: readonly Lack[], what: string): void {
  if (lacks.length > 0) refuse('NotNow', `${what}: ${lacks.map((lack) => lack.sentence).join('; ')}`);
}

export function acceptRecovery(incident: Incident, message: RecordRecovery, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('record-recovery', message));
  const service = knownService(incident, message.service);
  if (message.part !== 'consultation') refuseIf(refusalOfService(message, service));
  refuseWhileLacking(
    recoveryLacks(incident, now, message.service),
    `recovery of ${message.service} cannot begin`,
  );
  refusePart(incident, message);
  const { part, text, goodAt, vulnerability, overrideReason } = message;
  return [
    {
      type: 'recovery-recorded',
      service: message.service,
      part,
      text,
      evidence: message.evidence ?? [],
      ...optional({
        goodAt: goodAt === undefined ? undefined : instantOf(goodAt),
        vulnerability,
        overrideReason,
      }),
    },
  ];
}

function refusePart(incident: Incident, message: RecordRecovery): void {
  switch (message.part) {
    case 'last-known-good':
      refuseLateGoodState(incident, message);
      return;
    case 'consultation':
      if (message.role !== 'security-response')
        refuse('NotAllowed', 'the consultation is recorded by security-response');
      return;
    case 'restored':
      refuseUnfinishedRecovery(incident, message.service);
      return;
    case 'baseline':
    case 'restore':
    case 'inspection':
      return;
  }
}

/** S28: what was good after the intrusion had begun is not known to be good. */
function refuseLateGoodState(incident: Incident, message: RecordRecovery): void {
  const goodAt = required(message.goodAt, 'goodAt is missing: say from when the last known good state is');
  if ((message.evidence ?? []).length === 0)
    refuse('Incomplete', 'evidence is missing: name the build or backup');
  const occurrence = anchorInForce(incident, 'occurrence');
  if (occurrence === undefined || Date.parse(goodAt) < Date.parse(beginningOf(occurrence))) return;
  if (message.role === 'security-response' && message.overrideReason !== undefined) return;
  refuse(
    'NotAllowed',
    `goodAt ${goodAt} does not precede the intrusion (${occurrence.at}); choose an older state, or security-response gives overrideReason`,
  );
}

const partsBeforeRestored = ['baseline', 'last-known-good', 'restore', 'inspection', 'consultation'] as const;

function refuseUnfinishedRecovery(incident: Incident, service: string): void {
  if (isRestored(incident.response, service)) refuse('AlreadyDone', `${service} is restored already`);
  const recorded = new Set(recoveryPartsOf(incident.response, service).map((record) => record.part));
  const missing = partsBeforeRestored.filter((part) => !recorded.has(part));
  if (missing.length > 0)
    refuse('NotNow', `${service} is not restored before these are recorded: ${missing.join(', ')}`);
  refuseUnsetPlan(incident, service);
  refuseOpenTasks(incident, service, `${service} is not restored`);
  const uninspected = uninspectedVulnerabilities(incident, service);
  if (uninspected.length > 0)
    refuse(
      'NotNow',
      `${service} is not restored before an inspection names each of: ${uninspected.join(', ')}`,
    );
}

/** S32: what a team alone has planned for its recovery is not the plan yet. */
function refuseUnsetPlan({ response }: Incident, service: string): void {
  const plan = planFor(response, 'containment', service);
  if (plan === undefined || tasksOf(response, service, 'recovery').length === 0) return;
  if (!isSetByResponders(plan))
    refuse(
      'NotNow',
      `${service} is not restored before security-response agrees to version ${String(plan.version)} of the containment plan, which holds its recovery tasks (agree)`,
    );
}

/** S31, S34: tasks may be added at any time, and what was planned is carried out. */
function refuseOpenTasks({ response }: Incident, service: string, what: string): void {
  const open = openTasks(response, service, 'recovery').map((task) => task.what);
  if (open.length > 0) refuse('NotNow', `${what} before its recovery tasks are done: ${open.join('; ')}`);
}

/** S30: every known attack path is inspected in the restored state. */
function uninspectedVulnerabilities({ response }: Incident, service: string): readonly string[] {
  const inspected = new Set(recoveryPartsOf(response, service).map((record) => record.vulnerability));
  return response.vulnerabilities
    .filter((each) => each.kind !== 'unknown' && (each.service === undefined || each.service === service))
    .map((each) => each.vulnerability)
    .filter((vulnerability) => !inspected.has(vulnerability));
}

export function acceptWatchStart(incident: Incident, message: StartWatch, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('confirm-recovery', message));
  if (incident.response.watch.kind !== 'not-started') refuse('AlreadyDone', 'the watch has started already');
  if (!isEveryServiceRestored(incident.response))
    refuse('NotNow', 'the watch starts when every service is restored or unaffected');
  const endsAt = watchEnd(incident, message, now);
  return [{ type: 'watch-started', endsAt, controls: message.controls }];
}

function watchEnd({ policy, declaration }: Incident, message: StartWatch, now: Instant): Instant {
  const { severity } = declaration;
  if (message.endsAt === undefined) return addMs(now, policy.watchDays[severity] * dayMs);
  const endsAt = instantOf(message.endsAt);
  if (compareInstants(endsAt, now) <= 0)
    refuse('Malformed', 'endsAt lies in the past; say until when you watch');
  const least = policy.leastWatchDays[severity];
  if (compareInstants(endsAt, addMs(now, least * dayMs)) < 0)
    refuse(
      'Malformed',
      `endsAt is too soon: the policy asks for ${String(least)} days of watch at severity ${severity}`,
    );
  return endsAt;
}

export function acceptWatchEnd(incident: Incident, message: EndWatch, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('confirm-recovery', message));
  const { watch } = incident.response;
  if (watch.kind !== 'running') return refuse('NotNow', 'no watch is running; start one with startWatch');
  refuseShortWatch(incident, watch.startedAt, now);
  if (!isEveryServiceRestored(incident.response))
    refuse('NotNow', 'the watch ends when every service is restored or unaffected');
  refuseWhileLacking(recoveryLacks(incident, now), 'the watch cannot end');
  for (const { service } of incident.response.services)
    refuseOpenTasks(incident, service, `the watch over ${service} does not end`);
  const { planCarriedOut, noSignOfBreach, findings } = message;
  return [{ type: 'watch-ended', planCarriedOut, noSignOfBreach, ...optional({ findings }) }];
}

function refuseShortWatch({ policy, declaration }: Incident, startedAt: Instant, now: Instant): void {
  const earliest = addMs(startedAt, policy.leastWatchDays[declaration.severity] * dayMs);
  if (compareInstants(now, earliest) < 0)
    refuse('NotNow', `the policy asks for a watch until ${earliest} at least; end it then`);
}
