// Orders about deliveries under way, as a running workflow: the brake is obeyed whatever else the incident is doing,
// what was held goes on where it stood, and what the relay stopped is tried at once.
import type { SendPageResult } from '../../src/activities/send-page';
import { addMs } from '../../src/domain/instant';
import type { Principal } from '../../src/domain/todo';
import * as messages from '../../src/workflows/messages';
import { noticeGateName, people, proposedNotice, totalsOf } from '../support/incidents';
import { hourMs, workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const reason = 'The text names the wrong service.';
const waiting = { totals: totalsOf({ accepted: 1, planned: 2 }), settled: false };

/** A campaign of one shard, whose first pages answer like this. */
async function sentWith(...pages: Partial<SendPageResult>[]): Promise<StagedIncident> {
  const incident = await stage.declare();
  incident.world.pages.push(...pages);
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  await incident.decide(noticeGateName, people.legal);
  await incident.untilLine('delivery-progressed');
  return incident;
}

/** What somebody owes to it, as one text. */
async function owedBy({ handle }: StagedIncident, who: Principal): Promise<string> {
  const owed = await handle.query(messages.todo, who);
  return owed.map(({ what }) => what).join('\n');
}

const brakesOf = ({ world }: StagedIncident) =>
  world.calls.filter((call) => call.startsWith('holdDeliveries'));
const retriesOf = ({ world }: StagedIncident) => world.pagesAsked.map(({ retryNow }) => retryNow);
const complete = ({ notification }: { readonly notification: { readonly phase: string } }) =>
  notification.phase === 'complete';

test('a hold sets the brake, says who is to let it go, and what was held goes on where it stood', async () => {
  const incident = await sentWith({ ...waiting, stopped: { reason: 'held' } });

  await incident.tell('holdDelivery', people.responder, { reason });
  await incident.untilLine('delivery-order-carried-out');

  expect(brakesOf(incident)).toEqual(['holdDeliveries held 1']);
  expect(await incident.status()).toMatchObject({
    deliveryHold: { by: people.responder.by, reason },
    waitingFor: 'communications',
  });
  expect((await incident.status()).alarms.join()).toContain('no mail leaves');
  expect(await owedBy(incident, people.communications)).toContain(reason);

  await incident.tell('resumeDelivery', people.communications, { reason: 'It was right.' });

  const status = await incident.until(complete);
  expect(brakesOf(incident)).toEqual(['holdDeliveries held 1', 'holdDeliveries released 2']);
  expect(retriesOf(incident)).toEqual([undefined, undefined]);
  expect(status).not.toHaveProperty('deliveryHold');
  expect(status.alarms).toEqual([]);
});

test('a hold does not wait for what the incident is doing', async () => {
  const incident = await sentWith({ ...waiting, nextAt: addMs(await stage.now(), hourMs) });
  const release = incident.world.hold('identifyAffectedTenants');
  await incident.tell('setAffectedTenants', people.communications, {
    include: ['acme'],
    from: '2026-11-01T00:00:00Z',
    reason: 'They called.',
  });

  await incident.tell('holdDelivery', people.legal, { reason });

  await incident.untilLine('delivery-order-carried-out');
  expect(brakesOf(incident)).toEqual(['holdDeliveries held 1']);
  release();
});

test('a line that the relay stopped is a task for those who mend relays, and is tried at once when it is mended', async () => {
  const incident = await sentWith({ ...waiting, stopped: { reason: 'authentication' } });
  expect(await incident.status()).toMatchObject({
    waitingFor: 'security-response',
    alarms: ['deliveries stand still: the relay does not take our user or password'],
  });
  expect(await owedBy(incident, people.responder)).toContain(
    'deliveries stand still: the relay does not take our user or password',
  );

  await incident.tell('resumeDelivery', people.responder, { reason: 'The password is the new one.' });

  await incident.until(complete);
  expect(retriesOf(incident)).toEqual([undefined, true]);
});

test('doubts that are held wait for a decision, which settles them and wakes their shard', async () => {
  const incident = await sentWith({
    totals: totalsOf({ accepted: 2, inDoubt: 1 }),
    stopped: { reason: 'doubts-held' },
  });
  incident.world.doubts = 1;
  expect(await owedBy(incident, people.responder)).toContain(
    'nobody knows whether some messages of first-1.1',
  );

  const decision = {
    campaignId: 'first-1.1',
    decision: 'resend',
    reason: 'The relay has never seen it.',
  } as const;
  await incident.tell('settleDoubts', people.responder, decision);

  await incident.until(complete);
  expect(incident.world.calls).toContain('settleDoubts first-1.1 resend');
  const [line] = await incident.lines('delivery-order-carried-out');
  expect(line?.text).toBe('Order 1 about deliveries is carried out; 1 doubt settled.');
  expect(retriesOf(incident)).toEqual([undefined, undefined]);
});

test('what cannot be meant is refused in a sentence', async () => {
  const incident = await sentWith({ ...waiting, stopped: { reason: 'held' } });
  const { responder, communications } = people;
  expect(await incident.refusalOf('resumeDelivery', communications, { reason })).toMatchObject({
    sentence: 'deliveries are not held and no line has stopped; there is nothing to resume',
  });
  const unknown = { campaignId: 'first-9.1', decision: 'accepted', reason } as const;
  expect(await incident.refusalOf('settleDoubts', communications, unknown)).toMatchObject({
    sentence: 'campaignId names first-9.1, which is none of first-1.1',
  });

  await incident.tell('holdDelivery', responder, { reason });

  const again = await incident.refusalOf('holdDelivery', communications, { reason });
  expect(again.sentence).toContain(`deliveries are held already, by ${responder.by} since`);
  expect(await incident.refusalOf('resumeDelivery', responder, { reason })).toMatchObject({
    type: 'NotAllowed',
  });
});
