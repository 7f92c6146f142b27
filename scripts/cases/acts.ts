/**
 * Every action of the format as messages to the incident, said by whoever may say them. What the process needs besides
 * comes from filler.ts; what the incident refuses is noted and changes nothing.
 */
import type { Action, Input, InputOf } from './case-format';
import type { Recorded } from './case-incident';
import { isSameMoment, writtenMomentOf } from './moments';
import { approveNotice, determine, holdNotice, setAffectedTenants } from './notification-acts';
import { lookAtMails, note, sign, tell, type Play } from './play';
import {
  addService,
  completeTask,
  confirmRecovery,
  emergencyContainment,
  proposePlan,
  reopenResponse,
  stateRootCause,
} from './response-acts';
import { findingClassOf, lineOf, senderOf, signatoryOf } from './words';

type Act<Of extends Action> = (play: Play, input: InputOf<Of>) => Promise<unknown>;

const acts: { readonly [Of in Exclude<Action, 'declare'>]: Act<Of> } = {
  recordFact: (play, input) =>
    tell(play, input, 'recordFact', { ...senderOf('record-fact', undefined), text: input.text }),
  recordAnchor,
  addService,
  proposePlan,
  completeTask,
  emergencyContainment,
  decide,
  setAffectedTenants,
  approveNotice,
  logFinding: (play, input) =>
    tell(play, input, 'postmortem', {
      ...senderOf('run-postmortem', undefined),
      part: 'finding',
      class: findingClassOf(input.class),
      text: input.text,
    }),
  fileBug: (play, input) =>
    tell(play, input, 'recordEntry', {
      ...senderOf('open-entry', undefined),
      change: 'open',
      ref: input.ref,
      title: lineOf(input.title),
      ...(typeof input.owner === 'string' && { owner: input.owner }),
    }),
  closeBug: (play, input) =>
    tell(play, input, 'recordEntry', {
      ...senderOf('close-entry', undefined),
      change: 'close',
      ref: input.ref,
    }),
  reopen: (play, input) =>
    input.what === 'response' ? reopenResponse(play, input) : reopenEntry(play, input),
  holdNotice,
};

/** Plays one input and waits until the incident has done what follows from it. */
export async function act(play: Play, input: Exclude<Input, { action: 'declare' }>): Promise<void> {
  const carryOut = acts[input.action] as Act<Action>;
  await carryOut(play, input);
  await play.incident.rest();
  await confirmRecovery(play, input);
  await lookAtMails(play);
}

async function decide(play: Play, input: InputOf<'decide'>): Promise<void> {
  const { gate, verdict } = input;
  if (gate === 'determination') return determine(play, input);
  if (gate === 'root-cause') return stateRootCause(play, input);
  await sign(play, input, gate, verdict === 'reject' ? 'reject' : 'approve', signatoryOf(input.by));
}

function reopenEntry(play: Play, input: InputOf<'reopen'>): Promise<unknown> {
  return tell(play, input, 'recordEntry', {
    ...senderOf('close-entry', undefined),
    change: 'reopen',
    ref: input.ref ?? '',
    reason: input.reason,
  });
}

async function recordAnchor(play: Play, input: InputOf<'recordAnchor'>): Promise<void> {
  const { kind, basis, anchorAt, supersedes } = input;
  const corrected =
    supersedes === undefined || supersedes === null
      ? undefined
      : anchorIdOf(await play.incident.recorded(), kind, supersedes);
  if (corrected === null) note(play, input, `no ${kind} anchor at ${supersedes ?? ''} is on record`);
  await tell(play, input, 'recordAnchor', {
    ...senderOf('record', input.by),
    kind,
    ...writtenMomentOf(anchorAt, play.file.zone),
    basis,
    ...(typeof corrected === 'string' && { supersedes: corrected, reason: basis }),
  });
}

/** The anchor that a correction means by its value; null when there is none. */
function anchorIdOf({ state }: Recorded, kind: string, at: string): string | null {
  const standing = state.anchors.filter((anchor) => anchor.supersededBy === undefined);
  const found = standing.find((anchor) => anchor.kind === kind && isSameMoment(anchor.at, at));
  return found?.anchorId ?? null;
}
