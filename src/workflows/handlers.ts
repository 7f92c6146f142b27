/**
 * What an incident answers to. Handlers check and record, synchronously; the tracks act. A signal never throws: what it
 * gets wrong is written to the timeline. An update is refused before it leaves anything in the history.
 */
import { ApplicationFailure, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import type { Sender } from '../contract/principal';
import { theSystem, type EventBody, type IncidentEvent } from '../domain/events';
import { gatesOf } from '../domain/gates';
import { apply, type Incident } from '../domain/incident';
import { instantFromEpochMs } from '../domain/instant';
import {
  intakeOf,
  isUpdateName,
  signalIntakes,
  take,
  updateIntakes,
  type Intake,
  type UpdateName,
} from '../domain/intake';
import { Refusal } from '../domain/intake/refusal';
import { obligationFactsOf } from '../domain/obligation-facts';
import { figuresOf } from '../domain/metrics';
import { statusOf } from '../domain/operator-view';
import { postmortemMarkdown } from '../domain/postmortem';
import { timelinePage } from '../domain/timeline';
import { todoOf } from '../domain/todo';
import { decisionSignals, handleDecisions } from './decisions';
import { deliverySignal } from './delivery-reports';
import { authorOf, type LiveIncident, type Provenance } from './live-incident';
import * as messages from './messages';
import { handleSignals, noteRefusal, type SignalCount, type SignalHandler } from './signals';

export function installHandlers(incident: LiveIncident): SignalCount {
  handleQueries(incident);
  const signals = handleSignals(incident, [
    ...decisionSignals(incident),
    ...entrySignals(incident),
    deliverySignal(incident),
  ]);
  handleDecisions(incident);
  handleUpdates(incident);
  return signals;
}

function handleQueries(incident: LiveIncident): void {
  setHandler(messages.status, () => statusOf(incident.state), {
    description: 'Where the incident stands and whose move it is',
  });
  setHandler(messages.timeline, (page) => timelinePage(incident.events, page?.before), {
    description: 'All that happened, a sentence each: the newest lines, or those before { before: number }',
  });
  setHandler(messages.gates, () => gatesOf(incident.state, incident.now()), {
    description: 'What each gate still lacks and who can supply it',
  });
  setHandler(messages.events, () => incident.events, {
    description: 'All that was recorded, in full, for programs',
  });
  setHandler(messages.obligationFacts, () => obligationFactsOf(incident.state, incident.now()), {
    description: 'What the incident knows of its obligations: facts, anchors, filings, promises',
  });
  setHandler(messages.plans, () => incident.state.response.plans, {
    description: 'The plans in full, as they were proposed',
  });
  setHandler(messages.metrics, () => figuresOf(incident.state, incident.events, incident.now()), {
    description: 'Its figures: how long each part took, lateness, waits, entries',
  });
  setHandler(messages.todo, (principal) => todoOf(incident.state, principal, incident.now()), {
    description: 'What one person owes to it now: { by, role, team }',
  });
  setHandler(messages.postmortemReport, () => postmortemMarkdown(incident.state, incident.events), {
    description: 'The postmortem as it stands, in Markdown',
  });
}

// Signals

function entrySignals(incident: LiveIncident): readonly SignalHandler[] {
  const { openBug, closeBug, reopenBug } = signalIntakes;
  return [
    entrySignal(incident, messages.openBug.name, openBug),
    entrySignal(incident, messages.closeBug.name, closeBug),
    entrySignal(incident, messages.reopenBug.name, reopenBug),
  ];
}

function entrySignal<Message extends Sender>(
  incident: LiveIncident,
  name: string,
  intake: Intake<Message>,
): SignalHandler {
  const { description } = intake;
  return { name, description, take: (payload) => recordOrNote(incident, name, intake, payload as Message) };
}

function recordOrNote<Message extends Sender>(
  incident: LiveIncident,
  name: string,
  intake: Intake<Message>,
  message: Message,
): void {
  try {
    recordOnce(incident, message, () => bodiesOf(incident, intake, message));
  } catch (error) {
    noteRefusal(incident, name, error instanceof Error ? error.message : String(error));
  }
}

// Updates

function handleUpdates(incident: LiveIncident): void {
  for (const name of Object.keys(updateIntakes).filter(isUpdateName)) handleUpdate(incident, name);
  setHandler(messages.recordTogether, (together) => receiptOf(recordTogether(incident, together)), {
    description: 'Several of the other updates at once, all or none: { messages: [{ message, … }] }',
    validator: (together: messages.TogetherMessage) =>
      refusing(() => isRepeated(incident, together) || bodiesTogether(incident, together)),
  });
}

function handleUpdate(incident: LiveIncident, name: UpdateName): void {
  const intake = intakeOf(name);
  const record = (message: Sender) =>
    recordOnce(incident, message, () => bodiesOf(incident, intake, message));
  setHandler(messages.update(name), (message) => receiptOf(record(message)), {
    description: intake.description,
    validator: (message: Sender) =>
      refusing(() => isRepeated(incident, message) || bodiesOf(incident, intake, message)),
  });
}

/** A refused update leaves nothing behind: the validator says no before it is accepted into the history. */
function refusing(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw error instanceof Refusal ? ApplicationFailure.nonRetryable(error.message, error.type) : error;
  }
}

function receiptOf(events: readonly IncidentEvent[]): messages.Receipt {
  const ids = events.flatMap((event) => idMadeBy(event) ?? []);
  const hash = events.flatMap((event) => ('hash' in event ? [event.hash] : []))[0];
  return {
    recorded: events.map(({ seq, type }) => ({ seq, type })),
    ...(ids[0] !== undefined && { id: ids[0] }),
    ...(hash !== undefined && { hash }),
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
    case 'hold-proposed':
      return event.holdId;
    case 'plan-proposed':
    case 'affected-tenants-requested':
      return String(event.version);
    default:
      return undefined;
  }
}

// Recording

/** What a message becomes, each part with what is to be said beside it. */
interface Recordable {
  readonly body: EventBody;
  readonly provenance: Provenance;
}

function bodiesOf<Message extends Sender>(
  incident: LiveIncident,
  intake: Intake<Message>,
  message: Message,
  state: Incident = incident.state,
): readonly Recordable[] {
  const bodies = take(state, intake, message, incident.now());
  return bodies.map((body) => ({ body, provenance: provenanceOf(message) }));
}

/** One after the other on a state of their own, so that the last may rest on the first, and one refusal refuses all. */
function bodiesTogether(incident: LiveIncident, together: messages.TogetherMessage): readonly Recordable[] {
  const made: Recordable[] = [];
  let state = incident.state;
  for (const { name, message } of messagesIn(together)) {
    for (const recordable of bodiesOf(incident, intakeOf(name), message, state)) {
      made.push(recordable);
      state = apply(state, {
        ...recordable.body,
        ...theSystem,
        ...recordable.provenance.author,
        seq: 0,
        at: incident.now(),
      });
    }
  }
  return made;
}

const mostTogether = 100;

function messagesIn(
  together: messages.TogetherMessage,
): readonly { readonly name: UpdateName; readonly message: Sender }[] {
  const list: unknown = (together as Partial<messages.TogetherMessage> | undefined)?.messages;
  if (!Array.isArray(list) || list.length === 0 || list.length > mostTogether)
    throw new Refusal('Malformed', `messages must be a list of 1 to ${String(mostTogether)} messages`);
  return (list as ({ readonly message?: unknown } | null)[]).map((item, index) => {
    const { message: name, ...message } = item ?? {};
    if (!isUpdateName(name))
      throw new Refusal(
        'Malformed',
        `messages[${String(index)}].message must name an update, e.g. recordFact`,
      );
    return { name, message: message as unknown as Sender };
  });
}

function recordTogether(
  incident: LiveIncident,
  together: messages.TogetherMessage,
): readonly IncidentEvent[] {
  return recordOnce(incident, together, () => bodiesTogether(incident, together));
}

/** Records what a message says; one that was taken before is answered again and changes nothing. */
function recordOnce(
  incident: LiveIncident,
  message: { readonly messageId?: string | undefined },
  bodies: () => readonly Recordable[],
): readonly IncidentEvent[] {
  const messageId = messageIdOf(message);
  if (messageId !== undefined && incident.hasSeen(messageId))
    return incident.events.filter((event) => event.messageId === messageId);
  return bodies().map(({ body, provenance }) =>
    incident.record(body, { ...provenance, ...(messageId !== undefined && { messageId }) }),
  );
}

function isRepeated(incident: LiveIncident, message: { readonly messageId?: string | undefined }): boolean {
  const messageId = messageIdOf(message);
  return messageId !== undefined && incident.hasSeen(messageId);
}

/** Of a signal, what it says itself; of an update, also the id under which the server knows it. */
function messageIdOf(message: { readonly messageId?: string | undefined } | undefined): string | undefined {
  const stated: unknown = message?.messageId;
  return typeof stated === 'string' ? stated : currentUpdateInfo()?.id;
}

function provenanceOf(message: Sender): Provenance {
  const { happenedAt } = message;
  return {
    author: authorOf(message),
    ...(happenedAt !== undefined && { happenedAt: instantFromEpochMs(Date.parse(happenedAt)) }),
  };
}
