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
  currentTenantSet,
  isNotRequired,
  isReportable,
  undecidedDutiesOfOurs,
  unfiledDuties,
} from '../notification';
import { remembered } from '../remembered';
import { openReviews } from '../response';
import { gateOf, type Gate, type Lack } from './gate';
import { determinationLacks } from './notice-gates';
import { stableLacks } from './response-gates';

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

/** What the provider itself owes to an authority is met by its filing. */
function filingLacks({ notification }: Incident): readonly Lack[] {
  return unfiledDuties(notification).map(({ ruleId, stage }) => ({
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
