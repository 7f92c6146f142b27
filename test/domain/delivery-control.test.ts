import { openShards } from '../../src/domain/delivery-control';
import { findGate } from '../../src/domain/gates';
import { statusOf } from '../../src/domain/operator-view';
import { todoOf, type Principal } from '../../src/domain/todo';
import {
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  people,
  play,
  proposedNotice,
  refusalOf,
  totalsOf,
  type MemoryIncident,
} from '../support/incidents';

const { communications, executive, legal, responder } = people;
const reason = 'the text names the wrong service';
const campaignId = 'first-1.1';

/** A notice is on its way in two shards. */
function sending(): MemoryIncident {
  const incident = incidentInMemory({ answers: { groups: [obligationGroup()] } });
  play(incident, proposedNotice);
  incident.decide(noticeGateName, legal);
  const totals = totalsOf({ planned: 4 });
  incident.record({ type: 'campaign-started', noticeId: 'first-1', campaignId, shards: 2, totals });
  incident.record({ type: 'shards-started', campaignId });
  return incident;
}

function report(incident: MemoryIncident, shard: number, stopped?: string): void {
  const totals = totalsOf({ accepted: 1, planned: 1 });
  const why = stopped === undefined ? {} : { stopped };
  incident.record({ type: 'delivery-progressed', campaignId, shard, totals, settled: false, ...why });
}

const lackCodes = (incident: MemoryIncident) =>
  (findGate(incident.state, 'closing', incident.now())?.lacks ?? [])
    .map(({ code }) => code)
    .filter((code) => code.startsWith('delivery-'));
const owes = (incident: MemoryIncident, who: Principal) =>
  todoOf(incident.state, who, incident.now()).filter(({ how }) => how.startsWith('resumeDelivery'));
const orders = ({ state }: MemoryIncident) => state.deliveryControl.pending.map(({ kind }) => kind);

describe('the brake', () => {
  test('is one person’s, without a signature, and waits for those who answer for notices', () => {
    const incident = sending();
    incident.send('holdDelivery', responder, { reason });

    expect(orders(incident)).toEqual(['hold']);
    expect(statusOf(incident.state)).toMatchObject({
      waitingFor: 'communications',
      deliveryHold: { by: responder.by, reason },
      alarms: [`no mail leaves: ${responder.by} has held deliveries since ${incident.now()} (${reason})`],
    });
    for (const who of [communications, legal, executive])
      expect(owes(incident, who)).toMatchObject([{ how: 'resumeDelivery', dueAt: hours(72) }]);
    expect(owes(incident, responder)).toEqual([]);
    expect(lackCodes(incident)).toEqual(['delivery-held']);
  });

  test('orders are carried out one after the other, in the order in which they came', () => {
    const incident = sending();
    incident.send('holdDelivery', responder, { reason });
    incident.send('resumeDelivery', legal, { reason: 'it was right' });
    incident.send('holdDelivery', legal, { reason: 'it was wrong' });

    expect(incident.state.deliveryControl.pending).toEqual([
      { kind: 'hold', order: 1 },
      { kind: 'resume', order: 2 },
      { kind: 'hold', order: 3 },
    ]);
    incident.record({ type: 'delivery-order-carried-out', order: 1 });
    expect(orders(incident)).toEqual(['resume', 'hold']);
    expect(statusOf(incident.state).deliveryHold).toMatchObject({ by: legal.by, reason: 'it was wrong' });
  });

  test('may be set before anything leaves, and no notice loses its approval by it', () => {
    const incident = incidentInMemory({ answers: { groups: [obligationGroup()] } });
    play(incident, proposedNotice);
    incident.send('holdDelivery', legal, { reason });
    incident.decide(noticeGateName, legal);
    expect(findGate(incident.state, noticeGateName, incident.now())).toMatchObject({ isOpen: true });
  });
});

describe('a line that stopped', () => {
  test.each([
    ['authentication', 'the relay does not take our user or password'],
    ['certificate', 'the relay offers no encryption that we can trust'],
    ['sender-refused', 'the relay does not let us send from this address'],
    ['content-refused', 'the relay refuses the text of the notice, for one recipient after the other'],
    ['the campaign is not in the ledger', 'the campaign is not in the ledger'],
  ])(
    'by %s is a task of those who mend relays, told once whatever the number of shards',
    (stopped, cause) => {
      const incident = sending();
      report(incident, 0, stopped);
      report(incident, 1, stopped);

      const what = `deliveries stand still: ${cause}`;
      expect(owes(incident, responder)).toMatchObject([{ what, how: 'resumeDelivery', dueAt: hours(72) }]);
      expect(owes(incident, communications)).toMatchObject([{ what }]);
      expect(statusOf(incident.state)).toMatchObject({ waitingFor: 'security-response', alarms: [what] });
      expect(statusOf(incident.state).deliveries).toMatchObject({ refused: 0, needsHuman: 0 });
    },
  );

  test('is set going by those who mend relays, and is no task any more once it reports again', () => {
    const incident = sending();
    report(incident, 0, 'certificate');
    expect(refusalOf(incident, 'resumeDelivery', responder, { reason: 'renewed' })).toBeUndefined();
    expect(orders(incident)).toEqual(['resume']);

    report(incident, 0);

    expect(owes(incident, responder)).toEqual([]);
    expect(openShards(incident.state.notification)).toEqual([
      { campaignId, shard: 0 },
      { campaignId, shard: 1 },
    ]);
  });
});

describe('doubts that the policy holds', () => {
  test('are a task with the command that lists them, and their decision says what is to become of them', () => {
    const incident = sending();
    report(incident, 1, 'doubts-held');
    const [task] = todoOf(incident.state, responder, incident.now()).filter(({ how }) =>
      how.startsWith('settle'),
    );
    expect(task).toMatchObject({
      what: `nobody knows whether some messages of ${campaignId} went out, and the policy holds them`,
      how: 'settleDoubts; firebreak deliveries doubts lists them',
    });

    incident.send('settleDoubts', responder, {
      campaignId,
      decision: 'accepted',
      messageIds: ['a@provider.example'],
      reason: 'they are in the relay’s log',
    });

    expect(incident.state.deliveryControl.pending).toEqual([
      {
        kind: 'settle-doubts',
        order: 1,
        campaignId,
        decision: 'accepted',
        messageIds: ['a@provider.example'],
      },
    ]);
  });
});
