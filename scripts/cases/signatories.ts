/** The two who sign in a case, each with a key of this run alone: made here, enrolled by two, revoked at the end. */
import { generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { keyIdOf } from '../../src/adapters/approver-key-files';
import { signDecision } from '../../src/adapters/decision-tokens';
import { approverKeyStore } from '../../src/adapters/postgres/approver-key-store';
import type { Database } from '../../src/adapters/postgres/database';
import type { Firebreak } from '../../src/client';
import { claimsOf } from '../../src/domain/decision-token';

export type Signatory = 'executive-incident-manager' | 'legal';

export interface Signatories {
  /** Signs what the gate asks for and sends it. @throws InputProblem when it is refused */
  decide(firebreak: Firebreak, decision: SignedDecision): Promise<void>;
  revokeAll(): Promise<void>;
}

export interface SignedDecision {
  readonly incidentId: string;
  readonly gate: string;
  readonly by: Signatory;
  readonly verdict: 'approve' | 'reject';
  readonly reason: string;
}

interface Holder {
  readonly approverId: string;
  readonly privateKey: KeyObject;
  readonly keyId: string;
}

const enrollers = ['case-registrar-1', 'case-registrar-2'] as const;

export async function enrollSignatories(database: Database): Promise<Signatories> {
  const register = approverKeyStore(database);
  const run = randomBytes(4).toString('hex');
  const enroll = async (role: Signatory): Promise<Holder> => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const approverId = `case-${role}-${run}`;
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const enrolledBy of enrollers)
      await register.enroll({ approverId, roles: [role], publicKeyPem, enrolledBy });
    return { approverId, privateKey, keyId: keyIdOf(publicKey) };
  };
  const holders = {
    'executive-incident-manager': await enroll('executive-incident-manager'),
    legal: await enroll('legal'),
  };
  return {
    decide: (firebreak, decision) => decide(firebreak, holders[decision.by], decision),
    async revokeAll() {
      for (const { keyId } of Object.values(holders)) await register.revoke(keyId, enrollers[0]);
    },
  };
}

async function decide(
  firebreak: Firebreak,
  { approverId, privateKey }: Holder,
  { incidentId, gate, verdict, reason }: SignedDecision,
): Promise<void> {
  const request = await firebreak.decisionAt(incidentId, gate);
  const answer = { approverId, verdict, tokenId: randomUUID(), issuedAt: new Date().toISOString(), reason };
  const token = await signDecision(privateKey, claimsOf({ ...request, expiresInSeconds: 3600 }, answer));
  await (verdict === 'approve' ? firebreak.approve(incidentId, token) : firebreak.reject(incidentId, token));
}
