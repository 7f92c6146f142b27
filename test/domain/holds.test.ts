import fc from 'fast-check';
import type { Sender } from '../../src/contract/principal';
import { dueAlarms } from '../../src/domain/alarms';
import { nextNotificationStep } from '../../src/domain/next-steps';
import { runningClocks } from '../../src/domain/running-clocks';
import type { EventBody } from '../../src/domain/events';
import { findGate, noticeGateOf } from '../../src/domain/gates';
import { findHold, holdsOn, signersAs, type Hold } from '../../src/domain/holds';
import type { Incident } from '../../src/domain/incident';
import { compareInstants } from '../../src/domain/instant';
import { findNotice } from '../../src/domain/notification';
import { currentDetailsOf, statusOf, waitingFor } from '../../src/domain/operator-view';
import {
  contentHash,
  deliverAll,
  given,
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  people,
  play,
  proposedNotice,
  recorded,
  refusalOf,
  runTracks,
  type Content,
  type MemoryIncident,
} from '../support/incidents';

const { communications, executive, forensics, legal, responder, secondExecutive } = people;
const rule = 'eu-gdpr-33-2';
const hold: Content<'holdNotice'> = {
  scope: { notices: ['first-1'], duties: [rule] },
  reason: 'The police ask to wait for an arrest.',
  until: hours(48),
};

function noticeToApprove(groups = [obligationGroup()]): MemoryIncident {
  const incident = incidentInMemory({ answers: { groups } });
  play(incident, proposedNotice);
  return incident;
}

function heldNotice(): MemoryIncident {
  const incident = noticeToApprove();
  incident.send('holdNotice', communications, hold);
  incident.decide('hold:H1', legal);
  incident.decide('hold:H1', executive);
  return incident;
}

const stateOf = ({ state }: MemoryIncident, holdId = 'H1') => findHold(state.holds, holdId)?.state.kind;
const codesAt = (incident: MemoryIncident, gate: string) =>
  findGate(incident.state, gate, incident.now())?.lacks.map(({ code }) => code);
const pass = (incident: MemoryIncident, count: number) => {
  incident.pass(count * 3_600_000);
  runTracks(incident);
};

describe('a hold', () => {
  test('is in force when legal and an executive have signed it, in whichever order', () => {
    for (const [first, second] of [
      [legal, executive],
      [executive, legal],
    ] as const) {
      const incident = noticeToApprove();
      incident.send('holdNotice', responder, hold);
      incident.decide('hold:H1', first);
      expect(stateOf(incident)).toBe('proposed');
      incident.decide('hold:H1', second);
      expect(stateOf(incident)).toBe('in-force');
    }
  });

  test('takes both: two executives are not enough', () => {
    const incident = noticeToApprove();
    incident.send('holdNotice', legal, hold);
    incident.decide('hold:H1', executive);
    incident.decide('hold:H1', secondExecutive);
    expect(stateOf(incident)).toBe('proposed');
    expect(codesAt(incident, 'hold:H1')).toEqual(['approval:legal']);
  });

  test('takes two people: who is both legal and an executive signs for one of them', () => {
    const incident = noticeToApprove();
    incident.send('holdNotice', responder, hold);
    const both = (approver: string): EventBody => ({
      type: 'decision-accepted',
      decisionId: approver,
      gate: 'hold:H1',
      generation: 1,
      objectHash: statusOf(incident.state).holds[0]?.hash ?? '',
      verdict: 'approve',
      approver,
      approverRoles: ['legal', 'executive-incident-manager'],
      tokenId: approver,
      keyId: approver,
      issuedAt: incident.now(),
    });
    incident.record(both('one'));
    incident.record(both('one'));
    expect(codesAt(incident, 'hold:H1')).toEqual(['approval:second-person']);
    incident.record(both('another'));
    expect(stateOf(incident)).toBe('in-force');
  });

  test('may be signed by whoever proposed it: it still takes a second person', () => {
    const incident = noticeToApprove();
    incident.send('holdNotice', legal, hold);
    incident.decide('hold:H1', legal);
    expect(stateOf(incident)).toBe('proposed');
    incident.decide('hold:H1', executive);
    expect(stateOf(incident)).toBe('in-force');
  });

  test('that one of them rejects never comes into force', () => {
    const incident = noticeToApprove();
    incident.send('holdNotice', communications, hold);
    incident.decide('hold:H1', legal);
    incident.decide('hold:H1', executive, 'reject', 'Tenants need to act today.');
    expect(stateOf(incident)).toBe('rejected');
    expect(codesAt(incident, 'hold:H1')).toBeUndefined();
  });

  test('keeps an approved notice back and says until when; it leaves when the time is over', () => {
    const incident = heldNotice();
    incident.decide(noticeGateName, legal);
    runTracks(incident);
    expect(nextNotificationStep(incident.state)).toBeUndefined();
    const [lack] = findGate(incident.state, noticeGateName, incident.now())?.lacks ?? [];
    expect(lack).toMatchObject({
      code: 'hold:H1',
      sentence: `the notice is held by H1 until ${hours(48)}`,
    });

    pass(incident, 48);

    expect(stateOf(incident)).toBe('expired');
    expect(findNotice(incident.state.notification, 'first-1')?.state.kind).toBe('sending');
  });

  test('does not keep a notice from its approval', () => {
    const incident = heldNotice();
    expect(codesAt(incident, noticeGateName)).toEqual(['hold:H1', 'approval']);
    incident.decide(noticeGateName, legal);
    expect(codesAt(incident, noticeGateName)).toEqual(['hold:H1']);
  });

  test('asks again, once, when its time is over', () => {
    const incident = heldNotice();
    pass(incident, 47);
    expect(stateOf(incident)).toBe('in-force');
    pass(incident, 1);
    pass(incident, 99);
    const asked = incident.events.filter(({ type }) => type === 'hold-expired');
    expect(asked).toMatchObject([{ holdId: 'H1', wasInForce: true }]);
  });

  test('that nobody signed runs out too, and late signatures bring it into force no more', () => {
    const incident = noticeToApprove();
    incident.send('holdNotice', communications, hold);
    incident.decide('hold:H1', legal);
    incident.pass(48 * 3_600_000);
    incident.decide('hold:H1', executive);
    expect(stateOf(incident)).toBe('proposed');
    runTracks(incident);
    expect(stateOf(incident)).toBe('expired');
    expect(incident.events.at(-1)).toMatchObject({ type: 'hold-expired', wasInForce: false });
  });

  test('ends early by legal or an executive, with a reason, and once', () => {
    const incident = heldNotice();
    incident.decide(noticeGateName, legal);
    const release = { holdId: 'H1', reason: 'The arrest was made.' };
    expect(refusalOf(incident, 'releaseHold', communications, release)?.type).toBe('NotAllowed');
    incident.send('releaseHold', executive, release);
    runTracks(incident);
    expect(findNotice(incident.state.notification, 'first-1')?.state.kind).toBe('sending');
    expect(refusalOf(incident, 'releaseHold', legal, release)?.type).toBe('AlreadyDone');
  });

  test('shows the duties that it names as held, and they count on', () => {
    const incident = heldNotice();
    expect(runningClocks(incident.state)).toMatchObject([{ dueAt: hours(72), isHeld: true }]);
    incident.send('releaseHold', legal, { holdId: 'H1', reason: 'No more need.' });
    expect(runningClocks(incident.state)[0]).not.toHaveProperty('isHeld');
  });

  test('is seen by operators: whose signature it waits for, and until when it holds', () => {
    const incident = noticeToApprove();
    incident.decide(noticeGateName, legal);
    incident.send('holdNotice', communications, { ...hold, scope: { duties: [rule] } });
    expect(waitingFor(incident.state)).toBe('executive-incident-manager');
    incident.decide('hold:H1', executive);
    expect(waitingFor(incident.state)).toBe('legal');
    incident.decide('hold:H1', legal);
    expect(statusOf(incident.state).holds).toMatchObject([
      { holdId: 'H1', state: 'in-force', reason: hold.reason },
    ]);
    expect(currentDetailsOf(incident.state, incident.now())).toContain(
      `Hold **H1** is in force until ${hours(48)}`,
    );
  });
});

describe('a hold never stops a duty that it does not name', () => {
  const second = obligationGroup({ ruleId: 'jp-appi-26' });

  test('so one on a notice that leaves out a duty of this notice is refused, and says which', () => {
    const incident = noticeToApprove([obligationGroup(), second]);
    const refusal = refusalOf(incident, 'holdNotice', legal, hold);
    expect(refusal?.type).toBe('Incomplete');
    expect(refusal?.message).toContain('jp-appi-26');
  });

  test('so a duty that turns up later lets the notice go', () => {
    const incident = heldNotice();
    incident.decide(noticeGateName, legal);
    incident.answers.groups = [obligationGroup(), second];
    incident.send('recordFact', responder, { name: 'japan', value: true });
    runTracks(incident);
    expect(findNotice(incident.state.notification, 'first-1')?.state.kind).toBe('sending');
  });

  test('so one that names every duty of the notice keeps it back', () => {
    const incident = noticeToApprove([obligationGroup(), second]);
    const both = { ...hold, scope: { notices: ['first-1'], duties: [rule, 'jp-appi-26'] } };
    incident.send('holdNotice', legal, both);
    incident.decide('hold:H1', legal);
    incident.decide('hold:H1', executive);
    expect(codesAt(incident, noticeGateName)).toContain('hold:H1');
  });

  test('so one on an update names what repeats, and nothing that is met', () => {
    const repeating = obligationGroup({ ruleId: 'us-fedramp-20x', repeats: { until: 'recovery' } });
    const incident = noticeToApprove([obligationGroup(), repeating]);
    incident.decide(noticeGateName, legal);
    runTracks(incident);
    deliverAll(incident);
    const update = { noticeId: 'update-1', revision: 1, stage: 'update', contentHash } as const;
    incident.send('proposeNotice', communications, update);
    const scope = (duties: string[]) => ({ ...hold, scope: { notices: ['update-1'], duties } });
    expect(refusalOf(incident, 'holdNotice', legal, scope([]))?.message).toMatch(/too: us-fedramp-20x$/);
    expect(refusalOf(incident, 'holdNotice', legal, scope(['us-fedramp-20x']))).toBeUndefined();
  });

  test('so one that names duties alone stops no notice', () => {
    const incident = noticeToApprove();
    incident.send('holdNotice', legal, { ...hold, scope: { duties: [rule] } });
    incident.decide('hold:H1', legal);
    incident.decide('hold:H1', executive);
    expect(codesAt(incident, noticeGateName)).toEqual(['approval']);
  });
});

describe('a hold is refused', () => {
  const refused = (changes: Partial<Content<'holdNotice'>>, sender: Sender = legal) =>
    refusalOf(noticeToApprove(), 'holdNotice', sender, { ...hold, ...changes })?.type;

  test.each([
    ['from whom it is not for', { sender: forensics }, 'NotAllowed'],
    ['when it names nothing', { scope: {} }, 'Incomplete'],
    ['when it names a notice that nobody proposed', { scope: { notices: ['fisrt-1'] } }, 'NotKnown'],
    ['when it names a duty that is none', { scope: { duties: ['eu-gdpr-99'] } }, 'NotKnown'],
    ['when it has ended before it begins', { until: hours(0) }, 'Malformed'],
  ] as const)('%s', (_, { sender, ...changes }: { sender?: Sender } & object, type) => {
    expect(refused(changes, sender)).toBe(type);
  });

  test('under an id that a hold has already', () => {
    expect(refusalOf(heldNotice(), 'holdNotice', legal, { ...hold, holdId: 'H1' })?.type).toBe('AlreadyDone');
  });

  test('when the notice is on its way: what has begun is not stopped', () => {
    const incident = noticeToApprove();
    incident.decide(noticeGateName, legal);
    runTracks(incident);
    const refusal = refusalOf(incident, 'holdNotice', legal, hold);
    expect(refusal?.type).toBe('NotNow');
    expect(refusal?.message).toContain('is on its way');
  });

  test('and a free id is found for one that names none', () => {
    const incident = noticeToApprove();
    incident.send('holdNotice', legal, { ...hold, holdId: 'H2' });
    incident.send('holdNotice', legal, hold);
    expect(incident.state.holds.map(({ holdId }) => holdId)).toEqual(['H2', 'H3']);
  });
});

describe('whatever happens, in whatever order', () => {
  const hash = 'f'.repeat(64);
  const signature = fc.record({
    approver: fc.constantFrom('ana', 'ben', 'cleo'),
    roles: fc.subarray(['legal', 'executive-incident-manager', 'communications'], { minLength: 1 }),
    verdict: fc.constantFrom('approve', 'approve', 'approve', 'reject'),
    object: fc.constantFrom(hash, hash, 'e'.repeat(64)),
  });
  const happening = fc.oneof(
    fc.constant<EventBody>({
      type: 'hold-proposed',
      holdId: 'H1',
      notices: ['first-1'],
      duties: [rule],
      reason: 'the police',
      until: hours(0.2),
      hash,
    }),
    { weight: 4, arbitrary: signature.map(decisionOf) },
    fc.constant<EventBody>({ type: 'hold-released', holdId: 'H1', reason: 'over' }),
    fc.constant<EventBody>({ type: 'hold-expired', holdId: 'H1', wasInForce: true }),
  );
  const happenings = fc.array(happening, { maxLength: 25 });

  function decisionOf({ approver, roles, verdict, object }: Signature): EventBody {
    const gate = 'hold:H1';
    return {
      type: 'decision-accepted',
      decisionId: approver,
      gate,
      generation: 1,
      objectHash: object,
      verdict: verdict === 'reject' ? 'reject' : 'approve',
      approver,
      approverRoles: roles,
      tokenId: approver,
      keyId: approver,
      issuedAt: hours(0),
    };
  }

  interface Signature {
    readonly approver: string;
    readonly roles: readonly string[];
    readonly verdict: string;
    readonly object: string;
  }

  test('a hold is in force only with signatures of legal and of another person who is an executive, in time', () => {
    fc.assert(
      fc.property(happenings, (events) => {
        const held = given(...events).holds[0];
        if (held?.state.kind !== 'in-force') return;
        const { signatures, since } = held.state;
        const executives = signersAs(signatures, 'executive-incident-manager');
        const pairs = signersAs(signatures, 'legal').flatMap((one) =>
          executives.filter((other) => other !== one),
        );
        expect(pairs).not.toEqual([]);
        expect(compareInstants(since, held.until)).toBeLessThan(0);
      }),
    );
  });

  test('what has ended does not come back', () => {
    fc.assert(
      fc.property(happenings, (events) => {
        const kinds = prefixesOf(events).map((prefix) => given(...prefix).holds[0]?.state.kind);
        const end = kinds.findIndex((kind) => kind !== undefined && !['proposed', 'in-force'].includes(kind));
        if (end >= 0) expect(new Set(kinds.slice(end)).size).toBe(1);
      }),
    );
  });

  test('no notice is sent while a hold in force covers it', () => {
    const approved = noticeToApprove();
    approved.decide(noticeGateName, legal);
    fc.assert(
      fc.property(happenings, (events) => {
        const state = after(approved.events, events);
        const notice = findNotice(state.notification, 'first-1');
        if (notice === undefined) throw new Error('the notice is gone');
        const covering: readonly Hold[] = holdsOn(state.holds, state.notification, 'first-1');
        expect(nextNotificationStep(state)?.kind).toBe(covering.length > 0 ? undefined : 'send');
        expect(noticeGateOf(state, notice).isOpen).toBe(covering.length === 0);
        expect(covering.length > 0).toBe(state.holds.some((each) => each.state.kind === 'in-force'));
      }),
    );
  });

  const prefixesOf = (events: readonly EventBody[]) => events.map((_, index) => events.slice(0, index + 1));
  const after = (story: readonly EventBody[], events: readonly EventBody[]): Incident =>
    given(...recorded(...story), ...events.map((event) => ({ ...event, at: hours(0.1) })));
});

test('a hold on one notice leaves another one alone', () => {
  const incident = heldNotice();
  incident.send('proposeNotice', communications, {
    noticeId: 'second-1',
    revision: 1,
    stage: 'first',
    contentHash,
  });
  runTracks(incident);
  incident.decide('notice:second-1', legal);
  expect(nextNotificationStep(incident.state)).toMatchObject({
    kind: 'send',
    notice: { noticeId: 'second-1' },
  });
  expect(dueAlarms(incident.state, hours(48)).map(({ event }) => event.type)).toContain('hold-expired');
});
