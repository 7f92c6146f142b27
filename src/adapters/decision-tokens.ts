/**
 * Decision tokens on the wire: compact JWS (RFC 7515) with Ed25519 (RFC 8037; `Ed25519` is the fully specified name of
 * RFC 9864, `EdDSA` the older one, accepted when verifying). The only user of `jose`.
 */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, errors } from 'jose';
import type { VerifyDecisionToken } from '../activities/verify-decision';
import { DECISION_TOKEN_TYPE, DecisionClaims } from '../contract/decision';
import { InputProblem } from '../contract/input-problem';
import { keyIdOf } from './approver-key-files';

export { claimsOf, type DecisionAnswer } from '../domain/decision-token';

/**
 * Signs on the approver's machine.
 * @throws InputProblem when the claims are not a decision, e.g. a rejection without a reason; it names the claim
 */
export async function signDecision(privateKey: KeyObject, claims: DecisionClaims): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(checked(claims)));
  return new CompactSign(payload)
    .setProtectedHeader({
      alg: 'Ed25519',
      typ: DECISION_TOKEN_TYPE,
      kid: keyIdOf(createPublicKey(privateKey)),
    })
    .sign(privateKey);
}

function checked(claims: DecisionClaims): DecisionClaims {
  const parsed = DecisionClaims.safeParse(claims);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const claim = issue?.path.join('.') ?? '';
  throw new InputProblem(`The decision cannot be signed: "${claim}" ${issue?.message ?? 'is wrong'}.`, claim);
}

/** The key comes from the register alone; whatever key the token itself offers is not looked at. */
export const verifyDecisionToken: VerifyDecisionToken = async (token, publicKeyPem) => {
  const publicKey = ed25519KeyOf(publicKeyPem);
  if (publicKey === undefined) return { kind: 'unusable-key' };
  try {
    const { payload } = await compactVerify(token, publicKey, { algorithms: ['Ed25519', 'EdDSA'] });
    return { kind: 'genuine', claims: jsonOf(payload) };
  } catch (error) {
    if (error instanceof errors.JOSEError) return { kind: 'forged' };
    throw error;
  }
};

function ed25519KeyOf(publicKeyPem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(publicKeyPem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}
