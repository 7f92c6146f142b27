/** Who plays: invented people with the roles of the process, and the two who sign, each with a key of their own. */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  generateKeyFiles,
  readPrivateKeyFile,
  readPublicKeyFile,
} from '../../src/adapters/approver-key-files';
import { signDecision } from '../../src/adapters/decision-tokens';
import { approverKeyStore } from '../../src/adapters/postgres/approver-key-store';
import type { Sender } from '../../src/contract/principal';
import { claimsOf } from '../../src/domain/decision-token';
import type { Stage } from './stage';

const person = (by: string, role: Sender['role'], team?: string): Sender => ({
  by,
  role,
  boundBy: 'stated',
  ...(team !== undefined && { team }),
});

export const cast = {
  srt: person('srt-ines', 'security-response'),
  comms: person('cxp-carol', 'communications'),
  legal: person('legal-lea', 'legal'),
  teamOf: (team: string) => person(`${team}-lead`, 'service-team', team),
};

export interface Approver {
  /** Signs what the gate asks for and sends it; resolves when the signature is judged. */
  approve(incidentId: string, gate: string, why: string): Promise<void>;
}

/** Makes a key, enrolls it, and lets a second person confirm it. */
export async function enrollExecutive(stage: Stage): Promise<Approver> {
  const passphrase = randomBytes(16).toString('hex');
  const file = join(stage.outDirectory, 'executive.key');
  await generateKeyFiles(file, passphrase);
  const register = approverKeyStore(stage.database);
  const key = {
    approverId: 'eim-omar',
    roles: ['executive-incident-manager' as const],
    publicKeyPem: await readPublicKeyFile(`${file}.pub`),
  };
  await register.enroll({ ...key, enrolledBy: 'srt-ines' });
  await register.enroll({ ...key, enrolledBy: 'legal-lea' });
  const privateKey = await readPrivateKeyFile(file, passphrase);
  return {
    async approve(incidentId, gate, why) {
      const request = await stage.firebreak.decisionAt(incidentId, gate);
      const answer = {
        approverId: 'eim-omar',
        verdict: 'approve' as const,
        tokenId: randomUUID(),
        issuedAt: new Date().toISOString(),
        reason: why,
      };
      await stage.firebreak.approve(
        incidentId,
        await signDecision(privateKey, claimsOf({ ...request, expiresInSeconds: 3600 }, answer)),
      );
    },
  };
}
