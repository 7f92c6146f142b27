/**
 * Judges a decision: is the token genuine, from a key in force, and about what this gate asks?
 * A refusal is a result, for it belongs on the timeline. Only a register that cannot be read is an error, and that one
 * is retried: a decision is never refused because our database was away.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { DECISION_TOKEN_TYPE, DecisionClaims } from '../contract/decision';
import type {
  AcceptedDecision,
  ApproverKey,
  ExpectedDecision,
  JudgedDecision,
  RefusedDecision,
} from '../contract/decision';
import { issuedAtOf, quoted, refusalOf, refused } from '../domain/decision-checks';
import { readDecisionToken } from '../domain/decision-token';
import type { DecisionHeader } from '../domain/decision-token';
import type { Instant } from '../domain/instant';

export interface ApproverKeyRegister {
  /** Any key that was ever enrolled, revoked ones too. */
  findKey(keyId: string): Promise<ApproverKey | undefined>;
}

/** `claims` are those of the bytes that were verified, parsed and not yet checked. */
export type VerifiedToken =
  | { readonly kind: 'genuine'; readonly claims: unknown }
  | { readonly kind: 'forged' }
  | { readonly kind: 'unusable-key' };

export type VerifyDecisionToken = (token: string, publicKeyPem: string) => Promise<VerifiedToken>;

export interface DecisionPorts {
  readonly register: ApproverKeyRegister;
  readonly verifyToken: VerifyDecisionToken;
  /**
   * The wall clock, not the workflow's time: people sign at wall time, also in a drill whose clock is set to another
   * date.
   */
  readonly clock: () => Instant;
  /** 24 hours unless given. */
  readonly maxLifetimeSeconds?: number;
}

export interface DecisionToVerify {
  readonly token: string;
  readonly expected: ExpectedDecision;
  /** `jti` of every token that this incident has already counted. */
  readonly seenTokenIds: readonly string[];
}

const DEFAULT_MAX_LIFETIME_SECONDS = 24 * 60 * 60;

/** @throws ApplicationFailure of type `KeyRegisterUnreachable`, retryable; everything else is a result */
export const verifyDecision =
  (ports: DecisionPorts) =>
  async (input: DecisionToVerify): Promise<JudgedDecision> => {
    const read = readDecisionToken(input.token);
    if (read.kind === 'unreadable') return refused(read.code, read.problem);
    const badHeader = headerRefusal(read.header);
    if (badHeader !== undefined) return badHeader;

    const key = await findKey(ports.register, read.header['kid']);
    if (key === undefined) return unknownKey(read.header['kid']);
    const token = await ports.verifyToken(input.token, key.publicKeyPem);
    if (token.kind === 'unusable-key') return unusableKey(key);
    if (token.kind === 'forged') return forged(key);
    return judge(token.claims, key, input, ports);
  };

function judge(
  verifiedClaims: unknown,
  key: ApproverKey,
  { expected, seenTokenIds }: DecisionToVerify,
  { clock, maxLifetimeSeconds = DEFAULT_MAX_LIFETIME_SECONDS }: DecisionPorts,
): JudgedDecision {
  const parsed = DecisionClaims.safeParse(verifiedClaims);
  if (!parsed.success) return claimsRefusal(parsed.error.issues);
  const claims = parsed.data;
  const refusal = refusalOf({ claims, key, expected, seenTokenIds, now: clock(), maxLifetimeSeconds });
  return refusal ?? accepted(claims, key);
}

function accepted(claims: DecisionClaims, key: ApproverKey): AcceptedDecision {
  return {
    kind: 'accepted',
    approver: { id: key.approverId, roles: key.roles },
    gate: claims.gate,
    generation: claims.gen,
    objectHash: claims.obj,
    verdict: claims.dec,
    tokenId: claims.jti,
    ...(claims.why === undefined ? {} : { reason: claims.why }),
    issuedAt: issuedAtOf(claims),
    keyId: key.keyId,
  };
}

const ALGORITHMS: readonly unknown[] = ['Ed25519', 'EdDSA'];
const KEY_PARAMETERS = ['jwk', 'jku', 'x5c', 'x5u', 'x5t', 'x5t#S256'];
const HEADER_PARAMETERS: readonly string[] = ['alg', 'typ', 'kid'];

/** The header is closed: what it may say is all that we act on, so nothing in it is silently passed over. */
function headerRefusal(header: DecisionHeader): RefusedDecision | undefined {
  if (!ALGORITHMS.includes(header.alg)) {
    return refused(
      'bad-algorithm',
      `The token is made with ${quoted(header.alg)}; decisions are signed with Ed25519.`,
    );
  }
  if (KEY_PARAMETERS.some((name) => name in header)) {
    return refused(
      'key-in-header',
      'The token brings its own key; only enrolled keys count, sign with one of those.',
    );
  }
  const foreign = Object.keys(header).find((name) => !HEADER_PARAMETERS.includes(name));
  if (foreign !== undefined) {
    return refused(
      'unreadable',
      `The header of the token has ${quoted(foreign)}, which a decision does not have.`,
    );
  }
  if (header['typ'] !== DECISION_TOKEN_TYPE) {
    return refused(
      'unreadable',
      `The token is not a decision: its "typ" is not ${quoted(DECISION_TOKEN_TYPE)}.`,
    );
  }
  return undefined;
}

async function findKey(register: ApproverKeyRegister, keyId: unknown): Promise<ApproverKey | undefined> {
  if (typeof keyId !== 'string' || !/^[0-9a-f]{32}$/.test(keyId)) return undefined;
  try {
    return await register.findKey(keyId);
  } catch (error) {
    throw ApplicationFailure.create({
      type: 'KeyRegisterUnreachable',
      message:
        'The register of approver keys cannot be read, so the decision waits and is judged later; check PostgreSQL.',
      ...(error instanceof Error ? { cause: error } : {}),
    });
  }
}

function unknownKey(keyId: unknown): RefusedDecision {
  const problem = `No key ${quoted(keyId ?? 'without id')} is enrolled; enroll it with "firebreak keys enroll" and sign again.`;
  return refused('unknown-key', problem);
}

function unusableKey({ keyId }: ApproverKey): RefusedDecision {
  const problem = `Key ${keyId} is in the register but is not an Ed25519 public key; revoke it and enroll a new one.`;
  return refused('unknown-key', problem);
}

function forged({ keyId }: ApproverKey): RefusedDecision {
  const problem = `The signature was not made by key ${keyId}; nothing is decided. Find out who sent this token.`;
  return refused('forged-signature', problem);
}

interface ClaimIssue {
  readonly path: readonly PropertyKey[];
  readonly code?: string | undefined;
  readonly message: string;
}

function claimsRefusal([issue]: readonly ClaimIssue[]): RefusedDecision {
  const claim = issue?.path.map(String).join('.') ?? '';
  if (claim === 'why' && issue?.code === 'custom') {
    return refused('missing-reason', 'A rejection needs a reason ("why"); give one and sign again.');
  }
  return refused(
    'unreadable',
    `The claim ${quoted(claim)} of the token: ${issue?.message ?? 'is wrong'}; sign again.`,
  );
}
