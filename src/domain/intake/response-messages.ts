/** What the messages of the response track become: events, or a refusal that says who may or what is missing. */
import type { ConcernedService } from '../../contract/declaration';
import type {
  AddServices,
  Agree,
  CompleteTask,
  ConfirmRecovery,
  EndWatch,
  MarkUnaffected,
  ProposePlan,
  RecordAnalysis,
  RecordEmergencyAction,
  RecordEviction,
  RecordOutsideStatement,
  RecordRecovery,
  RecordVulnerability,
  ReportSignOfBreach,
  ReviewEmergencyAction,
  StartWatch,
  StateRootCause,
} from '../../contract/messages';
import type { Sender } from '../../contract/principal';
import { refusalOfRole, refusalOfService, type Action } from '../authority';
import type { EventBody } from '../events';
import { fingerprintOf } from '../fingerprint';
import { isPlanPassed, recoveryLacks, type Lack } from '../gates';
import { anchorInForce, type Incident } from '../incident';
import { addMs, compareInstants, instantOf, type Instant } from '../instant';
import {
  currentPlan,
  decidingParties,
  findService,
  isEveryServiceRestored,
  isRestored,
  planFor,
  recoveryPartsOf,
  type Plan,
} from '../response';
import { optional } from './optional';
import { refuse, refuseIf, required } from './refusal';

const hourMs = 3_600_000;

function serviceFor(incident: Incident, action: Action, sender: Sender, name: string): ConcernedService {
  refuseIf(refusalOfRole(action, sender));
  const service = knownService(incident, name);
  refuseIf(refusalOfService(sender, service));
  return service;
}

function knownService(incident: Incident, name: string): ConcernedService {
  const known = incident.response.services.map(({ service }) => service).join(', ');
  return (
    findService(incident.response, name) ??
    refuse(
      'NotKnown',
      `service ${name} is not among those of this incident (${known}); add it with addServices`,
    )
  );
}

export function acceptAddServices(incident: Incident, message: AddServices): EventBody[] {
  refuseIf(refusalOfRole('record', message));
  const known = (service: string) => findService(incident.response, service) !== undefined;
  const added = [...new Map(message.services.map((each) => [each.service, each])).values()].filter(
    ({ service }) => !known(service),
  );
  if (added.length === 0) refuse('AlreadyDone', 'every service named is already part of this incident');
  return added.map((service) => ({
    type: 'service-added',
    service: { ...service, regions: service.regions ?? [] },
  }));
}

export function acceptRecordAnalysis(incident: Incident, message: RecordAnalysis): EventBody[] {
  if (message.role !== 'participant') refuseIf(refusalOfRole('record', message));
  const analysisId = `A${String(incident.response.analyses.length + 1)}`;
  return [{ type: 'analysis-recorded', analysisId, text: message.text, evidence: message.evidence ?? [] }];
}

/** Break-glass is always accepted: containment never waits for an approval. */
export function acceptEmergencyAction(
  incident: Incident,
  message: RecordEmergencyAction,
  now: Instant,
): EventBody[] {
  const actionId = `E${String(incident.response.emergencyActions.length + 1)}`;
  const reviewDueAt = addMs(now, incident.policy.emergencyReviewHours * hourMs);
  return [
    {
      type: 'emergency-action-recorded',
      actionId,
      what: message.what,
      why: message.why,
      reviewDueAt,
      ...optional({ service: message.service }),
    },
  ];
}

export function acceptEmergencyReview(incident: Incident, message: ReviewEmergencyAction): EventBody[] {
  refuseIf(refusalOfRole('review-emergency', message));
  const action = incident.response.emergencyActions.find((each) => each.actionId === message.action);
  if (action === undefined) return refuse('NotKnown', `there is no emergency action ${message.action}`);
  if (action.review.kind === 'reviewed')
    return refuse('AlreadyDone', `emergency action ${message.action} is reviewed already`);
  if (action.by === message.by)
    return refuse('NotAllowed', `${message.by} took this action; someone else reviews it`);
  return [
    {
      type: 'emergency-action-reviewed',
      actionId: action.actionId,
      verdict: message.verdict,
      reason: message.reason,
    },
  ];
}

export function acceptSignOfBreach(_incident: Incident, message: ReportSignOfBreach): EventBody[] {
  return [{ type: 'sign-of-breach-reported', what: message.what, evidence: message.evidence ?? [] }];
}

export function acceptPlan(incident: Incident, message: ProposePlan): EventBody[] {
  for (const task of message.tasks) serviceFor(incident, 'propose-plan', message, task.service);
  refuseWrongTracks(message);
  refuseUnknownAnalyses(incident, message.restsOn ?? []);
  const version = incident.response.plans.filter((plan) => plan.kind === message.kind).length + 1;
  const content = {
    plan: message.kind,
    version,
    objective: message.objective,
    restsOn: message.restsOn ?? [],
    tasks: message.tasks,
    options: message.options ?? [],
    ...optional({ recommendation: message.recommendation }),
  };
  return [{ type: 'plan-proposed', ...content, hash: fingerprintOf(content) }];
}

function refuseWrongTracks(message: ProposePlan): void {
  const isEradication = message.kind === 'eradication';
  const stray = message.tasks.find((task) => (task.track === 'eradication') !== isEradication);
  if (stray === undefined) return;
  const fitting = isEradication ? 'eradication' : 'containment or recovery';
  refuse(
    'Malformed',
    `task "${stray.what}" has track ${stray.track}; a ${message.kind} plan holds ${fitting} tasks only`,
  );
}

function refuseUnknownAnalyses(incident: Incident, restsOn: readonly string[]): void {
  const known = new Set(incident.response.analyses.map((analysis) => analysis.analysisId));
  const unknown = restsOn.find((analysisId) => !known.has(analysisId));
  if (unknown !== undefined) refuse('NotKnown', `restsOn names analysis ${unknown}, which is not recorded`);
}

export function acceptAgreement(incident: Incident, message: Agree): EventBody[] {
  refuseIf(refusalOfRole('agree', message));
  const plan = currentVersion(incident, message);
  const party = partyOf(incident, message, plan);
  if (message.verdict === 'decline' && message.reason === undefined)
    refuse('Incomplete', 'reason is missing: say why you decline');
  const { kind, version, verdict } = { kind: plan.kind, version: plan.version, verdict: message.verdict };
  return [
    { type: 'agreement-given', plan: kind, version, verdict, party, ...optional({ reason: message.reason }) },
  ];
}

function currentVersion(incident: Incident, message: Agree): Plan {
  const plan = currentPlan(incident.response, message.kind);
  if (plan === undefined) return refuse('NotNow', `there is no ${message.kind} plan to agree to`);
  if (plan.version !== message.version)
    return refuse(
      'Stale',
      `version ${String(message.version)} is not the current one; read version ${String(plan.version)} and answer that`,
    );
  if (plan.decision.kind === 'rejected')
    return refuse('NotNow', `version ${String(plan.version)} was rejected`);
  return plan;
}

function partyOf(incident: Incident, message: Agree, plan: Plan): string {
  if (message.role === 'security-response') return 'security-response';
  const service = required(message.service, 'service is missing: say for which service your team agrees');
  refuseIf(refusalOfService(message, knownService(incident, service)));
  if (!decidingParties(incident.response, plan).includes(service))
    refuse('NotAllowed', `the plan does not concern ${service}`);
  return service;
}

export function acceptCompletedTask(incident: Incident, message: CompleteTask): EventBody[] {
  serviceFor(incident, 'complete-task', message, message.service);
  if ((message.evidence ?? []).length === 0)
    refuse('Incomplete', 'evidence is missing: a task is done when it can be shown');
  refuseBeforeGate(incident, message);
  const { service, track, what } = message;
  return [{ type: 'task-completed', service, track, what, evidence: message.evidence ?? [] }];
}

/** S23: approval precedes the action. What could not wait is an emergency action. */
function refuseBeforeGate(incident: Incident, message: CompleteTask): void {
  if (message.track !== 'eradication') return;
  const plan = planFor(incident.response, 'eradication', message.service);
  if (plan === undefined)
    return refuse(
      'NotNow',
      `no eradication plan names ${message.service}; propose one, or record what could not wait with recordEmergencyAction`,
    );
  if (isPlanPassed(incident, plan)) return;
  refuse(
    'NotNow',
    `the eradication gate is closed for version ${String(plan.version)}; what could not wait is recorded with recordEmergencyAction`,
  );
}

export function acceptUnaffected(incident: Incident, message: MarkUnaffected): EventBody[] {
  serviceFor(incident, 'mark-unaffected', message, message.service);
  return [{ type: 'service-marked-unaffected', service: message.service, reason: message.reason }];
}

export function acceptOutsideStatement(incident: Incident, message: RecordOutsideStatement): EventBody[] {
  refuseIf(refusalOfRole('record', message));
  const service = knownService(incident, message.service);
  if (service.outside === undefined)
    refuse('Malformed', `${message.service} is owned by team ${service.team}, not outside`);
  return [
    {
      type: 'outside-statement-recorded',
      service: message.service,
      statement: message.statement,
      evidence: message.evidence ?? [],
    },
  ];
}

export function acceptEviction(incident: Incident, message: RecordEviction): EventBody[] {
  refuseIf(refusalOfRole('record', message));
  if (message.service !== undefined) knownService(incident, message.service);
  const foothold = {
    foothold: message.foothold,
    evidence: message.evidence ?? [],
    ...optional({ service: message.service }),
  };
  if (message.state === 'known') return [{ type: 'foothold-recorded', ...foothold }];
  const confidence = required(message.confidence, 'confidence is missing: say low, medium or high');
  if (foothold.evidence.length === 0)
    refuse('Incomplete', 'evidence is missing: an eviction is a claim that can be shown');
  return [{ type: 'foothold-evicted', ...foothold, confidence }];
}

export function acceptVulnerability(
  incident: Incident,
  message: RecordVulnerability,
  now: Instant,
): EventBody[] {
  if (message.state === 'accepted') refuseAcceptance(message, now);
  else refuseIf(refusalOfRole('record', message));
  if (message.service !== undefined) knownService(incident, message.service);
  const { vulnerability, state, evidence, service, reason, expiresAt } = message;
  return [
    {
      type: 'vulnerability-recorded',
      vulnerability,
      state,
      evidence: evidence ?? [],
      ...optional({ service, reason, expiresAt: expiresAt === undefined ? undefined : instantOf(expiresAt) }),
    },
  ];
}

function refuseAcceptance(message: RecordVulnerability, now: Instant): void {
  if (message.role !== 'executive-incident-manager')
    refuse('NotAllowed', 'a vulnerability is accepted by the executive-incident-manager alone');
  required(message.reason, 'reason is missing: say why the vulnerability is accepted');
  const expiresAt = required(message.expiresAt, 'expiresAt is missing: an acceptance ends some day');
  if (compareInstants(expiresAt, now) <= 0)
    refuse('Malformed', 'expiresAt lies in the past: an acceptance ends some day to come');
}

export function acceptRootCause(_incident: Incident, message: StateRootCause): EventBody[] {
  refuseIf(refusalOfRole('confirm-recovery', message));
  const evidence = message.evidence ?? [];
  if (message.verdict === 'not-proven') {
    const doneInstead = required(
      message.doneInstead,
      'doneInstead is missing: say what was done in place of removing the cause',
    );
    return [{ type: 'root-cause-stated', verdict: 'not-proven', doneInstead, evidence }];
  }
  const confidence = required(message.confidence, 'confidence is missing: say low, medium or high');
  if (evidence.length === 0) refuse('Incomplete', 'evidence is missing: show that the root cause is removed');
  return [{ type: 'root-cause-stated', verdict: 'removed', confidence, evidence }];
}

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
  if (occurrence === undefined || Date.parse(goodAt) < Date.parse(occurrence.at)) return;
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
  const uninspected = uninspectedVulnerabilities(incident, service);
  if (uninspected.length > 0)
    refuse(
      'NotNow',
      `${service} is not restored before an inspection names each of: ${uninspected.join(', ')}`,
    );
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
  if (compareInstants(message.endsAt, now) <= 0)
    refuse('Malformed', 'endsAt lies in the past; say until when you watch');
  return [{ type: 'watch-started', endsAt: instantOf(message.endsAt), controls: message.controls }];
}

export function acceptWatchEnd(incident: Incident, message: EndWatch, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('confirm-recovery', message));
  if (incident.response.watch.kind !== 'running')
    refuse('NotNow', 'no watch is running; start one with startWatch');
  if (!isEveryServiceRestored(incident.response))
    refuse('NotNow', 'the watch ends when every service is restored or unaffected');
  refuseWhileLacking(recoveryLacks(incident, now), 'the watch cannot end');
  const { planCarriedOut, noSignOfBreach, findings } = message;
  return [{ type: 'watch-ended', planCarriedOut, noSignOfBreach, ...optional({ findings }) }];
}
