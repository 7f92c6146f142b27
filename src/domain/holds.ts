/**
 * Holds: notices that legal and an executive incident manager keep back together, for a reason and for a time. Owns
 * what becomes of a hold and what it covers; what its gate lacks is `gates/hold-gates.ts`.
 */
import type { EventBody, EventOf, IncidentEvent, Recording } from './events';
import type { Fingerprint } from './fingerprint';
import { compareInstants, type Instant } from './instant';
import { isDutyToTellMet, obligationGroups, type NotificationTrack } from './notification';

/** What the signatures are bound to. */
export interface HoldContent {
  readonly holdId: string;
  readonly notices: readonly string[];
  /** Rule ids. A hold never stops a duty that it does not name. */
  readonly duties: readonly string[];
  readonly reason: string;
  readonly until: Instant;
}

export interface Hold extends HoldContent {
  readonly hash: Fingerprint;
  readonly proposedBy: string;
  readonly state: HoldState;
}

export interface HoldSignature {
  readonly approver: string;
  readonly roles: readonly string[];
}

export type HoldState =
  | { readonly kind: 'proposed'; readonly signatures: readonly HoldSignature[] }
  | { readonly kind: 'in-force'; readonly since: Instant; readonly signatures: readonly HoldSignature[] }
  | { readonly kind: 'rejected'; readonly by: string; readonly reason: string }
  | { readonly kind: 'released'; readonly by: string; readonly reason: string }
  | { readonly kind: 'expired' };

export const holdSigners = ['legal', 'executive-incident-manager'] as const;

// What an event changes

export function applyToHolds(holds: readonly Hold[], event: IncidentEvent): readonly Hold[] {
  switch (event.type) {
    case 'hold-proposed':
      return findHold(holds, event.holdId) === undefined ? [...holds, proposed(event)] : holds;
    case 'decision-accepted':
      return changeHold(holds, holdIdOf(event.gate), (hold) => decided(hold, event));
    case 'hold-released':
      return changeHold(holds, event.holdId, (hold) =>
        ended(hold, { kind: 'released', by: event.by, reason: event.reason }),
      );
    case 'hold-expired':
      return changeHold(holds, event.holdId, (hold) => ended(hold, { kind: 'expired' }));
    default:
      return holds;
  }
}

function proposed(event: EventOf<'hold-proposed'> & Recording): Hold {
  const { holdId, notices, duties, reason, until, hash } = event;
  const state: HoldState = { kind: 'proposed', signatures: [] };
  return { holdId, notices, duties, reason, until, hash, proposedBy: event.by, state };
}

function changeHold(
  holds: readonly Hold[],
  holdId: string | undefined,
  change: (hold: Hold) => Hold,
): readonly Hold[] {
  return holds.map((hold) => (hold.holdId === holdId ? change(hold) : hold));
}

/** A signature that comes when the time of the hold is over brings nothing into force. */
function decided(hold: Hold, event: EventOf<'decision-accepted'> & Recording): Hold {
  const { state } = hold;
  if (state.kind !== 'proposed' || event.objectHash !== hold.hash) return hold;
  if (compareInstants(event.at, hold.until) >= 0) return hold;
  if (event.verdict === 'reject')
    return { ...hold, state: { kind: 'rejected', by: event.approver, reason: event.reason ?? '' } };
  const others = state.signatures.filter(({ approver }) => approver !== event.approver);
  const signatures = [...others, { approver: event.approver, roles: event.approverRoles }];
  return isSigned(signatures)
    ? { ...hold, state: { kind: 'in-force', since: event.at, signatures } }
    : { ...hold, state: { kind: 'proposed', signatures } };
}

/** Four eyes: legal and an executive, and not one person who is both. */
function isSigned(signatures: readonly HoldSignature[]): boolean {
  const [legal, executive] = holdSigners.map((role) => signersAs(signatures, role));
  return (legal ?? []).some((one) => (executive ?? []).some((other) => other !== one));
}

export function signersAs(signatures: readonly HoldSignature[], role: string): readonly string[] {
  return signatures.filter(({ roles }) => roles.includes(role)).map(({ approver }) => approver);
}

function ended(hold: Hold, state: HoldState): Hold {
  return isLive(hold) ? { ...hold, state } : hold;
}

// Questions

const holdGatePrefix = 'hold:';

export function holdGate(holdId: string): string {
  return holdGatePrefix + holdId;
}

export function holdIdOf(gate: string): string | undefined {
  return gate.startsWith(holdGatePrefix) ? gate.slice(holdGatePrefix.length) : undefined;
}

export function findHold(holds: readonly Hold[], holdId: string): Hold | undefined {
  return holds.find((hold) => hold.holdId === holdId);
}

/** Waits for its signatures or is in force. */
export function isLive({ state }: Hold): boolean {
  return state.kind === 'proposed' || state.kind === 'in-force';
}

export function holdsInForce(holds: readonly Hold[]): readonly Hold[] {
  return holds.filter(({ state }) => state.kind === 'in-force');
}

export function isDutyHeld(holds: readonly Hold[], ruleId: string): boolean {
  return holdsInForce(holds).some(({ duties }) => duties.includes(ruleId));
}

/**
 * The holds that keep this notice back. None does as long as the notice would meet a duty that it does not name: a
 * duty that nobody held is not stopped.
 */
export function holdsOn(holds: readonly Hold[], track: NotificationTrack, noticeId: string): readonly Hold[] {
  return holdsInForce(holds).filter(
    ({ notices, duties }) => notices.includes(noticeId) && unnamedDuties(track, duties).length === 0,
  );
}

/** The rules that notices to tenants are still to meet and that are not among these. */
export function unnamedDuties(track: NotificationTrack, duties: readonly string[]): readonly string[] {
  const ruleIds = dutiesOfNotices(track).filter((ruleId) => !duties.includes(ruleId));
  return [...new Set(ruleIds)].sort();
}

/** Once everybody is told, what repeats is still to be met. */
function dutiesOfNotices(track: NotificationTrack): readonly string[] {
  const isTold = isDutyToTellMet(track);
  const omitted = track.undecidedDecisions.filter(({ applies }) => !applies).map(({ ruleId }) => ruleId);
  return obligationGroups(track)
    .filter(({ duty, outcome }) => duty === 'provider-to-tenant' && outcome !== 'suppressed')
    .filter(({ ruleId, repeats }) => !omitted.includes(ruleId) && (!isTold || repeats !== undefined))
    .map(({ ruleId }) => ruleId);
}

/** When time ends a hold, signed or not: from then on it stops nothing, and people are asked again. */
export function holdExpiries(
  holds: readonly Hold[],
): readonly { readonly at: Instant; readonly event: EventBody }[] {
  return holds.filter(isLive).map(({ holdId, until, state }) => ({
    at: until,
    event: { type: 'hold-expired', holdId, wasInForce: state.kind === 'in-force' },
  }));
}
