/** A campaign to very many tenants: the time of each stage, and how much memory the worker needs for it. */
import { openCampaign } from '../../../src/adapters/notice-composer';
import { readCampaign } from '../../../src/adapters/postgres/campaign-contents';
import type { DueDelivery } from '../../../src/activities/delivery-line';
import { prepareCampaign, type Campaign } from './campaign';
import { addressOf, tenantNameOf } from './notice-as-people-write-it';
import { largestRssMb } from './processes';
import { sender, type Surroundings } from './surroundings';

const mostRendered = 100_000;

export async function measureMillion(around: Surroundings, tenants: number): Promise<void> {
  const { relay, pids } = around;
  console.log('the relay is a stub that says yes at once; everything else is real');
  const atFirst = largestRssMb(pids.worker);
  const campaign = await prepareCampaign(around, tenants);
  await relay.forget();
  const approvedAtMs = Date.now();
  const { identifyMs, prepareMs, planMs, sendMs } = await campaign.approve();
  const { mails, recipients, firstAtMs } = await relay.figures();
  if (mails !== tenants || recipients !== tenants)
    throw new Error(`the relay got ${String(mails)} mails to ${String(recipients)} recipients`);

  const say = (stage: string, ms: number, note: string) => {
    console.log(`${stage.padEnd(10)} ${(ms / 1000).toFixed(1).padStart(7)} s  ${note}`);
  };
  const each = (ms: number) => `${((ms * 1000) / tenants).toFixed(0)} µs a tenant`;
  say('identify', identifyMs, each(identifyMs));
  say('prepare', prepareMs, each(prepareMs));
  say('plan', planMs, each(planMs));
  say('send', sendMs, `${((mails / sendMs) * 1000).toFixed(0)} mails/s, rendering among it`);
  const rendered = Math.min(tenants, mostRendered);
  const renderMs = await renderAlone(around, campaign, rendered);
  say('render', (renderMs * tenants) / rendered, `alone, from ${String(rendered)} in this process`);
  say('first mail', firstAtMs - approvedAtMs, 'after the approval');
  console.log(`events     ${((await campaign.events()) / tenants).toFixed(4)} a recipient`);
  console.log(
    `worker, largest RSS: ${largestRssMb(pids.worker).toFixed(0)} MB (${atFirst.toFixed(0)} MB before)`,
  );
}

async function renderAlone(
  { database }: Surroundings,
  { incidentId, campaignId }: Pick<Campaign, 'incidentId' | 'campaignId'>,
  count: number,
): Promise<number> {
  const content = await readCampaign(database, { incidentId, campaignId });
  if (content === undefined) throw new Error('the campaign is not in the ledger');
  const campaign = openCampaign(content, sender);
  const begunMs = performance.now();
  for (let tenant = 1; tenant <= count; tenant += 1) await campaign.compose(deliveryTo(tenant, incidentId));
  return performance.now() - begunMs;
}

function deliveryTo(tenant: number, incidentId: string): DueDelivery {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    ...{ deliveryId: String(tenant), incidentId, noticeId: 'first-1', kind: 'first', revision: 1 },
    ...{ tenantId: `t${String(tenant)}`, contactId: 'security-1', channel: 'email', language: 'en' },
    ...{ tenantName: tenantNameOf(tenant), address: addressOf(tenant), plannedAt: at, giveUpAt: at },
    ...{ deferrals: 0, doubts: 0 },
  };
}
