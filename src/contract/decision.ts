/**
 * A decision: what an approver signs, what is expected of it, and how it was judged.
 * It travels as a compact JWS (RFC 7515, Ed25519 per RFC 8037) made by the approver's own key, because a name in a
 * message proves nothing to whoever may write to the namespace.
 */
import { z } from 'zod';
import type { Role } from './principal';

/** `typ` of the JWS header: it keeps other tokens signed by the same key from passing as decisions (RFC 8725 §3.11). */
export const DECISION_TOKEN_TYPE = 'incident-decision+jwt';

export const Verdict = z.enum(['approve', 'reject']);
export type Verdict = z.infer<typeof Verdict>;

/** Opaque: it means a person to those who keep the list of persons, and to nobody else. */
export const ApproverId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w.@:/+-]+$/, 'use letters, digits and . _ @ : / + - only');

const gate = z
  .string()
  .max(200)
  .regex(/^[a-z][a-z-]*(:[\w.:/-]+)?$/, 'is not the name of a gate, such as eradication or notice:first-1');

/** `<namespace>/<workflow id>`: one incident of one installation. */
const audience = z
  .string()
  .max(1300)
  .regex(/^[\w.-]+\/[\w./:-]+$/, 'is not <namespace>/<workflow id>');

/** Counts how often the gate was opened; it rises with every reopening, and older decisions do not carry over. */
const generation = z.int().min(0);

const objectHash = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hexadecimal');

/** Text that costs at most three bytes a character in the token, so that the longest reason always fits into one. */
const reason = z
  .string()
  .min(1)
  .max(2000)
  .regex(
    /^(?:[\n\r\t]|[^\p{Cs}\p{Cc}])*$/u,
    'holds control characters or half of a character pair; write plain text',
  );

/** Whole seconds since 1970, up to the year 9999. */
const seconds = z.int().min(0).max(253_402_300_799);

/** Claims of a decision token. The names are short because they are those of a JWT (RFC 7519). */
export const DecisionClaims = z
  .strictObject({
    sub: ApproverId,
    aud: audience,
    gate,
    gen: generation,
    /** SHA-256 of the canonical JSON (RFC 8785) of the plan or notice that is decided on. */
    obj: objectHash,
    dec: Verdict,
    /** Signed at. */
    iat: seconds,
    /** Good until. */
    exp: seconds,
    /** Names this token alone; it counts once. */
    jti: z.string().regex(/^[\w-]{16,64}$/, 'is not 16 to 64 letters, digits, _ or -'),
    why: reason.optional(),
  })
  .refine((claims) => claims.exp > claims.iat, { path: ['exp'], message: 'is not after iat' })
  .refine((claims) => claims.dec === 'approve' || Boolean(claims.why?.trim()), {
    path: ['why'],
    message: 'is missing; a rejection needs a reason',
  });
export type DecisionClaims = z.infer<typeof DecisionClaims>;

/** What the running incident asks to be decided: everything a signer needs except who answers what. */
export const DecisionRequest = z.strictObject({
  aud: audience,
  gate,
  gen: generation,
  obj: objectHash,
  expiresInSeconds: z.int().min(1),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** A row of the key register. A revoked key never counts again, whatever it signed before. */
export interface ApproverKey {
  /** First 32 hexadecimal digits of the SHA-256 of the raw 32-byte public key; the `kid` of its tokens. */
  readonly keyId: string;
  readonly approverId: string;
  readonly publicKeyPem: string;
  readonly roles: readonly Role[];
  /** ISO-8601 UTC, as all instants here. */
  readonly validFrom: string;
  readonly validTo?: string;
  readonly revokedAt?: string;
}

/** What the open gate demands of a decision. */
export interface ExpectedDecision {
  readonly audience: string;
  readonly gate: string;
  readonly generation: number;
  readonly objectHash: string;
  /** The approver needs one of these. */
  readonly roles: readonly Role[];
  /** Ids of those who may not decide here: who proposed the object, who carries it out (four eyes). */
  readonly barred: readonly string[];
}

export interface AcceptedDecision {
  readonly kind: 'accepted';
  readonly approver: { readonly id: string; readonly roles: readonly Role[] };
  readonly gate: string;
  readonly generation: number;
  readonly objectHash: string;
  readonly verdict: Verdict;
  readonly tokenId: string;
  readonly reason?: string;
  readonly issuedAt: string;
  readonly keyId: string;
}

export type DecisionRefusalCode =
  | 'too-large'
  | 'unreadable'
  | 'bad-algorithm'
  | 'key-in-header'
  | 'unknown-key'
  | 'forged-signature'
  | 'missing-reason'
  | 'revoked-key'
  | 'inactive-key'
  | 'other-approver'
  | 'other-incident'
  | 'other-gate'
  | 'older-generation'
  | 'other-object'
  | 'not-yet-valid'
  | 'expired'
  | 'too-long-lived'
  | 'replayed'
  | 'self-approval'
  | 'wrong-role';

export interface RefusedDecision {
  readonly kind: 'refused';
  readonly code: DecisionRefusalCode;
  /** One sentence for a person: what is wrong and what to do. */
  readonly problem: string;
}

export type JudgedDecision = AcceptedDecision | RefusedDecision;
