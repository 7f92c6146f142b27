/** The gates of the response: eradication (S15–S23), recovery (S24), stable (S33–S35). */
import { executiveApprovalOf } from '../executive-approval';
import { type Incident } from '../incident';
import { compareInstants, type Instant } from '../instant';
import { gateGeneration, type Plan } from '../response';
import {
  currentPlan,
  decidingParties,
  eradicationGateName,
  isApproved,
  isEveryServiceRestored,
  isRestored,
  isUnaffected,
  plansInForce,
  tasksOf,
  trackStateOf,
} from '../response-questions';
import { gateOf, type Gate, type Lack } from './gate';

// Eradication (S15–S23)

/** Speaks of the newest version. */
export function eradicationGate(incident: Incident): Gate {
  const plan = currentPlan(incident.response, 'eradication');
  if (plan !== undefined) return gateOfPlan(incident, plan);
  return gateOf('eradication', gateGeneration(incident.response, 'eradication'), [noPlan]);
}

/** Earlier versions that still rule a service: what was agreed and approved for it stands, what lacks can be given. */
export function earlierEradicationGates(incident: Incident): readonly Gate[] {
  const { response } = incident;
  return plansInForce(response, 'eradication')
    .filter((plan) => plan !== currentPlan(response, 'eradication'))
    .map((plan) => gateOfPlan(incident, plan));
}

function gateOfPlan(incident: Incident, plan: Plan): Gate {
  const isDecidable = entryConditions(plan).length === 0 && plan.decision.kind === 'awaited';
  return gateOf(
    eradicationGateName(incident.response, plan),
    plan.generation,
    eradicationLacks(incident, plan),
    isDecidable ? plan.hash : undefined,
  );
}

const noPlan: Lack = {
  code: 'plan',
  sentence: 'no eradication plan is proposed in this round',
  who: 'security-response or a service team (proposePlan)',
};

export function eradicationLacks(incident: Incident, plan: Plan): readonly Lack[] {
  if (plan.decision.kind === 'rejected') return [rejected(plan)];
  return [...entryConditions(plan), ...missingAgreements(incident, plan), ...missingApproval(incident, plan)];
}

function rejected(plan: Plan): Lack {
  return {
    code: 'plan',
    sentence: `version ${String(plan.version)} was rejected; a new version is needed`,
    who: 'security-response or a service team (proposePlan)',
  };
}

/** What must be there before anyone can decide: an analysis, the four factors, the business impact (S19, S20, S22). */
function entryConditions(plan: Plan): readonly Lack[] {
  const who = 'whoever proposes the next version (proposePlan)';
  const lacks: Lack[] = [];
  if (plan.restsOn.length === 0)
    lacks.push({ code: 'analysis', sentence: 'the plan names no analysis it rests on', who });
  if (plan.recommendation === undefined)
    lacks.push({
      code: 'recommendation',
      sentence: 'the recommendation with its four factors is missing',
      who,
    });
  if (plan.options.length === 0)
    lacks.push({ code: 'business-impact', sentence: 'no option with its business impact is stated', who });
  return lacks;
}

function missingAgreements(incident: Incident, plan: Plan): readonly Lack[] {
  const answered = new Set(plan.agreements.map((agreement) => agreement.party));
  return decidingParties(incident.response, plan)
    .filter((party) => !answered.has(party))
    .map((party) => ({
      code: `agreement:${party}`,
      sentence: `${party} has neither agreed to nor declined version ${String(plan.version)}`,
      who: party === 'security-response' ? 'security-response (agree)' : `the team of ${party} (agree)`,
    }));
}

function missingApproval(incident: Incident, plan: Plan): readonly Lack[] {
  if (isApproved(plan, incident.policy.approvalsNeeded.eradication)) return [];
  const approval = executiveApprovalOf(incident, plan);
  if (approval.kind === 'not-necessary') return [];
  const because = approval.because.length === 0 ? '' : `, which is necessary: ${approval.because.join('; ')}`;
  return [
    {
      code: 'approval',
      sentence: `version ${String(plan.version)} is not approved${because}`,
      who: 'an executive-incident-manager who did not propose it (approve)',
    },
  ];
}

export function isPlanPassed(incident: Incident, plan: Plan): boolean {
  return plan.kind === 'containment' || eradicationLacks(incident, plan).length === 0;
}

// Recovery (S24)

export function recoveryGate(incident: Incident, now: Instant): Gate {
  return gateOf('recovery', incident.response.round, recoveryLacks(incident, now));
}

/** Without a service: for all; with one: what stands between this service and its recovery. */
export function recoveryLacks(incident: Incident, now: Instant, service?: string): readonly Lack[] {
  const { response } = incident;
  const concerns = (of: string | undefined) => service === undefined || of === undefined || of === service;
  return [
    ...response.services
      .filter((each) => concerns(each.service))
      .flatMap((each) => serviceLacks(incident, each.service)),
    ...response.footholds.filter((each) => concerns(each.service)).flatMap(footholdLacks),
    ...response.vulnerabilities
      .filter((each) => concerns(each.service))
      .flatMap((each) => vulnerabilityLacks(each, now)),
    ...rootCauseLacks(incident),
    ...confirmationLacks(incident),
  ];
}

function serviceLacks(incident: Incident, service: string): readonly Lack[] {
  const { response } = incident;
  if (isUnaffected(response, service)) return [];
  const owner = response.services.find((each) => each.service === service);
  if (owner?.outside !== undefined) return outsideLacks(incident, service, owner.outside);
  if (trackStateOf(response, service, 'eradication') === 'complete') return [];
  const hasTasks = tasksOf(response, service, 'eradication').length > 0;
  const isContainmentOnly = !hasTasks && trackStateOf(response, service, 'containment') === 'complete';
  if (isContainmentOnly) return [];
  return [
    {
      code: `task:${service}`,
      sentence: hasTasks
        ? `eradication tasks of ${service} are open`
        : `${service} has no eradication tasks and is not marked unaffected`,
      who: `the team of ${service} (completeTask)`,
    },
  ];
}

function outsideLacks(incident: Incident, service: string, owner: string): readonly Lack[] {
  if (incident.response.outsideStatements.includes(service)) return [];
  return [
    {
      code: `outside:${service}`,
      sentence: `${owner}, who owns ${service}, has not been heard`,
      who: 'whoever speaks with them (recordOutsideStatement)',
    },
  ];
}

type KnownFoothold = Incident['response']['footholds'][number];

function footholdLacks(foothold: KnownFoothold): readonly Lack[] {
  if (foothold.kind === 'evicted' && foothold.confidence !== 'low') return [];
  const how =
    foothold.kind === 'known' ? 'has no eviction claim' : 'is claimed to be evicted with low confidence only';
  return [
    {
      code: `foothold:${foothold.foothold}`,
      sentence: `foothold ${foothold.foothold} ${how}`,
      who: 'security-response or the service team (recordEviction)',
    },
  ];
}

type KnownVulnerability = Incident['response']['vulnerabilities'][number];

function vulnerabilityLacks(vulnerability: KnownVulnerability, now: Instant): readonly Lack[] {
  if (vulnerability.kind === 'mitigated' || vulnerability.kind === 'unknown') return [];
  const isInForce =
    vulnerability.expiresAt !== undefined && compareInstants(vulnerability.expiresAt, now) > 0;
  if (vulnerability.kind === 'accepted' && isInForce) return [];
  const how =
    vulnerability.kind === 'accepted' ? 'was accepted, but that has expired' : 'is known and not mitigated';
  return [
    {
      code: `vulnerability:${vulnerability.vulnerability}`,
      sentence: `vulnerability ${vulnerability.vulnerability} ${how}`,
      who: 'the service team (mitigated) or the executive-incident-manager (accepted)',
    },
  ];
}

function rootCauseLacks(incident: Incident): readonly Lack[] {
  if (incident.response.rootCause.kind !== 'not-stated') return [];
  return [
    {
      code: 'root-cause',
      sentence: 'the root cause is not stated, neither removed nor not proven',
      who: 'security-response (stateRootCause)',
    },
  ];
}

function confirmationLacks(incident: Incident): readonly Lack[] {
  if (incident.response.recoveryConfirmation.kind === 'confirmed') return [];
  return [
    {
      code: 'confirmation',
      sentence: 'nobody has confirmed that the intruder is out and every known path is closed',
      who: 'security-response (confirmRecovery)',
    },
  ];
}

// Stable (S33–S35)

export function stableGate(incident: Incident): Gate {
  return gateOf('stable', incident.response.round, stableLacks(incident));
}

export function stableLacks(incident: Incident): readonly Lack[] {
  const { response } = incident;
  if (!isEveryServiceRestored(response))
    return response.services.flatMap(({ service }) =>
      isRestored(response, service) ? [] : [notRestored(service)],
    );
  switch (response.watch.kind) {
    case 'not-started':
      return [
        { code: 'watch', sentence: 'the watch has not started', who: 'security-response (startWatch)' },
      ];
    case 'running':
      return [
        {
          code: 'watch-exit',
          sentence: 'the watch is running; both exit checks are missing',
          who: 'security-response (endWatch)',
        },
      ];
    case 'ended':
      return [];
  }
}

function notRestored(service: string): Lack {
  return {
    code: `restored:${service}`,
    sentence: `${service} is not restored`,
    who: `the team of ${service} (recordRecovery)`,
  };
}
