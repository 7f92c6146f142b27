/**
 * Whether a genuine decision — its signature holds — is one that this gate accepts from this person now.
 * Only what can be told from values lies here; signature and register are the activity's (`verifyDecision`).
 */
import type {
  ApproverKey,
  DecisionClaims,
  DecisionRefusalCode,
  ExpectedDecision,
  RefusedDecision,
} from '../contract/decision';
import { addMs, compareInstants, instantFromEpochMs } from './instant';
import type { Instant } from './instant';

export interface DecisionCase {
  readonly claims: DecisionClaims;
  readonly key: ApproverKey;
  readonly expected: ExpectedDecision;
  /** `jti` of every token that this incident has already counted. */
  readonly seenTokenIds: readonly string[];
  /** The wall clock of whoever judges. */
  readonly now: Instant;
  readonly maxLifetimeSeconds: number;
}

/** By so much may the clocks of signer, register and judge differ. */
const CLOCK_TOLERANCE_SECONDS = 60;

type Check = (decision: DecisionCase) => RefusedDecision | undefined;

/** The first reason to refuse, or `undefined` when there is none. Who signed comes before what was signed. */
export function refusalOf(decision: DecisionCase): RefusedDecision | undefined {
  for (const check of CHECKS) {
    const refusal = check(decision);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

export function refused(code: DecisionRefusalCode, problem: string): RefusedDecision {
  return { kind: 'refused', code, problem };
}

/** A value that a stranger wrote, cut and escaped so that it can stand in a sentence. */
export function quoted(value: unknown): string {
  const text = String(value);
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

/** Status now as well as then: whoever holds a stolen key writes any signing time they like. */
const revokedKey: Check = ({ key }) =>
  key.revokedAt === undefined
    ? undefined
    : refused(
        'revoked-key',
        `Key ${key.keyId} was revoked at ${key.revokedAt}; sign with a key that is in force.`,
      );

const inactiveKey: Check = ({ key, claims }) => {
  const signedAt = issuedAtOf(claims);
  const tooEarly = isBefore(addMs(signedAt, toleranceMs), key.validFrom);
  const tooLate = key.validTo !== undefined && isBefore(key.validTo, addMs(signedAt, -toleranceMs));
  if (!tooEarly && !tooLate) return undefined;
  const period = `from ${key.validFrom}${key.validTo === undefined ? '' : ` to ${key.validTo}`}`;
  return refused(
    'inactive-key',
    `Key ${key.keyId} is good ${period}, but the decision was signed at ${signedAt}; sign with a key in force.`,
  );
};

const otherApprover: Check = ({ key, claims }) =>
  claims.sub === key.approverId
    ? undefined
    : refused(
        'other-approver',
        `The decision speaks for ${quoted(claims.sub)}, but key ${key.keyId} belongs to ${quoted(key.approverId)}; sign with your own key.`,
      );

const otherIncident: Check = ({ claims, expected }) =>
  claims.aud === expected.audience
    ? undefined
    : refused(
        'other-incident',
        `The decision is for ${quoted(claims.aud)}, not for ${quoted(expected.audience)}; sign one for this incident.`,
      );

const otherGate: Check = ({ claims, expected }) =>
  claims.gate === expected.gate
    ? undefined
    : refused(
        'other-gate',
        `The decision is for gate ${quoted(claims.gate)}, not for ${quoted(expected.gate)}; sign one for this gate.`,
      );

const otherGeneration: Check = ({ claims, expected }) =>
  claims.gen === expected.generation
    ? undefined
    : refused(
        'older-generation',
        `The decision is for generation ${String(claims.gen)} of gate ${quoted(expected.gate)}, which is at generation ${String(expected.generation)}; look at the gate as it is now and sign again.`,
      );

const otherObject: Check = ({ claims, expected }) =>
  claims.obj === expected.objectHash
    ? undefined
    : refused(
        'other-object',
        `The decision is about version ${claims.obj.slice(0, 12)}…, but version ${expected.objectHash.slice(0, 12)}… is up for decision; read the current one and sign again.`,
      );

const notYetValid: Check = ({ claims, now }) =>
  isBefore(addMs(now, toleranceMs), issuedAtOf(claims))
    ? refused(
        'not-yet-valid',
        `The decision says it was signed at ${issuedAtOf(claims)}, which lies ahead of ${now}; set the clock of the signing machine.`,
      )
    : undefined;

const expired: Check = ({ claims, now }) =>
  isBefore(addMs(expiresAtOf(claims), toleranceMs), now)
    ? refused('expired', `The decision was good until ${expiresAtOf(claims)}; sign it again.`)
    : undefined;

const tooLongLived: Check = ({ claims, maxLifetimeSeconds }) =>
  claims.exp - claims.iat > maxLifetimeSeconds
    ? refused(
        'too-long-lived',
        `The decision would be good for ${String(claims.exp - claims.iat)} seconds; at most ${String(maxLifetimeSeconds)} are allowed. Sign it with an earlier expiry.`,
      )
    : undefined;

const replayed: Check = ({ claims, seenTokenIds }) =>
  seenTokenIds.includes(claims.jti)
    ? refused('replayed', `The decision ${claims.jti} was counted already; a decision counts once.`)
    : undefined;

const selfApproval: Check = ({ claims, expected }) =>
  expected.barred.includes(claims.sub)
    ? refused(
        'self-approval',
        `${quoted(claims.sub)} proposed this or carries it out and cannot decide on it; somebody else must.`,
      )
    : undefined;

const wrongRole: Check = ({ key, expected }) =>
  expected.roles.some((role) => key.roles.includes(role))
    ? undefined
    : refused(
        'wrong-role',
        `Gate ${quoted(expected.gate)} is decided by ${expected.roles.join(' or ')}; ${quoted(key.approverId)} is enrolled as ${key.roles.join(', ')}.`,
      );

const CHECKS: readonly Check[] = [
  revokedKey,
  inactiveKey,
  otherApprover,
  otherIncident,
  otherGate,
  otherGeneration,
  otherObject,
  notYetValid,
  expired,
  tooLongLived,
  replayed,
  selfApproval,
  wrongRole,
];

const toleranceMs = CLOCK_TOLERANCE_SECONDS * 1000;

export function issuedAtOf(claims: DecisionClaims): Instant {
  return instantFromEpochMs(claims.iat * 1000);
}

function expiresAtOf(claims: DecisionClaims): Instant {
  return instantFromEpochMs(claims.exp * 1000);
}

function isBefore(left: Instant, right: Instant): boolean {
  return compareInstants(left, right) < 0;
}
