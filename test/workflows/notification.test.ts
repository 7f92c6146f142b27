// Telling tenants as a running workflow: nobody is told before the approval, deadlines speak up, a step that fails is
// mended by a message, and the deliveries go on whatever becomes of their incident.
import type { SendPageResult } from '../../src/activities/send-page';
import { fingerprintOf } from '../../src/domain/fingerprint';
import { addMs } from '../../src/domain/instant';
import { deliveryWorkflowId } from '../../src/workflows/names';
import {
  contentHash,
  determination,
  hours,
  noticeGateName,
  obligationGroup,
  people,
  proposedNotice,
  totalsOf,
} from '../support/incidents';
import {
  hourMs,
  workflowStage,
  type Declared,
  type Stage,
  type StagedIncident,
} from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const tenantsOfStorage = {
  services: [{ service: 'storage' }],
  from: '2026-11-01T00:00:00Z',
  reason: 'They used storage.',
};

/** The first notice waits for its approval. */
async function noticeToApprove(declared?: Declared): Promise<StagedIncident> {
  const incident = await stage.declare(declared);
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  return incident;
}

const minuteOf = (instant: string | undefined) => instant?.slice(0, 16);

describe('a notice', () => {
  test('that somebody who may signal calls delivered is so only when the ledger agrees', async () => {
    const incident = await noticeToApprove();
    const waiting = { totals: totalsOf({ planned: 3 }), settled: false };
    const inAnHour = addMs(await stage.now(), hourMs);
    incident.world.pages.push({ ...waiting, nextAt: inAnHour });
    await incident.decide(noticeGateName, people.legal);
    await incident.untilLine('delivery-progressed');
    const forged = { totals: totalsOf({ accepted: 3 }), settled: true };

    await incident.signal('deliveryProgressed', { campaignId: 'first-1.1', shard: 0, ...forged });

    const [counted] = await incident.untilLine('deliveries-counted');
    expect(counted?.text).toContain('0 accepted');
    expect(await incident.status()).toMatchObject({
      notification: { phase: 'sending' },
      deliveries: totalsOf({ planned: 3 }),
    });
    await stage.pass(2 * hourMs);
    expect(await incident.until(({ notification }) => notification.phase === 'complete')).toMatchObject({
      deliveries: totalsOf({ accepted: 3 }),
    });
  });

  test('reaches tenants only after it is approved', async () => {
    const incident = await noticeToApprove();
    expect(incident.world.told).toEqual([]);
    expect((await incident.status()).notification.phase).toBe('approving');

    await incident.decide(noticeGateName, people.legal);

    const status = await incident.until(({ notification }) => notification.phase === 'complete');
    expect(status.deliveries).toEqual(totalsOf({ accepted: 3 }));
    expect(incident.world.told).toMatchObject([{ campaignId: 'first-1.1', recipients: 3 }]);
  });

  test('is not sent for an approval of other content, nor by its own author', async () => {
    const incident = await noticeToApprove();

    const other = await incident.refusedDecision(noticeGateName, people.legal, {
      claims: { obj: fingerprintOf('another text') },
    });
    const own = await incident.refusedDecision(noticeGateName, people.communications);

    expect([other.type, own.type]).toEqual(['other-object', 'self-approval']);
    await stage.pass(hourMs);
    expect(incident.world.calls.filter((call) => call.startsWith('planDeliveries'))).toEqual([]);
  });

  test('that is rejected is not sent; its next revision may be', async () => {
    const incident = await noticeToApprove();
    await incident.decide(noticeGateName, people.legal, {
      verdict: 'reject',
      reason: 'It promises too much.',
    });
    expect((await incident.status()).notices).toMatchObject([{ revision: 1, state: 'rejected' }]);

    const next = { noticeId: 'first-1', revision: 2, stage: 'first' as const, contentHash };
    await incident.tell('proposeNotice', people.communications, next);
    await incident.untilLine('notice-prepared', 2);
    await incident.decide(noticeGateName, people.legal);

    await incident.until(({ notification }) => notification.phase === 'complete');
    expect(incident.world.told).toMatchObject([{ campaignId: 'first-1.2' }]);
  });

  test('that lacks what the rules ask for cannot be approved', async () => {
    const incident = await stage.declare();
    (incident.world.noticeLacks as string[]).push('section:likely-consequences');
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');

    const refusal = await incident.refusedDecision(noticeGateName, people.legal);

    expect(refusal.type).toBe('DecisionRefused');
    expect((await incident.gate(noticeGateName)).lacks.map(({ code }) => code)).toContain(
      'section:likely-consequences',
    );
  });

  test('is bound anew to a new version of the tenants, which voids what was approved before', async () => {
    const incident = await noticeToApprove({ policy: { approvalsNeeded: { eradication: 1, notice: 2 } } });
    await incident.decide(noticeGateName, people.legal);
    const old = await incident.token(noticeGateName, people.executive);
    incident.world.tenants = 5;

    await incident.tell('setAffectedTenants', people.communications, tenantsOfStorage);
    await incident.untilLine('notice-prepared', 2);
    await incident.signal('approve', { token: old });

    const [refused] = await incident.untilLine('decision-refused');
    expect(refused?.text).toContain('generation');
    expect(await incident.gate(noticeGateName)).toMatchObject({ isOpen: false, generation: 2 });
    expect(await incident.decide(noticeGateName, people.legal)).toMatchObject({ isOpen: false });
    expect(await incident.decide(noticeGateName, people.executive)).toMatchObject({ isOpen: true });
    await incident.until(({ notification }) => notification.phase === 'complete');
    expect(incident.world.told).toMatchObject([{ recipients: 5 }]);
  });

  test('goes out in shards of the size that the policy names, each told once', async () => {
    const incident = await noticeToApprove({ policy: { deliveryShardSize: 1 } });

    await incident.decide(noticeGateName, people.legal);

    const status = await incident.until(({ notification }) => notification.phase === 'complete');
    expect(status.deliveries.accepted).toBe(3);
    expect(incident.world.calls.filter((call) => call.startsWith('sendPage')).sort()).toEqual([
      'sendPage first-1.1 shard 0',
      'sendPage first-1.1 shard 1',
      'sendPage first-1.1 shard 2',
    ]);
  });
});

describe('a deadline of 72 hours', () => {
  test('that passes unmet is told as near 4 hours before, as missed when it is, and the notice still leaves', async () => {
    const incident = await stage.declare();
    incident.world.groups = [obligationGroup()];
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');
    expect((await incident.status()).nextDeadline).toMatchObject({ dueAt: hours(72), basis: 'rule' });

    await stage.pass(80 * hourMs);

    const lines = await incident.lines('deadlines-neared', 'deadlines-missed');
    expect(lines.map(({ type, at }) => [type, minuteOf(at)])).toEqual([
      ['deadlines-neared', minuteOf(hours(68))],
      ['deadlines-missed', minuteOf(hours(72))],
    ]);
    await incident.decide(noticeGateName, people.legal);
    await incident.until(({ notification }) => notification.phase === 'complete');
  });

  test('that is met in time is never told as missed', async () => {
    const incident = await stage.declare();
    incident.world.groups = [obligationGroup()];
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');
    await incident.decide(noticeGateName, people.legal);
    await incident.until(({ notification }) => notification.phase === 'complete');

    await stage.pass(80 * hourMs);

    expect(await incident.lines('deadlines-neared', 'deadlines-missed')).toEqual([]);
  });

  test('of a filing ends when the filing is recorded, and not before', async () => {
    const incident = await stage.declare();
    const duty = 'provider-own' as const;
    incident.world.groups = [obligationGroup({ ruleId: 'eu-nis2-23', stage: 'initial', duty })];
    await incident.play(determination);
    await incident.tell('setAffectedTenants', people.communications, tenantsOfStorage);
    await incident.untilLine('obligations-assessed');

    await stage.pass(73 * hourMs);
    await incident.tell('recordFiling', people.legal, {
      ruleId: 'eu-nis2-23',
      stage: 'initial',
      reference: 'CSIRT-77',
      submittedAt: hours(73),
    });

    const [missed] = await incident.untilLine('deadlines-missed');
    expect(minuteOf(missed?.at)).toBe(minuteOf(hours(72)));
    expect((await incident.status()).nextDeadline).toBeUndefined();
  });
});

describe('a step that an activity refuses for good', () => {
  test('stands on the timeline, and a new fact makes it be taken again', async () => {
    const incident = await stage.declare();
    incident.world.refusals.set('lookUpObligations', 'the rule pack has no digest');
    await incident.play(determination);
    await incident.tell('setAffectedTenants', people.communications, tenantsOfStorage);
    const [failed] = await incident.untilLine('step-failed');
    expect(failed?.text).toMatch(/^Step assess\/\d+ cannot be done: the rule pack has no digest$/);
    incident.world.refusals.clear();

    await incident.tell('recordFact', people.legal, { name: 'pack', value: 'mended' });

    await incident.untilLine('obligations-assessed');
    expect(incident.world.calls.at(-1)).toBe('lookUpObligations {"pack":"mended"}');
  });

  test('when it binds a notice, is mended by the next revision', async () => {
    const incident = await stage.declare();
    incident.world.refusals.set('prepareNotice', 'the stored text is not the one that was proposed');
    await incident.play(proposedNotice);
    await incident.untilLine('step-failed');
    incident.world.refusals.clear();

    const next = { noticeId: 'first-1', revision: 2, stage: 'first' as const, contentHash };
    await incident.tell('proposeNotice', people.communications, next);

    await incident.untilLine('notice-prepared');
  });

  test('when it names tenants that nobody knows, is mended by asking again with others', async () => {
    const incident = await stage.declare();
    await incident.play(determination);
    await incident.tell('setAffectedTenants', people.communications, {
      ...tenantsOfStorage,
      include: ['unknown'],
    });
    await incident.untilLine('step-failed');

    await incident.tell('setAffectedTenants', people.communications, tenantsOfStorage);

    await incident.untilLine('affected-tenants-identified');
    expect((await incident.status()).notification).toMatchObject({ tenants: 3, tenantSetVersion: 1 });
  });
});

describe('a shard of deliveries', () => {
  async function sentWith(...pages: Partial<SendPageResult>[]): Promise<StagedIncident> {
    const incident = await noticeToApprove();
    incident.world.pages.push(...pages);
    await incident.decide(noticeGateName, people.legal);
    await incident.untilLine('delivery-progressed');
    return incident;
  }

  const deferred = { totals: totalsOf({ accepted: 2, deferred: 1 }) };
  const shardOf = ({ incidentId }: StagedIncident) =>
    stage.client.workflow.getHandle(deliveryWorkflowId(incidentId, 'first-1.1', 0));

  test('sleeps until its deferred row is due', async () => {
    const dueAt = addMs(await stage.now(), 6 * hourMs);
    const incident = await sentWith({ ...deferred, nextAt: dueAt });
    expect((await incident.status()).deliveries).toMatchObject({ accepted: 2, deferred: 1 });

    await stage.pass(7 * hourMs);

    await incident.until(({ notification }) => notification.phase === 'complete');
    const [, second] = incident.world.told;
    expect(minuteOf(second?.at)).toBe(minuteOf(dueAt));
    expect(incident.world.told).toHaveLength(2);
  });

  test('that is stopped waits for a person, however long, and goes on after resumeDelivery', async () => {
    const incident = await sentWith({ ...deferred, stopped: { reason: 'authentication' } });
    const [line] = await incident.lines('delivery-progressed');
    expect(line?.text).toContain('stopped: authentication');
    await stage.pass(30 * 24 * hourMs);
    expect(incident.world.told).toHaveLength(1);

    await shardOf(incident).signal('resumeDelivery');

    await incident.until(({ notification }) => notification.phase === 'complete');
    expect(incident.world.pagesAsked.map(({ retryNow }) => retryNow)).toEqual([undefined, true]);
  });

  test('that sleeps until a deferred row is due takes it at once after resumeDelivery', async () => {
    const incident = await sentWith({ ...deferred, nextAt: addMs(await stage.now(), 6 * hourMs) });

    await shardOf(incident).signal('resumeDelivery');

    await incident.until(({ notification }) => notification.phase === 'complete');
    expect(incident.world.pagesAsked.at(-1)).toMatchObject({ retryNow: true });
  });

  test('pauses for a relay that is away as long as the policy says', async () => {
    const incident = await noticeToApprove({ policy: { relayPauseSeconds: 7 } });
    await incident.decide(noticeGateName, people.legal);
    await incident.until(({ notification }) => notification.phase === 'complete');
    expect(incident.world.pagesAsked[0]?.policy).toMatchObject({ relayPauseSeconds: 7 });
  });

  test('whose page is refused for good tells its incident, and goes on after resumeDelivery', async () => {
    const incident = await noticeToApprove();
    incident.world.refusals.set('sendPage', 'the campaign is not in the ledger');
    await incident.decide(noticeGateName, people.legal);
    const [line] = await incident.untilLine('delivery-progressed');
    expect(line?.text).toContain('stopped: the campaign is not in the ledger');
    incident.world.refusals.clear();

    await shardOf(incident).signal('resumeDelivery');

    await incident.until(({ notification }) => notification.phase === 'complete');
  });

  test('tells its incident every few percent, not every page', async () => {
    const page = (accepted: number) => ({ totals: totalsOf({ accepted, planned: 1000 - accepted }) });
    const now = await stage.now();
    const pages = [10, 20, 30, 40, 70, 80].map((accepted) => ({ ...page(accepted), nextAt: now }));

    const incident = await sentWith(...pages);

    await incident.until(({ notification }) => notification.phase === 'complete');
    const lines = await incident.lines('delivery-progressed');
    expect(lines.map(({ text }) => / (\d+) accepted/.exec(text)?.[1])).toEqual(['10', '70', '3']);
  });

  // The last test here: after a signal that reaches nobody, this server's clock cannot be moved any more.
  test('goes on when its incident has ended', async () => {
    const incident = await sentWith({ ...deferred, nextAt: addMs(await stage.now(), 6 * hourMs) });
    await stage.pass(6 * hourMs - 1_000);

    await incident.handle.terminate('ended by an operator');

    await shardOf(incident).result();
    expect(incident.world.told).toHaveLength(2);
  });
});
