/** The right to a shard passes on while its holder does not know it: stopped for too long, or its lease ended early. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { deliveryWorkflowId, incidentTaskQueue, incidentWorkflowId } from '../../src/workflows/names';
import { delayLasting, eventually, heldAtLeast, inLab, mostUnrecorded, type Dose, type Lab } from './lab';
import { verdictOf, type Verdict } from './verdict';

/** Half of the heartbeat time-out of the activity that sends. */
const leaseMs = 5000;

export function stoppedForThreeLeases(dose: Dose): Promise<Verdict> {
  const relay = { script: { seed: dose.seed, delayMs: delayLasting(4, dose) } };
  return inLab(dose, { relay }, async (lab) => {
    await lab.startWorker('incident');
    // All shards are this one's, for there is nobody else yet.
    const stopped = await lab.startWorker('delivery');
    await lab.approveNotice();
    await heldAtLeast(lab.relay, dose.tenants * 0.2);
    const before = await fencesOf(lab);
    process.kill(stopped.pid, 'SIGSTOP');
    const stoppedAt = Date.now();
    await lab.startWorker('delivery');
    await eventually(async () => (await fencesOf(lab)) > before);
    await sleep(Math.max(0, stoppedAt + 3 * leaseMs - Date.now()));
    process.kill(stopped.pid, 'SIGCONT');
    await lab.settled();
    return verdictOf(lab, {
      fault: 'SIGSTOP of a worker for three leases',
      duplicatesAtMost: mostUnrecorded(dose),
    });
  });
}

/** Every shard has two workflows that want it, and again and again its lease ends while its holder works on. */
export function overlappingLeases(dose: Dose): Promise<Verdict> {
  const handovers = dose.isFull ? 20 : 4;
  const everyMs = 1000;
  const seconds = (handovers * everyMs) / 1000;
  const relay = { script: { seed: dose.seed, delayMs: delayLasting(seconds, dose, 2) } };
  return inLab(dose, { relay }, async (lab) => {
    await lab.startWorker('incident');
    await Promise.all([lab.startWorker('delivery'), lab.startWorker('delivery')]);
    await lab.approveNotice();
    await heldAtLeast(lab.relay, 1);
    const shards = await rivalsFor(lab);
    const before = await fencesOf(lab);
    for (let handover = 0; handover < handovers; handover += 1) {
      await sql`update delivery_shard set lease_until = now()`.execute(lab.stage.database);
      await sleep(everyMs);
    }
    const passed = (await fencesOf(lab)) - before;
    await lab.settled();
    return verdictOf(lab, {
      fault: 'two workers with overlapping leases',
      duplicatesAtMost: handovers * mostUnrecorded(dose),
      violations: passed < handovers ? [`the shards passed on ${passed} times only: nothing overlapped`] : [],
      notes: [`${shards} shards passed on ${passed} times while they were worked on`],
    });
  });
}

/** @returns the number of shards */
async function rivalsFor({ stage, story: { incidentId } }: Lab): Promise<number> {
  const { campaign_id: campaignId, shards } = await stage.database
    .selectFrom('delivery_campaign')
    .select(['campaign_id', 'shards'])
    .where('incident_id', '=', incidentId)
    .executeTakeFirstOrThrow();
  for (let shard = 0; shard < shards; shard += 1) {
    await stage.temporal.workflow.start('deliverNotices', {
      workflowId: `rival/${deliveryWorkflowId(incidentId, campaignId, shard)}`,
      taskQueue: incidentTaskQueue,
      args: [
        {
          incidentId,
          incidentWorkflowId: incidentWorkflowId(incidentId),
          ...{ campaignId, shard, deferralSeconds: [0.3], relayPauseSeconds: 1 },
        },
      ],
    });
  }
  return shards;
}

async function fencesOf({ stage }: Lab): Promise<number> {
  const { rows } = await sql<{ fences: number }>`
    select coalesce(sum(fence), 0)::integer as fences from delivery_shard`.execute(stage.database);
  return rows[0]?.fences ?? 0;
}
