/**
 * What each gate still lacks, in words an operator can act on: the same sentences stand in the CLI, in the Temporal UI
 * and in refusals. A gate is open exactly when it lacks nothing.
 */
import {
  findingsWithoutEntry,
  isPostmortemComplete,
  isSettled,
  unansweredClasses,
  unsettledEntries,
  unsettledGatingEntries,
  type Entry,
} from './follow-up';
import { isNotificationSettled, needsPostmortem, type Incident } from './incident';
import type { Fingerprint } from './fingerprint';
import { compareInstants, type Instant } from './instant';
import { isReportable, noticeGate, undecidedRules, type Notice } from './notification';
import {
  currentPlan,
  decidingParties,
  gateGeneration,
  isApproved,
  isEveryServiceRestored,
  isRestored,
  isUnaffected,
  openReviews,
  tasksOf,
  trackStateOf,
  type Plan,
} from './response';

export interface Lack {
  /** For programs, e.g. `task:<service>`, `approval`, `entry:<ref>`. */
  readonly code: string;
  readonly sentence: string;
  readonly who: string;
}

export interface Gate {
  readonly gate: string;
  readonly isOpen: boolean;
  readonly generation: number;
  /** What a decision must be bound to; absent while there is nothing to decide on. */
  readonly objectHash?: Fingerprint;
  readonly lacks: readonly Lack[];
}

export function gatesOf(incident: Incident, now: Instant): readonly Gate[] {
  const notices = incident.notification.notices.map((notice) => noticeGateOf(incident, notice));
  return [
    eradicationGate(incident),
    recoveryGate(incident, now),
    stableGate(incident),
    ...notices,
    postmortemGate(incident),
    closingGate(incident),
  ];
}

export function findGate(incident: Incident, gate: string, now: Instant): Gate | undefined {
  return gatesOf(incident, now).find((each) => each.gate === gate);
}

function gateOf(gate: string, generation: number, lacks: readonly Lack[], objectHash?: Fingerprint): Gate {
  return {
    gate,
    isOpen: lacks.length === 0,
    generation,
    lacks,
    ...(objectHash !== undefined && { objectHash }),
  };
}

// Eradication (S15–S23)

export function eradicationGate(incident: Incident): Gate {
  const plan = currentPlan(incident.response, 'eradication');
  const generation = gateGeneration(incident.response, 'eradication');
  if (plan === undefined) return gateOf('eradication', generation, [noPlan]);
  const isDecidable = entryConditions(plan).length === 0 && plan.decision.kind === 'awaited';
  return gateOf(
    'eradication',
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

/** A service that declines goes to the executive, whatever the policy says. */
export function isApprovalNecessary(incident: Incident, plan: Plan): boolean {
  const isDeclined = plan.agreements.some((agreement) => agreement.verdict === 'decline');
  const isWaivedByPolicy =
    incident.policy.executiveApproval === 'unless-low' && incident.declaration.severity === 'low';
  return isDeclined || !isWaivedByPolicy;
}

function missingApproval(incident: Incident, plan: Plan): readonly Lack[] {
  const needed = incident.policy.approvalsNeeded.eradication;
  if (!isApprovalNecessary(incident, plan) || isApproved(plan, needed)) return [];
  return [
    {
      code: 'approval',
      sentence: `version ${String(plan.version)} is not approved`,
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

function stableLacks(incident: Incident): readonly Lack[] {
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

// Notices (S43–S46)

export function noticeGateOf(incident: Incident, notice: Notice): Gate {
  const gate = noticeGate(notice.noticeId);
  const objectHash =
    notice.state.kind === 'prepared' && notice.state.prepared.lacks.length === 0
      ? notice.state.prepared.objectHash
      : undefined;
  return gateOf(gate, notice.generation, noticeLacks(incident, notice), objectHash);
}

function noticeLacks(incident: Incident, notice: Notice): readonly Lack[] {
  switch (notice.state.kind) {
    case 'sending':
      return [];
    case 'rejected':
      return [
        {
          code: 'revision',
          sentence: `revision ${String(notice.revision)} was rejected; a new one is needed`,
          who: 'communications or legal (proposeNotice)',
        },
      ];
    case 'proposed':
      return [...determinationLacks(incident), preparation];
    case 'prepared':
      return [
        ...determinationLacks(incident),
        ...contentLacks(notice.state.prepared.lacks),
        ...noticeApprovalLacks(incident, notice.state.approvals.length),
      ];
  }
}

const preparation: Lack = {
  code: 'preparation',
  sentence: 'its content is still being bound to template, tenants and rule pack',
  who: 'nobody: it follows once tenants and obligations are known',
};

function determinationLacks(incident: Incident): readonly Lack[] {
  if (isReportable(incident.notification)) return [];
  return [
    {
      code: 'determination',
      sentence: 'nobody has determined that customers must be told',
      who: 'security-response, executive-incident-manager, communications or legal (determine)',
    },
  ];
}

function contentLacks(lacks: readonly string[]): readonly Lack[] {
  return lacks.map((code) => ({
    code,
    sentence: `the notice lacks ${code}`,
    who: 'communications or legal (proposeNotice)',
  }));
}

function noticeApprovalLacks(incident: Incident, approvals: number): readonly Lack[] {
  if (approvals >= incident.policy.approvalsNeeded.notice) return [];
  return [
    {
      code: 'approval',
      sentence: 'the notice is not approved',
      who: 'an executive-incident-manager or legal, not its author (approve)',
    },
  ];
}

// Postmortem (S50–S63) and closing (S66)

export function postmortemGate(incident: Incident): Gate {
  return gateOf('postmortem', 1, postmortemLacks(incident));
}

function postmortemLacks(incident: Incident): readonly Lack[] {
  return [
    ...reportLacks(incident),
    ...triageLacks(incident),
    ...unsettledGatingEntries(incident.followUp).map((entry) => entryLack(incident, entry)),
  ];
}

function reportLacks(incident: Incident): readonly Lack[] {
  const { report } = incident.followUp;
  const part = (code: string, sentence: string): Lack => ({
    code,
    sentence,
    who: 'security-response (postmortem)',
  });
  const lacks: Lack[] = [];
  if (stableLacks(incident).length > 0) lacks.push(part('stable', 'the response is not stable yet'));
  if (report.sequenceOfEvents.length === 0)
    lacks.push(part('sequence-of-events', 'the sequence of events that led to the incident is missing'));
  if (report.technicalSummary.length === 0)
    lacks.push(part('technical-summary', 'the technical summary is missing'));
  if (report.responseReview.length === 0)
    lacks.push(part('response-review', 'how the response was run is not described'));
  for (const each of unansweredClasses(report))
    lacks.push(part(`class:${each}`, `finding class ${each} is not answered`));
  for (const finding of findingsWithoutEntry(incident.followUp))
    lacks.push(
      part('finding-without-entry', `a key finding (${finding.class}) has no bug or change request`),
    );
  if (report.sufficiency === undefined)
    lacks.push(part('sufficiency', 'the verdict on sufficiency is missing'));
  if (report.completeness === undefined)
    lacks.push(part('completeness', 'the verdict on completeness is missing'));
  return [...lacks, ...signOffLacks(incident)];
}

/** Every party that took part signs off: the SRT and each concerned team of ours (S51). */
export function partiesToSignOff(incident: Incident): readonly string[] {
  const ours = incident.response.services.filter((service) => service.outside === undefined);
  return [...new Set(['security-response', ...ours.map((service) => service.team)])];
}

function signOffLacks(incident: Incident): readonly Lack[] {
  const signed = new Set(incident.followUp.report.signOffs);
  return partiesToSignOff(incident)
    .filter((party) => !signed.has(party))
    .map((party) => ({
      code: `sign-off:${party}`,
      sentence: `${party} has not signed off`,
      who: `${party} (postmortem, part sign-off)`,
    }));
}

function triageLacks(incident: Incident): readonly Lack[] {
  if (incident.followUp.triage.kind === 'done') return [];
  return [
    {
      code: 'triage',
      sentence: 'triage of what is to be fixed is not declared done',
      who: 'security-response (declareTriageDone)',
    },
  ];
}

function entryLack(incident: Incident, entry: Entry): Lack {
  const isDuplicate = entry.state.kind === 'duplicate-of' && !isSettled(incident.followUp, entry);
  const how = isDuplicate ? 'duplicates one that is not resolved' : `is ${entry.state.kind}`;
  return {
    code: `entry:${entry.ref}`,
    sentence: `${entry.kind} ${entry.ref} ${how}`,
    who: `${entry.owner ?? 'an owner, who is still to be named'} (closeBug), or the executive-incident-manager (waiveEntry)`,
  };
}

export function closingGate(incident: Incident): Gate {
  return gateOf('closing', 1, closingLacks(incident));
}

/** Nothing is left to do, and no signature waits to be checked. */
export function isReadyToClose(incident: Incident): boolean {
  return closingLacks(incident).length === 0 && incident.pendingDecisions.length === 0;
}

function closingLacks(incident: Incident): readonly Lack[] {
  return [
    ...stableLacks(incident),
    ...openReviews(incident.response).map(reviewLack),
    ...closingDeterminationLacks(incident),
    ...undecidedLacks(incident),
    ...deliveryLacks(incident),
    ...postmortemDueLacks(incident),
    ...triageLacks(incident),
    ...unsettledEntries(incident.followUp).map((entry) => entryLack(incident, entry)),
  ];
}

function reviewLack(action: Incident['response']['emergencyActions'][number]): Lack {
  return {
    code: `review:${action.actionId}`,
    sentence: `emergency action ${action.actionId} is not reviewed`,
    who: 'the executive-incident-manager (reviewEmergencyAction)',
  };
}

function closingDeterminationLacks(incident: Incident): readonly Lack[] {
  const { determination } = incident.notification;
  if (determination.kind === 'made' && determination.customerReportable === 'no') return [];
  return determinationLacks(incident);
}

function undecidedLacks(incident: Incident): readonly Lack[] {
  const rules = [...new Set(undecidedRules(incident.notification).map((group) => group.ruleId))];
  return rules.map((ruleId) => ({
    code: `undecided:${ruleId}`,
    sentence: `whether ${ruleId} applies is undecided`,
    who: 'communications or legal (recordFact for the missing fact, or decideUndecided)',
  }));
}

function deliveryLacks(incident: Incident): readonly Lack[] {
  if (!isReportable(incident.notification) || isNotificationSettled(incident)) return [];
  return [
    {
      code: 'deliveries',
      sentence: 'not every affected tenant is told and settled',
      who: 'communications (proposeNotice), then the delivery workers',
    },
  ];
}

function postmortemDueLacks(incident: Incident): readonly Lack[] {
  if (!needsPostmortem(incident) || isPostmortemComplete(incident.followUp)) return [];
  return [
    { code: 'postmortem', sentence: 'the postmortem is not complete', who: 'security-response (postmortem)' },
  ];
}
