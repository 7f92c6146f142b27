/** What the messages about plans become: proposing, agreeing, completing tasks (S10–S12, S21–S23). */
import type { Agree, CompleteTask, ProposePlan } from '../../contract/messages';
import { refusalOfRole, refusalOfService } from '../authority';
import type { EventBody } from '../events';
import { fingerprintOf } from '../fingerprint';
import { isPlanPassed } from '../gates';
import type { Incident } from '../incident';
import type { Plan } from '../response';
import { currentPlan, decidingParties, findService, planFor, plansInForce } from '../response-questions';
import { optional } from './optional';
import { refuse, refuseIf, required } from './refusal';
import { knownService, serviceFor } from './services';

export function acceptPlan(incident: Incident, message: ProposePlan): EventBody[] {
  for (const task of message.tasks) serviceFor(incident, 'propose-plan', message, task.service);
  refuseWrongTracks(message);
  refuseUnknownAnalyses(incident, message.restsOn ?? []);
  refuseUnsupported(incident, message);
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

/** S12: each task set has a named supporter of the SRT. What an outside owner does is theirs. */
function refuseUnsupported({ policy, response }: Incident, { tasks }: ProposePlan): void {
  if (!policy.supporterRequired) return;
  const supported = new Set(tasks.filter((task) => task.supporter !== undefined).map((task) => task.service));
  const alone = tasks.find(
    ({ service }) => !supported.has(service) && findService(response, service)?.outside === undefined,
  );
  if (alone !== undefined)
    refuse(
      'Incomplete',
      `supporter is missing for ${alone.service}: name who of security-response supports its team, in one of its tasks`,
    );
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

/** The newest version, or an earlier one that still rules a service. */
function currentVersion({ response }: Incident, message: Agree): Plan {
  const newest = currentPlan(response, message.kind);
  if (newest === undefined) return refuse('NotNow', `there is no ${message.kind} plan to agree to`);
  const plan = plansInForce(response, message.kind).find(({ version }) => version === message.version);
  if (plan === undefined)
    return refuse(
      'Stale',
      `version ${String(message.version)} is not the current one; read version ${String(newest.version)} and answer that`,
    );
  if (plan.decision.kind === 'rejected')
    return refuse('NotNow', `version ${String(plan.version)} was rejected`);
  return plan;
}

function partyOf(incident: Incident, message: Agree, plan: Plan): string {
  if (message.role === 'security-response') return 'security-response';
  const service = required(message.service, 'service is missing: say for which service your team agrees');
  refuseIf(refusalOfService(message, knownService(incident, service)));
  if (!decidingParties(incident.response, plan).includes(service)) refuseBystander(incident, plan, service);
  return service;
}

function refuseBystander({ response }: Incident, plan: Plan, service: string): never {
  const ruling = planFor(response, plan.kind, service)?.version ?? plan.version;
  if (ruling === plan.version) return refuse('NotAllowed', `the plan does not concern ${service}`);
  return refuse(
    'Stale',
    `version ${String(plan.version)} rules ${service} no more; read version ${String(ruling)} and answer that`,
  );
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
  if (!isPlanPassed(incident, plan))
    refuse(
      'NotNow',
      `the eradication gate is closed for version ${String(plan.version)}; what could not wait is recorded with recordEmergencyAction`,
    );
  refuseOtherWork(message, plan);
}

/** What was agreed to and approved is the plan, word for word. */
function refuseOtherWork({ service, what }: CompleteTask, { version, tasks }: Plan): void {
  const planned = tasks.filter((task) => task.service === service).map((task) => task.what);
  if (planned.includes(what)) return;
  refuse(
    'NotAllowed',
    `version ${String(version)} names no task "${what}" of ${service}, but: ${planned.join('; ')}; propose a version with it, or record what could not wait with recordEmergencyAction`,
  );
}
