/** A notice that Firebreak sends: its draft saved, its workflow started, approved when told, and what it took. */
import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { saveNoticeDraft } from '../../../src/adapters/postgres/notice-store';
import notice from '../../../examples/notice.json';
import { benchTaskQueue, type Surroundings } from './surroundings';
import { approve, hold, isReady, shardWorkflowId, type CampaignTimes } from './workflows';

export interface Campaign {
  readonly incidentId: string;
  readonly campaignId: string;
  /** Resolves when every recipient is settled. */
  approve(): Promise<CampaignTimes>;
  hold(): Promise<void>;
  /** Events in the histories of the starting workflow and of the shards. */
  events(): Promise<number>;
  /** Ends what still waits, as a held campaign does. */
  abandon(): Promise<void>;
}

let campaigns = 0;

/** Up to the approval, as an incident does it: tenants identified, notice prepared. */
export async function prepareCampaign(
  { client, database }: Surroundings,
  tenants: number,
): Promise<Campaign> {
  campaigns += 1;
  const incidentId = `bench-${String(campaigns)}`;
  const saved = await saveNoticeDraft(database, incidentId, notice as never, 'the bench');
  const { noticeId, revision, contentHash } = saved;
  const shards = Math.min(8, Math.max(1, Math.ceil(tenants / 2000)));
  const handle = await client.workflow.start('sendNotice', {
    workflowId: incidentId,
    taskQueue: benchTaskQueue,
    args: [{ incidentId, noticeId, revision, contentHash, shards }],
  });
  while (!(await handle.query(isReady))) await sleep(50);
  const parts: WorkflowHandle[] = [
    handle,
    ...Array.from({ length: shards }, (_, shard) =>
      client.workflow.getHandle(shardWorkflowId(incidentId, shard)),
    ),
  ];
  return {
    incidentId,
    campaignId: `${noticeId}.${String(revision)}`,
    approve: async () => {
      await handle.signal(approve);
      return (await handle.result()) as CampaignTimes;
    },
    hold: () => handle.signal(hold),
    events: async () => {
      const lengths = await Promise.all(parts.map(async (part) => (await part.describe()).historyLength));
      return lengths.reduce((sum, length) => sum + length, 0);
    },
    abandon: async () => {
      for (const part of parts) await part.terminate('measured').catch(() => undefined);
    },
  };
}
