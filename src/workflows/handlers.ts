/**
 * What an incident answers to. Handlers check and record, synchronously; the tracks act. A signal never throws: what it
 * gets wrong is written to the timeline. An update is refused before it leaves anything in the history.
 */
import {
  ApplicationFailure,
  currentUpdateInfo,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { Sender } from '../contract/principal';
import type { EventBody, EventOf, IncidentEvent } from '../domain/events';
import { gatesOf } from '../domain/gates';
import type { Incident } from '../domain/incident';
import type { Instant } from '../domain/instant';
import { instantFromEpochMs } from '../domain/instant';
import {
  acceptAssignEntry,
  acceptCloseEntry,
  acceptOpenEntry,
  acceptPostmortem,
  acceptRecordEntry,
  acceptReopenEntry,
  acceptTriageDone,
  acceptWaiveEntry,
} from '../domain/intake/follow-up-messages';
import {
  acceptAffectedTenants,
  acceptDetermination,
  acceptFiling,
  acceptNotice,
  acceptUndecidedDecision,
} from '../domain/intake/notification-messages';
import { Refusal } from '../domain/intake/refusal';
import {
  acceptAddServices,
  acceptAgreement,
  acceptCompletedTask,
  acceptEmergencyAction,
  acceptEmergencyReview,
  acceptEviction,
  acceptOutsideStatement,
  acceptPlan,
  acceptRecordAnalysis,
  acceptRecovery,
  acceptRecoveryConfirmation,
  acceptRootCause,
  acceptSignOfBreach,
  acceptUnaffected,
  acceptVulnerability,
  acceptWatchEnd,
  acceptWatchStart,
} from '../domain/intake/response-messages';
import { acceptAnchor, acceptChosenAnchor, acceptFact } from '../domain/intake/shared-messages';
import { messageShapes as shapes } from '../domain/message-shapes';
import { statusOf } from '../domain/operator-view';
import { postmortemMarkdown } from '../domain/postmortem';
import { problemOf, type Shape } from '../domain/shape';
import { timelineOf } from '../domain/timeline';
import { handleDecisions } from './decisions';
import { authorOf, type LiveIncident, type Provenance } from './live-incident';
import * as messages from './messages';

type Accept<Message> = (incident: Incident, message: Message, now: Instant) => readonly EventBody[];

export function installHandlers(incident: LiveIncident): void {
  handleQueries(incident);
  handleDecisions(incident);
  handleSignals(incident);
  handleUpdates(incident);
}

function handleQueries(incident: LiveIncident): void {
  setHandler(messages.status, () => statusOf(incident.state), {
    description: 'Where the incident stands and whose move it is',
  });
  setHandler(messages.timeline, () => timelineOf(incident.events), {
    description: 'All that happened, a sentence each',
  });
  setHandler(messages.gates, () => gatesOf(incident.state, incident.now()), {
    description: 'What each gate still lacks and who can supply it',
  });
  setHandler(messages.plans, () => incident.state.response.plans, {
    description: 'The plans in full, as they were proposed',
  });
  setHandler(messages.postmortemReport, () => postmortemMarkdown(incident.state, incident.events), {
    description: 'The postmortem as it stands, in Markdown',
  });
}

// Signals

function handleSignals(incident: LiveIncident): void {
  const signal = <Message extends Sender>(
    definition: SignalDefinition<[Message]>,
    description: string,
    shape: Shape<Message>,
    accept: Accept<Message>,
  ) => {
    const take = (message: Message) =>
      recordOrNote(incident, definition.name, () => taken(incident, message, shape, accept));
    setHandler(definition, take, { description });
  };
  signal(
    messages.openBug,
    'Record a bug: ref, title, by, role; owner and gating if known',
    shapes.openEntry,
    acceptOpenEntry,
  );
  signal(
    messages.closeBug,
    'Close a bug: ref, by, role; resolution is resolved unless said otherwise',
    shapes.closeEntry,
    acceptCloseEntry,
  );
  signal(
    messages.reopenBug,
    'Open a closed bug again: ref, reason, by, role',
    shapes.reopenEntry,
    acceptReopenEntry,
  );
  setHandler(messages.deliveryProgressed, (report) => noteDelivery(incident, report), {
    description: 'From the delivery workflows; not for people',
  });
  setDefaultSignalHandler((name) => noteRefusal(incident, name, 'no such signal is known here'));
}

function recordOrNote(incident: LiveIncident, name: string, take: () => unknown): void {
  try {
    take();
  } catch (error) {
    noteRefusal(incident, name, sentenceOf(error));
  }
}

const longestProblem = 300;

function noteRefusal(incident: LiveIncident, message: string, problem: string): void {
  incident.record({
    type: 'message-refused',
    message: message.slice(0, 100),
    problem: problem.slice(0, longestProblem),
  });
}

function noteDelivery(incident: LiveIncident, report: messages.DeliveryReport): void {
  incident.record({ type: 'delivery-progressed', ...report });
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Updates

function handleUpdates(incident: LiveIncident): void {
  const update = <Message extends Sender>(
    definition: UpdateDefinition<messages.Receipt, [Message]>,
    description: string,
    shape: Shape<Message>,
    accept: Accept<Message>,
  ) => {
    setHandler(definition, (message) => receiptOf(taken(incident, message, shape, accept)), {
      description,
      validator: (message) => refuseEarly(incident, message, shape, accept),
    });
  };
  update(
    messages.recordEntry,
    'Open, close or reopen a bug, change request or process issue',
    shapes.recordEntry,
    acceptRecordEntry,
  );
  update(messages.assignEntry, 'Give an entry its owner', shapes.assignEntry, acceptAssignEntry);
  update(
    messages.waiveEntry,
    'Waive an entry with a reason, until a date',
    shapes.waiveEntry,
    acceptWaiveEntry,
  );
  update(
    messages.recordFact,
    'Record a fact, a named fact that rules read, or the impact',
    shapes.recordFact,
    acceptFact,
  );
  update(messages.recordAnchor, 'Record from when a clock counts', shapes.recordAnchor, acceptAnchor);
  update(
    messages.chooseAnchor,
    'Choose among rival anchors of a kind',
    shapes.chooseAnchor,
    acceptChosenAnchor,
  );
  update(messages.addServices, 'Add concerned services', shapes.addServices, acceptAddServices);
  update(
    messages.recordAnalysis,
    'Record an analysis with its evidence',
    shapes.recordAnalysis,
    acceptRecordAnalysis,
  );
  update(
    messages.recordEmergencyAction,
    'Record what could not wait; always accepted, reviewed later',
    shapes.recordEmergencyAction,
    acceptEmergencyAction,
  );
  update(
    messages.reviewEmergencyAction,
    'Review an emergency action afterwards',
    shapes.reviewEmergencyAction,
    acceptEmergencyReview,
  );
  update(
    messages.reportSignOfBreach,
    'The intruder is back: return to containment, next round',
    shapes.reportSignOfBreach,
    acceptSignOfBreach,
  );
  update(messages.proposePlan, 'Propose the next version of a plan', shapes.proposePlan, acceptPlan);
  update(messages.agree, 'Agree to or decline the current version of a plan', shapes.agree, acceptAgreement);
  update(
    messages.completeTask,
    'A task of a service is done, with evidence',
    shapes.completeTask,
    acceptCompletedTask,
  );
  update(
    messages.markUnaffected,
    'A service turned out not to be affected',
    shapes.markUnaffected,
    acceptUnaffected,
  );
  update(
    messages.recordOutsideStatement,
    'What the outside owner of a service states',
    shapes.recordOutsideStatement,
    acceptOutsideStatement,
  );
  update(
    messages.recordEviction,
    'A foothold is known, or evicted with evidence',
    shapes.recordEviction,
    acceptEviction,
  );
  update(
    messages.recordVulnerability,
    'A vulnerability is known, mitigated, accepted or unknown',
    shapes.recordVulnerability,
    acceptVulnerability,
  );
  update(
    messages.stateRootCause,
    'The root cause is removed, or not proven',
    shapes.stateRootCause,
    acceptRootCause,
  );
  update(
    messages.confirmRecovery,
    'Confirm that the intruder is out and known paths are closed',
    shapes.confirmRecovery,
    acceptRecoveryConfirmation,
  );
  update(
    messages.recordRecovery,
    'One part of the recovery of a service',
    shapes.recordRecovery,
    acceptRecovery,
  );
  update(messages.startWatch, 'Start the time of heightened watch', shapes.startWatch, acceptWatchStart);
  update(messages.endWatch, 'End the watch with both exit checks', shapes.endWatch, acceptWatchEnd);
  update(
    messages.determine,
    'Must customers be told: yes, no or undetermined',
    shapes.determine,
    acceptDetermination,
  );
  update(
    messages.setAffectedTenants,
    'Ask the directory who is affected',
    shapes.setAffectedTenants,
    acceptAffectedTenants,
  );
  update(
    messages.decideUndecided,
    'Decide whether an undecided rule applies',
    shapes.decideUndecided,
    acceptUndecidedDecision,
  );
  update(
    messages.proposeNotice,
    'Propose a notice whose text is in the database',
    shapes.proposeNotice,
    acceptNotice,
  );
  update(messages.recordFiling, 'A filing to an authority was made', shapes.recordFiling, acceptFiling);
  update(messages.postmortem, 'One part of the postmortem', shapes.postmortem, acceptPostmortem);
  update(
    messages.declareTriageDone,
    'Everything to be fixed is recorded',
    shapes.declareTriageDone,
    acceptTriageDone,
  );
}

function refuseEarly<Message extends Sender>(
  incident: LiveIncident,
  message: Message,
  shape: Shape<Message>,
  accept: Accept<Message>,
): void {
  try {
    refuseBadShape(shape, message);
    if (!isRepeated(incident, message)) accept(incident.state, message, incident.now());
  } catch (error) {
    throw asFailure(error);
  }
}

function asFailure(error: unknown): unknown {
  return error instanceof Refusal ? ApplicationFailure.nonRetryable(error.message, error.type) : error;
}

function receiptOf(events: readonly IncidentEvent[]): messages.Receipt {
  const made = events.map(idMadeBy).find((id) => id !== undefined);
  const plan = events.find(
    (event): event is IncidentEvent & EventOf<'plan-proposed'> => event.type === 'plan-proposed',
  );
  return {
    recorded: events.map(({ seq, type }) => ({ seq, type })),
    ...(made !== undefined && { id: made }),
    ...(plan !== undefined && { hash: plan.hash }),
  };
}

function idMadeBy(event: IncidentEvent): string | undefined {
  switch (event.type) {
    case 'analysis-recorded':
      return event.analysisId;
    case 'emergency-action-recorded':
      return event.actionId;
    case 'anchor-recorded':
      return event.anchor.anchorId;
    case 'plan-proposed':
    case 'affected-tenants-requested':
      return String(event.version);
    default:
      return undefined;
  }
}

// Both

/** Records what a message says; one that was taken before is answered again and changes nothing. */
function taken<Message extends Sender>(
  incident: LiveIncident,
  message: Message,
  shape: Shape<Message>,
  accept: Accept<Message>,
): readonly IncidentEvent[] {
  refuseBadShape(shape, message);
  const messageId = messageIdOf(message);
  if (messageId !== undefined && incident.hasSeen(messageId))
    return incident.events.filter((event) => event.messageId === messageId);
  const provenance = provenanceOf(message, messageId);
  return accept(incident.state, message, incident.now()).map((body) => incident.record(body, provenance));
}

function refuseBadShape<Message>(shape: Shape<Message>, message: unknown): void {
  const problem = problemOf(shape, message);
  if (problem !== undefined) throw new Refusal('Malformed', problem);
}

function messageIdOf(message: Sender): string | undefined {
  return message.messageId ?? currentUpdateInfo()?.id;
}

function isRepeated(incident: LiveIncident, message: Sender): boolean {
  const messageId = messageIdOf(message);
  return messageId !== undefined && incident.hasSeen(messageId);
}

function provenanceOf(message: Sender, messageId: string | undefined): Provenance {
  return {
    author: authorOf(message),
    ...(message.happenedAt !== undefined && {
      happenedAt: instantFromEpochMs(Date.parse(message.happenedAt)),
    }),
    ...(messageId !== undefined && { messageId }),
  };
}
