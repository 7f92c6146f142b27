/** What comes after the acceptance: acknowledgements that are waited for, late bounces, and tenants told by hand. */
import type { SendPageResult } from '../../src/activities/send-page';
import { Firebreak } from '../../src/client';
import type { DeliveryTotals } from '../../src/domain/events';
import { addMs } from '../../src/domain/instant';
import { deliveryWorkflowId } from '../../src/workflows/names';
import { hours, noticeGateName, people, proposedNotice, totalsOf } from '../support/incidents';
import { hourMs, workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const page = (
  totals: Partial<DeliveryTotals>,
  rest: Partial<SendPageResult> & Pick<SendPageResult, 'settled'>,
): Partial<SendPageResult> => ({ totals: totalsOf(totals), ...rest });

/** The notice is approved, and its pages answer like this. */
async function sent(...pages: readonly Partial<SendPageResult>[]): Promise<StagedIncident> {
  const incident = await stage.declare();
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  incident.world.pages.push(...pages);
  await incident.decide(noticeGateName, people.legal);
  await incident.untilLine('deliveries-counted');
  return incident;
}

const shardOf = ({ incidentId }: StagedIncident) =>
  stage.client.workflow.getHandle(deliveryWorkflowId(incidentId, 'first-1.1', 0));
const isRunning = async (incident: StagedIncident) =>
  (await shardOf(incident).describe()).status.name === 'RUNNING';
const wake = ({ incidentId }: StagedIncident) =>
  Firebreak.over(stage.client).wakeShard({
    incidentId,
    campaignId: 'first-1.1',
    shard: 0,
    policy: { deferralSeconds: [7] },
  });
const closingLacks = async (incident: StagedIncident) =>
  (await incident.gate('closing')).lacks.map(({ code }) => code);

describe('a notice that asks to be acknowledged', () => {
  const waiting = async () =>
    page({ unacknowledged: 3 }, { settled: true, nextAt: addMs(await stage.now(), 24 * hourMs) });

  test('has been told when it is accepted, and is waited for beside everything else', async () => {
    const incident = await sent(await waiting());

    const status = await incident.until(({ notification }) => notification.phase === 'complete');
    expect(status.deliveries).toEqual(totalsOf({ unacknowledged: 3 }));
    expect(await closingLacks(incident)).toContain('acknowledgements');
    expect(await closingLacks(incident)).not.toContain('deliveries');
    expect((await incident.gate('postmortem')).lacks.map(({ code }) => code)).not.toContain(
      'acknowledgements',
    );
    expect(await isRunning(incident)).toBe(true);
  });

  test('is looked after every six hours, and over when all have acknowledged', async () => {
    const over = page({ acknowledged: 3 }, { settled: true });
    const incident = await sent(await waiting(), await waiting(), over);

    await stage.pass(13 * hourMs);

    await incident.until(({ deliveries }) => deliveries.acknowledged === 3);
    await shardOf(incident).result();
    expect(incident.world.pagesAsked).toHaveLength(3);
    expect(await closingLacks(incident)).not.toContain('acknowledgements');
  });

  test('whose time is over for some is told to their next contacts, and nobody is late again by that', async () => {
    const asking = page(
      { accepted: 1, acknowledged: 2, unacknowledged: 1 },
      { settled: true, nextAt: addMs(await stage.now(), 30 * hourMs) },
    );
    const incident = await sent(await waiting(), asking);

    await stage.pass(7 * hourMs);

    const status = await incident.until(({ deliveries }) => deliveries.acknowledged === 2);
    expect(status.notification.phase).toBe('complete');
    expect(await closingLacks(incident)).toContain('acknowledgements');
  });
});

describe('a bounce after the last row was settled', () => {
  const reopened = async () =>
    page(
      { accepted: 2, bounced: 1, planned: 1 },
      { settled: false, nextAt: addMs(await stage.now(), hourMs) },
    );

  test('begins the shard again by the policy of its campaign, and the incident hears that it is sending', async () => {
    const incident = await sent();
    await incident.until(({ notification }) => notification.phase === 'complete');
    await shardOf(incident).result();
    incident.world.pages.push(await reopened(), page({ accepted: 3, bounced: 1 }, { settled: true }));

    await wake(incident);

    await incident.until(({ notification }) => notification.phase === 'sending');
    expect(incident.world.pagesAsked.at(-1)?.policy).toMatchObject({ deferralSeconds: [7] });
    expect(await closingLacks(incident)).toContain('deliveries');
    await stage.pass(2 * hourMs);
    const status = await incident.until(({ notification }) => notification.phase === 'complete');
    expect(status.deliveries).toEqual(totalsOf({ accepted: 3, bounced: 1 }));
  });

  test('wakes a shard that still waits, and what was deferred stays deferred', async () => {
    const waiting = page(
      { unacknowledged: 3 },
      { settled: true, nextAt: addMs(await stage.now(), 24 * hourMs) },
    );
    const incident = await sent(waiting);
    incident.world.pages.push(page({ accepted: 3, bounced: 1 }, { settled: true }));

    await wake(incident);

    await incident.until(({ deliveries }) => deliveries.bounced === 1);
    await shardOf(incident).result();
    expect(incident.world.pagesAsked.map(({ retryNow }) => retryNow)).toEqual([undefined, undefined]);
  });

  test('that somebody who may signal has invented is gone as soon as the ledger is asked', async () => {
    const incident = await sent();
    await incident.until(({ notification }) => notification.phase === 'complete');
    const invented = { totals: totalsOf({ planned: 3 }), settled: false };

    await incident.signal('deliveryProgressed', { campaignId: 'first-1.1', shard: 0, ...invented });

    await incident.untilLine('deliveries-counted', 2);
    expect(await incident.status()).toMatchObject({
      notification: { phase: 'complete' },
      deliveries: totalsOf({ accepted: 3 }),
    });
  });
});

describe('a tenant that no message reaches', () => {
  const oneLeft = page({ accepted: 2, needsHuman: 1 }, { settled: true });
  const attestation = {
    tenantId: 'initech',
    channel: 'phone',
    at: hours(-1),
    reference: 'call 4711',
  } as const;

  test('keeps the notification open and is the task of communications', async () => {
    const incident = await sent(oneLeft);

    expect((await incident.status()).notification.phase).toBe('updating');
    const lack = (await incident.gate('closing')).lacks.find(({ code }) => code === 'delivery-by-hand');
    expect(lack?.sentence).toContain('1 delivery waits for a person');
    const todo = await Firebreak.over(stage.client).todo(incident.incidentId, people.communications);
    expect(todo.map(({ how }) => how)).toContain('attestDelivery');
  });

  test('is settled when somebody vouches that it was told, and counted as that', async () => {
    const incident = await sent(oneLeft);

    await incident.tell('attestDelivery', people.communications, attestation);

    const status = await incident.until(({ notification }) => notification.phase === 'complete');
    expect(status.deliveries).toEqual(totalsOf({ accepted: 2, attested: 1 }));
    expect(incident.world.calls).toContain('settleByHand initech attested');
    const [counted] = (await incident.lines('deliveries-counted')).slice(-1);
    expect(counted?.text).toContain('1 told by hand as somebody attests');
    expect(await closingLacks(incident)).not.toContain('delivery-by-hand');
  });

  test('is settled when legal waives it with a reason', async () => {
    const incident = await sent(oneLeft);
    await incident.tell('waiveDelivery', people.legal, { tenantId: 'initech', reason: 'it is wound up' });
    const status = await incident.until(({ notification }) => notification.phase === 'complete');
    expect(status.deliveries).toEqual(totalsOf({ accepted: 2, waived: 1 }));
  });

  test('is not settled by a time that lies ahead, nor before any notice has left', async () => {
    const incident = await sent(oneLeft);
    const ahead = { ...attestation, at: hours(99) };
    const later = await incident.refusalOf('attestDelivery', people.communications, ahead);
    expect(later.sentence).toContain('lies in the future');
    const early = await (await stage.declare()).refusalOf('attestDelivery', people.legal, attestation);
    expect(early.sentence).toContain('no notice has left yet');
  });
});

// The last test here: after a signal that reaches nobody, this server's clock cannot be moved any more.
test('a bounce after the incident has ended is told to the next contact all the same', async () => {
  const incident = await sent();
  await incident.until(({ notification }) => notification.phase === 'complete');
  await shardOf(incident).result();
  await incident.handle.terminate('closed long ago');

  await wake(incident);

  await shardOf(incident).result();
  expect(incident.world.told).toHaveLength(2);
});
