/**
 * Every message that an incident takes: its shape, and what becomes of it. One table for all of them, so that a new
 * message is one line here, one schema in the contract and one function beside its track.
 */
import type { CloseEntry, IncidentUpdates, OpenEntry, ReopenEntry } from '../../contract/messages';
import type { Sender } from '../../contract/principal';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import type { Instant } from '../instant';
import { messageShapes as shapes } from '../message-shapes';
import { problemOf, type Shape } from '../shape';
import {
  acceptAssignEntry,
  acceptCloseEntry,
  acceptOpenEntry,
  acceptPostmortem,
  acceptRecordEntry,
  acceptReopenEntry,
  acceptTriageDone,
  acceptWaiveEntry,
} from './follow-up-messages';
import {
  acceptAffectedTenants,
  acceptDetermination,
  acceptFiling,
  acceptLeavingRemoved,
  acceptNotice,
  acceptUndecidedDecision,
} from './notification-messages';
import { acceptDeliveryHold, acceptDeliveryResumption, acceptSettledDoubts } from './delivery-messages';
import { acceptAttestation, acceptWaivedTelling } from './by-hand-messages';
import { acceptHold, acceptReleaseHold } from './hold-messages';
import { acceptEviction, acceptRootCause, acceptVulnerability } from './eradication-messages';
import { acceptAgreement, acceptCompletedTask, acceptPlan } from './plan-messages';
import {
  acceptRecovery,
  acceptRecoveryConfirmation,
  acceptWatchEnd,
  acceptWatchStart,
} from './recovery-messages';
import { acceptPromise } from './promise-messages';
import { Refusal } from './refusal';
import { acceptStatusPost } from './status-post-messages';
import {
  acceptAddServices,
  acceptEmergencyAction,
  acceptEmergencyReview,
  acceptOutsideStatement,
  acceptRecordAnalysis,
  acceptSharing,
  acceptSignOfBreach,
  acceptUnaffected,
} from './response-messages';
import { acceptAnchor, acceptChosenAnchor, acceptFact } from './shared-messages';
import { acceptStandingEnd } from './standing-messages';
import { acceptRetryStep } from './step-messages';

export interface Intake<Message> {
  /** Shown in the dialogs of the Temporal UI. */
  readonly description: string;
  readonly shape: Shape<Message>;
  readonly accept: (incident: Incident, message: Message, now: Instant) => readonly EventBody[];
}

export type UpdateName = keyof IncidentUpdates;

export const updateIntakes: { readonly [Name in UpdateName]: Intake<IncidentUpdates[Name]> } = {
  recordEntry: {
    description: 'Open, close or reopen a bug, change request or process issue',
    shape: shapes.recordEntry,
    accept: acceptRecordEntry,
  },
  assignEntry: {
    description: 'Give an entry its owner',
    shape: shapes.assignEntry,
    accept: acceptAssignEntry,
  },
  waiveEntry: {
    description: 'Waive an entry with a reason, until a date',
    shape: shapes.waiveEntry,
    accept: acceptWaiveEntry,
  },
  recordFact: {
    description: 'Record a fact, a named fact that rules read, or the impact',
    shape: shapes.recordFact,
    accept: acceptFact,
  },
  recordAnchor: {
    description: 'Record from when a clock counts',
    shape: shapes.recordAnchor,
    accept: acceptAnchor,
  },
  chooseAnchor: {
    description: 'Choose among rival anchors of a kind',
    shape: shapes.chooseAnchor,
    accept: acceptChosenAnchor,
  },
  addServices: {
    description: 'Add concerned services',
    shape: shapes.addServices,
    accept: acceptAddServices,
  },
  recordAnalysis: {
    description: 'Record an analysis with its evidence',
    shape: shapes.recordAnalysis,
    accept: acceptRecordAnalysis,
  },
  recordEmergencyAction: {
    description: 'Record what could not wait; always accepted, reviewed later',
    shape: shapes.recordEmergencyAction,
    accept: acceptEmergencyAction,
  },
  reviewEmergencyAction: {
    description: 'Review an emergency action afterwards',
    shape: shapes.reviewEmergencyAction,
    accept: acceptEmergencyReview,
  },
  reportSignOfBreach: {
    description: 'The intruder is back: return to containment, next round',
    shape: shapes.reportSignOfBreach,
    accept: acceptSignOfBreach,
  },
  recordSharing: {
    description: 'Record what was shared with a body outside, and under whose authority',
    shape: shapes.recordSharing,
    accept: acceptSharing,
  },
  proposePlan: {
    description: 'Propose the next version of a plan',
    shape: shapes.proposePlan,
    accept: acceptPlan,
  },
  agree: {
    description: 'Agree to or decline the current version of a plan',
    shape: shapes.agree,
    accept: acceptAgreement,
  },
  completeTask: {
    description: 'A task of a service is done, with evidence',
    shape: shapes.completeTask,
    accept: acceptCompletedTask,
  },
  markUnaffected: {
    description: 'A service turned out not to be affected',
    shape: shapes.markUnaffected,
    accept: acceptUnaffected,
  },
  recordOutsideStatement: {
    description: 'What the outside owner of a service states',
    shape: shapes.recordOutsideStatement,
    accept: acceptOutsideStatement,
  },
  recordEviction: {
    description: 'A foothold is known, or evicted with evidence',
    shape: shapes.recordEviction,
    accept: acceptEviction,
  },
  recordVulnerability: {
    description: 'A vulnerability is known, mitigated, accepted or unknown',
    shape: shapes.recordVulnerability,
    accept: acceptVulnerability,
  },
  stateRootCause: {
    description: 'The root cause is removed, or not proven',
    shape: shapes.stateRootCause,
    accept: acceptRootCause,
  },
  confirmRecovery: {
    description: 'Confirm that the intruder is out and known paths are closed',
    shape: shapes.confirmRecovery,
    accept: acceptRecoveryConfirmation,
  },
  recordRecovery: {
    description: 'One part of the recovery of a service',
    shape: shapes.recordRecovery,
    accept: acceptRecovery,
  },
  startWatch: {
    description: 'Start the time of heightened watch',
    shape: shapes.startWatch,
    accept: acceptWatchStart,
  },
  endWatch: {
    description: 'End the watch with both exit checks',
    shape: shapes.endWatch,
    accept: acceptWatchEnd,
  },
  determine: {
    description: 'Must customers be told: yes, no or undetermined',
    shape: shapes.determine,
    accept: acceptDetermination,
  },
  setAffectedTenants: {
    description: 'Ask the directory who is affected',
    shape: shapes.setAffectedTenants,
    accept: acceptAffectedTenants,
  },
  leaveRemovedTenants: {
    description: 'Decide that tenants no longer affected get no withdrawal',
    shape: shapes.leaveRemovedTenants,
    accept: acceptLeavingRemoved,
  },
  attestDelivery: {
    description: 'A tenant that no message reaches was told by post, by phone or in person',
    shape: shapes.attestDelivery,
    accept: acceptAttestation,
  },
  waiveDelivery: {
    description: 'Decide that a tenant which no message reaches is not told by hand',
    shape: shapes.waiveDelivery,
    accept: acceptWaivedTelling,
  },
  decideUndecided: {
    description: 'Decide whether an undecided rule applies',
    shape: shapes.decideUndecided,
    accept: acceptUndecidedDecision,
  },
  proposeNotice: {
    description: 'Propose a notice whose text is in the database',
    shape: shapes.proposeNotice,
    accept: acceptNotice,
  },
  proposeStatusPost: {
    description: 'Propose a post for the public service health dashboard; its text is in the database',
    shape: shapes.proposeStatusPost,
    accept: acceptStatusPost,
  },
  recordFiling: {
    description: 'A filing to an authority was made',
    shape: shapes.recordFiling,
    accept: acceptFiling,
  },
  recordPromise: {
    description: 'A public promise to tell those affected within so many hours',
    shape: shapes.recordPromise,
    accept: acceptPromise,
  },
  holdNotice: {
    description: 'Keep notices back for a time; takes the signatures of legal and of an executive',
    shape: shapes.holdNotice,
    accept: acceptHold,
  },
  releaseHold: {
    description: 'End a hold before its time',
    shape: shapes.releaseHold,
    accept: acceptReleaseHold,
  },
  holdDelivery: {
    description: 'Stop all mail of this incident at once; one person may, and it lasts until resumed',
    shape: shapes.holdDelivery,
    accept: acceptDeliveryHold,
  },
  resumeDelivery: {
    description: 'Let mail leave again, after a hold or when what stopped the line is mended',
    shape: shapes.resumeDelivery,
    accept: acceptDeliveryResumption,
  },
  settleDoubts: {
    description: 'Decide about held deliveries that may have gone out: accepted, or resend',
    shape: shapes.settleDoubts,
    accept: acceptSettledDoubts,
  },
  endStandingUpdate: {
    description: 'A standing update is not sent again any more',
    shape: shapes.endStandingUpdate,
    accept: acceptStandingEnd,
  },
  retryStep: {
    description: 'Take a step again that failed for good; the cause is mended',
    shape: shapes.retryStep,
    accept: acceptRetryStep,
  },
  postmortem: {
    description: 'One part of the postmortem',
    shape: shapes.postmortem,
    accept: acceptPostmortem,
  },
  declareTriageDone: {
    description: 'Everything to be fixed is recorded',
    shape: shapes.declareTriageDone,
    accept: acceptTriageDone,
  },
};

export const signalIntakes: {
  readonly openBug: Intake<OpenEntry>;
  readonly closeBug: Intake<CloseEntry>;
  readonly reopenBug: Intake<ReopenEntry>;
} = {
  openBug: {
    description: 'Record a bug: ref, title, by, role; owner and gating if known',
    shape: shapes.openEntry,
    accept: acceptOpenEntry,
  },
  closeBug: {
    description: 'Close a bug: ref, by, role; resolution is resolved unless said otherwise',
    shape: shapes.closeEntry,
    accept: acceptCloseEntry,
  },
  reopenBug: {
    description: 'Open a closed bug again: ref, reason, by, role',
    shape: shapes.reopenEntry,
    accept: acceptReopenEntry,
  },
};

export function isUpdateName(name: unknown): name is UpdateName {
  return typeof name === 'string' && Object.hasOwn(updateIntakes, name);
}

/** The intake of a name that is only known at run time; its shape check says whether the message fits. */
export function intakeOf(name: UpdateName): Intake<Sender> {
  return updateIntakes[name] as unknown as Intake<Sender>;
}

/** What the message becomes. @throws Refusal with a sentence for whoever sent it */
export function take<Message extends Sender>(
  incident: Incident,
  { shape, accept }: Intake<Message>,
  message: Message,
  now: Instant,
): readonly EventBody[] {
  const problem = problemOf(shape, message);
  if (problem !== undefined) throw new Refusal('Malformed', problem);
  refuseFuture(message, now);
  return accept(incident, message, now);
}

/** What has not happened yet is a plan, not a record; a clock that counted from it would count from nothing. */
function refuseFuture({ happenedAt }: Sender, now: Instant): void {
  if (happenedAt !== undefined && Date.parse(happenedAt) > Date.parse(now))
    throw new Refusal('Malformed', `happenedAt ${happenedAt} lies in the future; say when it happened`);
}
