/**
 * The moves of a game between an incident in memory and its model: messages of all kinds by all roles, decisions right
 * and wrong, time, deliveries. After each of them the tracks run, and everything that came of it is held against the
 * rules. What is refused must leave the incident as it was.
 */
import fc from 'fast-check';
import type { Sender } from '../../src/contract/principal';
import { isReadyToClose } from '../../src/domain/gates';
import { Refusal } from '../../src/domain/intake/refusal';
import { contentArbitrary, messageNames, senderArbitrary } from '../support/arbitraries';
import {
  deliverAll,
  incidentInMemory,
  runTracks,
  wholeStory,
  type Content,
  type MemoryIncident,
  type MessageName,
  type Moment,
  type Step,
} from '../support/incidents';
import {
  afterEvent,
  brokenRule,
  declaredModel,
  maySend,
  reasonToStayOpen,
  type IncidentModel,
} from './incident-model';

/** The model is replaced with every event; fast-check hands over the same holder for the whole game. */
export interface ModelHolder {
  model: IncidentModel;
}

export type Command = fc.Command<ModelHolder, MemoryIncident>;

function commandOf(label: () => string, act: Step, mustRefuse = false): Command {
  return {
    check: () => true,
    run(holder, incident) {
      takeMove(holder, incident, act, mustRefuse);
      takeMove(holder, incident, runTracks);
      expectToStayOpenRightly(holder, incident);
    },
    toString: label,
  };
}

function takeMove(holder: ModelHolder, incident: MemoryIncident, act: Step, mustRefuse = false): void {
  const before = incident.state;
  const count = incident.events.length;
  const isRefused = isRefusedBy(() => {
    act(incident);
  });
  if (isRefused && (incident.state !== before || incident.events.length !== count))
    throw new Error('what was refused has left a trace');
  if (mustRefuse && !isRefused) throw new Error('a role that may not was heard');
  for (const event of incident.events.slice(count)) {
    const broken = brokenRule(holder.model, event, incident.now());
    if (broken !== undefined) throw new Error(broken);
    holder.model = afterEvent(holder.model, event);
  }
  if (incident.state.response.round !== holder.model.round) throw new Error('the round is another one');
}

function isRefusedBy(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}

function expectToStayOpenRightly({ model }: ModelHolder, incident: MemoryIncident): void {
  const reason = isReadyToClose(incident.state) ? reasonToStayOpen(model, incident.now()) : undefined;
  if (reason !== undefined) throw new Error(`it could be closed, but ${reason}`);
}

// The moves

function messageCommand(name: MessageName, sender: Sender, content: Content<MessageName>): Command {
  return commandOf(
    () => `${name} by ${sender.by}: ${JSON.stringify(content)}`,
    (incident) => {
      incident.send(name, sender, content);
    },
    !maySend(name, sender),
  );
}

function decisionCommand(gate: string, approver: Sender, verdict: 'approve' | 'reject'): Command {
  return commandOf(
    () => `${verdict} ${gate} by ${approver.by}`,
    (incident) => {
      incident.decide(gate, approver, verdict);
    },
  );
}

const messageCommands = messageNames.map((name) =>
  fc
    .tuple(senderArbitrary, contentArbitrary(name))
    .map(([sender, content]) => messageCommand(name, sender, content as unknown as Content<MessageName>)),
);

const decisionCommands = fc
  .tuple(
    fc.constantFrom('eradication', 'notice:first-1', 'notice:second-1'),
    senderArbitrary,
    fc.constantFrom<'approve' | 'reject'>('approve', 'approve', 'reject'),
  )
  .map((parts) => decisionCommand(...parts));

const timeCommand = fc.integer({ min: 1, max: 200 }).map((hours) =>
  commandOf(
    () => `${String(hours)} hours pass`,
    (incident) => {
      incident.pass(hours * 3_600_000);
    },
  ),
);

const deliveryCommand = fc.constant(commandOf(() => 'all is delivered', deliverAll));

/** The steps of the whole story, as moves. */
const storyCommands = wholeStory.flat().map(commandOfStep);

function commandOfStep(step: Step): Command {
  const commands: Command[] = [];
  const recorder: Pick<MemoryIncident, 'send' | 'decide'> = {
    send(name, sender, content) {
      commands.push(messageCommand(name, sender, content));
      return [];
    },
    decide(gate, approver, verdict = 'approve') {
      commands.push(decisionCommand(gate, approver, verdict));
    },
  };
  if (step !== deliverAll) step(recorder as MemoryIncident);
  return commands[0] ?? commandOf(() => 'all is delivered', deliverAll);
}

export const commandArbitraries: fc.Arbitrary<Command>[] = [
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...storyCommands) },
    { weight: 6, arbitrary: fc.oneof(...messageCommands) },
    { weight: 3, arbitrary: decisionCommands },
    { weight: 2, arbitrary: timeCommand },
    { weight: 1, arbitrary: deliveryCommand },
  ),
];

// Where a game begins

/** How far the story may have gone before the game begins. */
export const storyLength = storyCommands.length;

interface Beginning extends Moment {
  readonly model: IncidentModel;
}

let played: Beginning[] | undefined;

/** The story is played once; games begin at its moments. */
function beginnings(): readonly Beginning[] {
  if (played !== undefined) return played;
  const incident = incidentInMemory();
  const holder: ModelHolder = { model: declaredModel };
  const moment = (): Beginning => ({
    model: holder.model,
    state: incident.state,
    events: [...incident.events],
    now: incident.now(),
  });
  played = [
    moment(),
    ...storyCommands.map((command) => {
      command.run(holder, incident);
      return moment();
    }),
  ];
  return played;
}

/** An incident, so many steps into the story, and its model. */
export function begun(steps: number): { model: ModelHolder; real: MemoryIncident } {
  const from = beginnings()[steps];
  if (from === undefined) throw new Error(`the story has ${String(storyLength)} steps`);
  return { model: { model: from.model }, real: incidentInMemory({ from }) };
}
