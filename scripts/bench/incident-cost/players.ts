/** Plays the story on an incident, and the record of what was sent on the bare workflow. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { signDecision } from '../../../src/adapters/decision-tokens';
import { Firebreak, type Gate } from '../../../src/client';
import { claimsOf } from '../../../src/domain/decision-token';
import { note, noteBySignal, noted, type BareInput } from '../bare-workflow';
import { declaration, incidentStory, type Step } from './story';

/** What went to an incident, in order. */
export type Sent = { readonly kind: 'update' | 'signal' | 'query'; readonly body: unknown };

export const bareTaskQueues = ['bare-incident', 'bare-shard'] as const;
export const approver = 'eim';
export const approverKeys = generateKeyPairSync('ed25519');
const pollMs = 100;

/** @returns what was sent; resolves when the incident is closed. */
export async function playIncident(client: Client, incidentId: string, contentHash: string): Promise<Sent[]> {
  const sent: Sent[] = [];
  const firebreak = Firebreak.over(client);
  await firebreak.declareIncident({ incidentId, ...declaration });
  const gates = async () => {
    sent.push({ kind: 'query', body: undefined });
    return firebreak.gates(incidentId);
  };

  async function take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'tell':
        sent.push({ kind: 'update', body: step.message });
        await firebreak.tell(incidentId, step.name, step.message as never);
        return;
      case 'signal':
        sent.push({ kind: 'signal', body: step.message });
        return firebreak[step.name](incidentId, step.message as never);
      case 'decide':
        return decide(step.gate);
      case 'decide-undecided':
        return decideUndecided(step.sender);
    }
  }

  async function decide(name: string): Promise<void> {
    const gate = await gateThat(gates, name, ({ objectHash }) => objectHash !== undefined);
    const aud = `default/incident/${incidentId}`;
    const request = {
      aud,
      gate: name,
      gen: gate.generation,
      obj: gate.objectHash ?? '',
      expiresInSeconds: 3600,
    };
    const answer = {
      approverId: approver,
      verdict: 'approve' as const,
      tokenId: randomUUID(),
      issuedAt: new Date().toISOString(),
    };
    const token = await signDecision(approverKeys.privateKey, claimsOf(request, answer));
    sent.push({ kind: 'update', body: { token } });
    await firebreak.approve(incidentId, token);
  }

  async function decideUndecided(sender: object): Promise<void> {
    const isTold = ({ lacks }: Gate) => lacks.every(({ code }) => code !== 'deliveries');
    const closing = await gateThat(gates, 'closing', isTold);
    const rules = closing.lacks.flatMap(({ code }) =>
      code.startsWith('undecided:') ? [code.slice(10)] : [],
    );
    const messages = rules.map((ruleId) => ({
      message: 'decideUndecided' as const,
      ...sender,
      ruleId,
      applies: false,
      reason: 'known not to hold',
    }));
    sent.push({ kind: 'update', body: { messages } });
    await firebreak.tellTogether(incidentId, messages as never);
  }

  for (const step of incidentStory(contentHash)) await take(step);
  await firebreak.waitUntilClosed(incidentId);
  return sent;
}

async function gateThat(
  gates: () => Promise<readonly Gate[]>,
  name: string,
  isAsWanted: (gate: Gate) => boolean,
): Promise<Gate> {
  for (const giveUpAt = Date.now() + 60_000; ;) {
    const gate = (await gates()).find((each) => each.gate === name);
    if (gate !== undefined && isAsWanted(gate)) return gate;
    if (Date.now() > giveUpAt) throw new Error(`gate ${name} stays as it is: ${JSON.stringify(gate?.lacks)}`);
    await sleep(pollMs);
  }
}

/** The same messages with the same bodies in the same order. */
export async function playBare(
  client: Client,
  workflowId: string,
  input: BareInput,
  sent: readonly Sent[],
): Promise<void> {
  const handle = await client.workflow.start('bareIncident', {
    workflowId,
    taskQueue: bareTaskQueues[0],
    args: [input],
  });
  for (const { kind, body } of sent) {
    if (kind === 'update') await handle.executeUpdate(note, { args: [body] });
    if (kind === 'signal') await handle.signal(noteBySignal, body);
    if (kind === 'query') await handle.query(noted);
  }
  await handle.result();
}
