/** The gates at the end: postmortem (S50–S63) and closing (S66). */
import {
  findingsWithoutEntry,
  isPostmortemComplete,
  isSettled,
  unansweredClasses,
  unsettledEntries,
  unsettledGatingEntries,
  type Entry,
} from '../follow-up';
import { isAssessmentStale, isNotificationSettled, needsPostmortem, type Incident } from '../incident';
import {
  currentCoverage,
  currentTenantSet,
  isNotRequired,
  isReportable,
  sentNotices,
  undecidedDutiesOfOurs,
  judgeStepKey,
  unfiledDuties,
  unjudgedFilings,
} from '../notification';
import { pendingRegistration } from '../process-register';
import { remembered } from '../remembered';
import { isRepetitionOver } from '../repeating-duties';
import { openReviews } from '../response-questions';
import { gateOf, type Gate, type Lack } from './gate';
import { determinationLacks } from './notice-gates';
import { stableLacks } from './response-gates';
import { acknowledgementLacks, byHandLacks } from './by-hand-gates';
import { deliveryStopLacks } from './delivery-gates';
import { statusPostClosingLacks } from './status-post-gates';

export function postmortemGate(incident: Incident): Gate {
  return gateOf('postmortem', 1, postmortemLacks(incident));
}

function postmortemLacks(incident: Incident): readonly Lack[] {
  return [
    ...reportLacks(incident),
    ...triageLacks(incident),
    ...entryLacks(incident, unsettledGatingEntries(incident.followUp)),
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

/** So many are named; the list of ten thousand would be longer than an answer may be. */
const entriesNamed = 100;

function entryLacks(incident: Incident, entries: readonly Entry[]): readonly Lack[] {
  const named = entries.slice(0, entriesNamed).map((entry) => entryLack(incident, entry));
  const others = entries.length - named.length;
  if (others === 0) return named;
  const sentence = `${String(others)} more entries are not settled`;
  return [...named, { code: 'more-entries', sentence, who: 'their owners (closeBug)' }];
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

/** The postmortem is asked for and its gate lacks nothing. */
export const isPostmortemReady = remembered(
  (incident: Incident): boolean =>
    isResponseOver(incident) && needsPostmortem(incident) && postmortemLacks(incident).length === 0,
);

/** Asked of every state of an incident: for most of its life this alone is the answer. */
function isResponseOver(incident: Incident): boolean {
  return stableLacks(incident).length === 0;
}

/** Nothing is left to do, and no signature waits to be checked. */
export const isReadyToClose = remembered(
  (incident: Incident): boolean =>
    isResponseOver(incident) && incident.pendingDecisions.length === 0 && closingLacks(incident).length === 0,
);

function closingLacks(incident: Incident): readonly Lack[] {
  return [
    ...stableLacks(incident),
    ...openReviews(incident.response).map(reviewLack),
    ...closingDeterminationLacks(incident),
    ...assessmentLacks(incident),
    ...undecidedLacks(incident),
    ...filingLacks(incident),
    ...judgementLacks(incident),
    ...deliveryLacks(incident),
    ...byHandLacks(incident),
    ...acknowledgementLacks(incident),
    ...deliveryStopLacks(incident),
    ...statusPostClosingLacks(incident),
    ...postmortemDueLacks(incident),
    ...triageLacks(incident),
    ...entryLacks(incident, unsettledEntries(incident.followUp)),
    ...registerLacks(incident),
  ];
}

/** S60: the incident does not end before the register outside it knows how its process failures stand. */
function registerLacks(incident: Incident): readonly Lack[] {
  if (pendingRegistration(incident) === undefined) return [];
  return [
    {
      code: 'register',
      sentence: 'the register of process failures is being brought up to date',
      who: 'nobody: it follows by itself',
    },
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

/** What changed since the last look at the law may have brought a duty with it. */
function assessmentLacks(incident: Incident): readonly Lack[] {
  const isWanted =
    isReportable(incident.notification) && currentTenantSet(incident.notification) !== undefined;
  if (!isWanted || !isAssessmentStale(incident)) return [];
  return [
    {
      code: 'assessment',
      sentence: 'the obligations are being looked up anew',
      who: 'nobody: it follows by itself',
    },
  ];
}

function undecidedLacks(incident: Incident): readonly Lack[] {
  const rules = [...new Set(undecidedDutiesOfOurs(incident.notification).map((group) => group.ruleId))];
  return rules.map((ruleId) => ({
    code: `undecided:${ruleId}`,
    sentence: `whether ${ruleId} applies is undecided`,
    who: 'communications or legal (recordFact for the missing fact, or decideUndecided)',
  }));
}

/** What the judge refused for good is left to people; the filing stands all the same. */
function judgementLacks({ notification, failedSteps }: Incident): readonly Lack[] {
  return unjudgedFilings(notification)
    .filter((filing) => !failedSteps.includes(judgeStepKey(filing)))
    .map(({ ruleId, stage }) => ({
      code: `judgement:${ruleId}/${stage}`,
      sentence: `how late the filing for ${ruleId} (${stage}) was is not fixed yet`,
      who: 'nobody; it is being judged',
    }));
}

/** What the provider itself owes to an authority is met by its filing. */
function filingLacks(incident: Incident): readonly Lack[] {
  const open = unfiledDuties(incident.notification).filter((group) => !isRepetitionOver(incident, group));
  return open.map(({ ruleId, stage }) => ({
    code: `filing:${ruleId}/${stage}`,
    sentence: `no filing is recorded for ${ruleId} (${stage})`,
    who: 'communications or legal (recordFiling)',
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
    ...coverageLacks(incident),
  ];
}

/** What a new version of the affected tenants has left to tell (process.md §5.9). */
function coverageLacks({ notification }: Incident): readonly Lack[] {
  const coverage = currentCoverage(notification);
  if (coverage === undefined || sentNotices(notification).length === 0) return [];
  const { untold, outdated, notWithdrawn } = coverage;
  const lack = (code: string, tenants: number, one: string, several: string, way: string): readonly Lack[] =>
    tenants === 0
      ? []
      : [
          {
            code,
            sentence: `${tenants.toLocaleString('en')} ${tenants === 1 ? one : several}`,
            who: `communications or legal (${way})`,
          },
        ];
  return [
    ...lack(
      'untold',
      untold,
      'added tenant is not told',
      'added tenants are not told',
      'proposeNotice, stage by-difference or first',
    ),
    ...lack(
      'outdated',
      outdated,
      'tenant is told of an older state',
      'tenants are told of an older state',
      'proposeNotice, stage by-difference or supplementary',
    ),
    ...lack(
      'not-withdrawn',
      notWithdrawn,
      'tenant was told and is no longer affected',
      'tenants were told and are no longer affected',
      'proposeNotice, stage by-difference or withdrawal, or leaveRemovedTenants',
    ),
  ];
}

function postmortemDueLacks(incident: Incident): readonly Lack[] {
  const isUndecided = !needsPostmortem(incident) && incident.followUp.requirement.kind === 'by-default';
  if (isUndecided && isNotRequired(incident.notification)) return [postmortemDecision];
  if (!needsPostmortem(incident) || isPostmortemComplete(incident.followUp)) return [];
  return [
    {
      code: 'postmortem',
      sentence: 'the postmortem is not complete',
      who: 'security-response (postmortem)',
    },
  ];
}

/** S50: that there is no postmortem is a decision with a reason, never an omission. */
const postmortemDecision: Lack = {
  code: 'postmortem-decision',
  sentence: 'nobody has decided whether a postmortem is needed',
  who: 'security-response (postmortem, part requirement, verdict yes or no)',
};
