/**
 * Decisions: a token arrives as signal or update, is checked for what can be checked here, and waits for an activity to
 * verify its signature. Only then is anything decided; whatever is wrong stands on the timeline.
 */
import { ApplicationFailure, setHandler, workflowInfo } from '@temporalio/workflow';
import type { DecisionMessage } from '../contract/messages';
import type { JudgedDecision } from '../contract/decision';
import { rolesThatDecide } from '../domain/authority';
import { readDecisionToken } from '../domain/decision-token';
import type { EventOf, IncidentEvent } from '../domain/events';
import { findGate, type Gate } from '../domain/gates';
import { holdIdOf } from '../domain/holds';
import type { Incident, PendingDecision } from '../domain/incident';
import { findNotice, noticeIdOf } from '../domain/notification';
import { lackText } from '../domain/operator-view';
import { planOfGate } from '../domain/response-questions';
import { findStatusPost, statusPostIdOf } from '../domain/status-posts';
import { verifyDecision } from './activity-proxies';
import { finalProblem } from './final-problem';
import type { LiveIncident } from './live-incident';
import * as messages from './messages';
import { noteRefusal, type SignalHandler } from './signals';

export function decisionSignals(incident: LiveIncident): readonly SignalHandler[] {
  return [
    {
      name: messages.approve.name,
      description: 'Approve with a signed token: { token }',
      take: (payload) => receiveSignal(incident, 'approve', payload),
    },
    {
      name: messages.reject.name,
      description: 'Reject with a signed token: { token }',
      take: (payload) => receiveSignal(incident, 'reject', payload),
    },
  ];
}

export function handleDecisions(incident: LiveIncident): void {
  setHandler(messages.decide, (message: DecisionMessage) => decide(incident, message), {
    description: 'Approve or reject with a signed token, and learn what came of it',
    validator: (message: DecisionMessage) => {
      const problem = problemOfDecision(incident, message);
      if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'DecisionRefused');
    },
  });
}

function problemOfDecision(incident: LiveIncident, message: DecisionMessage): string | undefined {
  if (receivedAs(incident, message) !== undefined) return undefined;
  const reading = readDecision(incident.state, message);
  if (reading.kind === 'unusable') return reading.problem;
  return gateNamedBy(incident, message.token)?.objectHash === undefined ? nothingToDecide : undefined;
}

const nothingToDecide =
  'the gate that the token names is not waiting for a decision; see what it lacks with firebreak gates';

type Reading =
  | {
      readonly kind: 'usable';
      readonly tokenId: string;
      readonly verdict: unknown;
      readonly claimedBy: string;
    }
  | { readonly kind: 'unusable'; readonly problem: string };

/** What can be said without a key: size, shape, and that this token was not used before. */
function readDecision(state: Incident, message: unknown): Reading {
  const token = (message as DecisionMessage | undefined | null)?.token;
  const reading = readDecisionToken(token);
  if (reading.kind === 'unreadable') return { kind: 'unusable', problem: reading.problem };
  const { jti, dec, sub } = reading.claims;
  if (typeof jti !== 'string' || typeof sub !== 'string')
    return { kind: 'unusable', problem: 'the token names no jti or no sub; sign with firebreak approve' };
  if (state.usedTokenIds.includes(jti) || isPending(state, token as string))
    return { kind: 'unusable', problem: 'this token was used before; every decision needs its own' };
  if (state.pendingDecisions.length >= mostPending) return { kind: 'unusable', problem: tooManyPending };
  return { kind: 'usable', tokenId: jti, verdict: dec, claimedBy: sub };
}

/** Each is checked by an activity of its own: more at once than people can make are a flood. */
const mostPending = 50;
const tooManyPending = `${String(mostPending)} decisions wait to be checked; send this one again in some minutes`;

function isPending(state: Incident, token: string): boolean {
  return state.pendingDecisions.some((pending) => pending.token === token);
}

function receiveSignal(incident: LiveIncident, name: 'approve' | 'reject', payload: unknown): void {
  const reading = readDecision(incident.state, payload);
  const problem = reading.kind === 'unusable' ? reading.problem : wrongSignal(name, reading.verdict);
  if (problem !== undefined) noteRefusal(incident, name, problem);
  else receive(incident, payload as DecisionMessage, reading);
}

function wrongSignal(name: 'approve' | 'reject', verdict: unknown): string | undefined {
  return verdict === name
    ? undefined
    : `the token says ${String(verdict).slice(0, 20)} but was sent as ${name}; nothing is decided`;
}

function receive(incident: LiveIncident, { token }: DecisionMessage, reading: Reading): string {
  const decisionId = `D${String(lastDecisionNumber(incident) + 1)}`;
  const claimedBy = reading.kind === 'usable' ? reading.claimedBy.slice(0, 200) : 'unknown';
  incident.record({ type: 'decision-received', decisionId, token, claimedBy });
  return decisionId;
}

/** Counted on from the last one: of those that were refused long ago not all are kept. */
function lastDecisionNumber({ events }: LiveIncident): number {
  const last = events.findLast((event) => event.type === 'decision-received');
  return last?.type === 'decision-received' ? Number(last.decisionId.slice(1)) : 0;
}

/**
 * Under which id this very token came before: who lost the answer sends it again and gets the same one. A token that was
 * refused is judged anew, for its gate may be ready for it now.
 */
function receivedAs(incident: LiveIncident, message: DecisionMessage): string | undefined {
  const token: unknown = (message as Partial<DecisionMessage> | undefined | null)?.token;
  const received = incident.events.findLast(
    (event) => event.type === 'decision-received' && event.token === token,
  );
  if (received?.type !== 'decision-received') return undefined;
  const isRefused = outcomeOf(incident, received.decisionId)?.type === 'decision-refused';
  return isRefused ? undefined : received.decisionId;
}

type Outcome = IncidentEvent & (EventOf<'decision-accepted'> | EventOf<'decision-refused'>);

async function decide(incident: LiveIncident, message: DecisionMessage): Promise<messages.DecisionReceipt> {
  const decisionId =
    receivedAs(incident, message) ?? receive(incident, message, readDecision(incident.state, message));
  await incident.until(() => outcomeOf(incident, decisionId) !== undefined);
  const outcome = outcomeOf(incident, decisionId);
  if (outcome?.type !== 'decision-accepted')
    throw ApplicationFailure.nonRetryable(
      outcome?.problem ?? 'the decision was not judged',
      outcome?.code ?? 'DecisionRefused',
    );
  const { gate, verdict, approver } = outcome;
  const now = findGate(incident.state, gate, incident.now());
  return { gate, verdict, approver, isOpen: now?.isOpen ?? false, lacks: (now?.lacks ?? []).map(lackText) };
}

function outcomeOf(incident: LiveIncident, decisionId: string): Outcome | undefined {
  return incident.events.find(
    (event): event is Outcome =>
      (event.type === 'decision-accepted' || event.type === 'decision-refused') &&
      event.decisionId === decisionId,
  );
}

/** Judges one decision after the other, in the order of their arrival. */
export async function decisionTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => state.pendingDecisions.length > 0);
    const pending = incident.state.pendingDecisions[0];
    if (pending !== undefined) await settle(incident, pending);
  }
}

/** A decision that cannot be judged is refused: one bad check must not keep the others waiting, nor end the incident. */
async function settle(incident: LiveIncident, pending: PendingDecision): Promise<void> {
  try {
    await judge(incident, pending);
  } catch (error) {
    const problem = finalProblem(error);
    if (problem === undefined) throw error;
    refuse(
      incident,
      pending,
      'not-judged',
      `it could not be judged (${problem}); sign it anew and send it again`,
    );
  }
}

async function judge(incident: LiveIncident, pending: PendingDecision): Promise<void> {
  const gate = gateNamedBy(incident, pending.token);
  if (gate?.objectHash === undefined) return refuse(incident, pending, 'nothing-to-decide', nothingToDecide);
  const judged = await verifyDecision.executeWithOptions({ summary: `signature on ${gate.gate}` }, [
    {
      token: pending.token,
      expected: expectationOf(incident, gate, gate.objectHash),
      seenTokenIds: [...incident.state.usedTokenIds],
    },
  ]);
  if (judged.kind === 'refused') return refuse(incident, pending, judged.code, judged.problem);
  if (findGate(incident.state, gate.gate, incident.now())?.objectHash !== judged.objectHash)
    return refuse(
      incident,
      pending,
      'other-object',
      'what was decided on changed while the signature was checked; read it again',
    );
  incident.record(acceptedEvent(pending, judged));
}

function gateNamedBy(incident: LiveIncident, token: string): Gate | undefined {
  const reading = readDecisionToken(token);
  const name = reading.kind === 'readable' ? reading.claims.gate : undefined;
  return typeof name === 'string' ? findGate(incident.state, name, incident.now()) : undefined;
}

function refuse(
  incident: LiveIncident,
  { decisionId }: PendingDecision,
  code: string,
  problem: string,
): void {
  incident.record({ type: 'decision-refused', decisionId, code, problem });
}

function expectationOf(incident: LiveIncident, gate: Gate, objectHash: string) {
  const { namespace, workflowId } = workflowInfo();
  return {
    audience: `${namespace}/${workflowId}`,
    gate: gate.gate,
    generation: gate.generation,
    objectHash,
    roles: [...rolesThatDecide(gate.gate)],
    barred: barredFrom(incident.state, gate.gate),
  };
}

/** Four eyes: whoever proposed the object does not decide on it. A hold takes two signers, so its proposer may be one. */
function barredFrom(state: Incident, gate: string): string[] {
  if (holdIdOf(gate) !== undefined) return [];
  const proposer = proposerOf(state, gate);
  return proposer === undefined ? [] : [proposer];
}

function proposerOf({ response, notification, statusPosts }: Incident, gate: string): string | undefined {
  const noticeId = noticeIdOf(gate);
  if (noticeId !== undefined) return findNotice(notification, noticeId)?.author;
  const postId = statusPostIdOf(gate);
  if (postId !== undefined) return findStatusPost(statusPosts, postId)?.author;
  return planOfGate(response, gate)?.proposedBy;
}

function acceptedEvent(
  { decisionId }: PendingDecision,
  judged: Extract<JudgedDecision, { kind: 'accepted' }>,
): EventOf<'decision-accepted'> {
  const { approver, gate, generation, objectHash, verdict, tokenId, keyId, issuedAt, reason } = judged;
  return {
    type: 'decision-accepted',
    decisionId,
    gate,
    generation,
    objectHash,
    verdict,
    approver: approver.id,
    approverRoles: approver.roles,
    tokenId,
    keyId,
    issuedAt,
    ...(reason !== undefined && { reason }),
  };
}
