import { dueAlarms } from '../../src/domain/alarms';
import { nextNotificationStep } from '../../src/domain/next-steps';
import { runningClocks } from '../../src/domain/running-clocks';
import { findGate, gatesOf } from '../../src/domain/gates';
import { addMs, type Instant } from '../../src/domain/instant';
import { findNotice } from '../../src/domain/notification';
import type { ObligationGroup } from '../../src/domain/obligations';
import { statusOf } from '../../src/domain/operator-view';
import {
  containment,
  contentHash,
  deliverAll,
  eradication,
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  people,
  play,
  proposedNotice,
  recovery,
  refusalOf,
  runTracks,
  type MemoryIncident,
} from '../support/incidents';

const { communications, executive, legal, responder } = people;
const hourMs = 3_600_000;
const rule = 'us-fedramp-20x';

function everyThreeHours(from: Instant): ObligationGroup {
  return obligationGroup({
    ruleId: rule,
    stage: 'update',
    dueAt: addMs(from, 3 * hourMs),
    repeats: { until: 'recovery', countsFrom: from },
  });
}

const update = {
  noticeId: 'update-1',
  revision: 1,
  stage: 'update',
  contentHash,
  standing: true,
} as const;

/** Told at once; the standing update went out an hour after the declaration. */
function standing(): MemoryIncident {
  const incident = incidentInMemory({ answers: { groups: [everyThreeHours(hours(0))] } });
  play(incident, proposedNotice);
  incident.decide(noticeGateName, legal);
  runTracks(incident);
  deliverAll(incident);
  incident.pass(hourMs);
  incident.send('proposeNotice', communications, update);
  runTracks(incident);
  incident.answers.groups = [everyThreeHours(hours(1))];
  incident.decide('notice:update-1', legal);
  runTracks(incident);
  deliverAll(incident);
  return incident;
}

const campaigns = ({ events }: MemoryIncident) =>
  events.flatMap((event) => (event.type === 'notice-repeated' ? [event.campaignId] : []));
const repetitionsOf = ({ state }: MemoryIncident) =>
  findNotice(state.notification, 'update-1')?.standing?.repetitions;

describe('a standing update', () => {
  test('is sent again when a tenth of the time to the next repetition is left, and not before', () => {
    const incident = standing();
    const due = (at: Instant) =>
      dueAlarms(incident.state, at).filter(({ event }) => event.type === 'repetition-due');
    expect(due(hours(3.69))).toEqual([]);
    expect(due(hours(3.7))).toMatchObject([
      { at: hours(3.7), event: { noticeId: 'update-1', dueAt: hours(4) } },
    ]);
  });

  test('goes once for a repetition, as a campaign of its own, without another approval', () => {
    const incident = standing();
    incident.answers.groups = [everyThreeHours(hours(3.7))];
    incident.pass(2.7 * hourMs);
    runTracks(incident);
    runTracks(incident);
    expect(campaigns(incident)).toEqual(['update-1.1+1']);
    expect(repetitionsOf(incident)).toBe(1);
    expect(findNotice(incident.state.notification, 'update-1.1+1')?.state.kind).toBe('sending');
    expect(runningClocks(incident.state)).toMatchObject([{ dueAt: hours(6.7) }]);
    deliverAll(incident);

    incident.answers.groups = [everyThreeHours(hours(6.4))];
    incident.pass(2.7 * hourMs);
    runTracks(incident);
    expect(campaigns(incident)).toEqual(['update-1.1+1', 'update-1.1+2']);
    expect(statusOf(incident.state).notices).toContainEqual(
      expect.objectContaining({ noticeId: 'update-1', standing: { isEnded: false, repetitions: 2 } }),
    );
  });

  test('has one gate, and its repetitions have none: there is nothing to decide', () => {
    const incident = standing();
    incident.pass(2.7 * hourMs);
    incident.answers.groups = [everyThreeHours(hours(3.7))];
    runTracks(incident);
    const gates = gatesOf(incident.state, incident.now()).map(({ gate }) => gate);
    expect(gates.filter((gate) => gate.startsWith('notice:update-1'))).toEqual(['notice:update-1']);
  });

  test('leaves a repetition out that a person has met with an update of their own', () => {
    const incident = standing();
    incident.pass(2 * hourMs);
    incident.answers.groups = [everyThreeHours(hours(3))];
    const news = { ...update, noticeId: 'update-2', standing: false };
    incident.send('proposeNotice', communications, news);
    runTracks(incident);
    incident.decide('notice:update-2', legal);
    runTracks(incident);
    incident.pass(hourMs);
    runTracks(incident);
    expect(campaigns(incident)).toEqual([]);
  });

  test('is over with recovery', () => {
    const incident = standing();
    play(incident, containment, eradication, recovery);
    incident.pass(9 * hourMs);
    runTracks(incident);
    expect(campaigns(incident)).toEqual([]);
  });

  test('waits while a hold that names its duty is in force', () => {
    const incident = standing();
    incident.answers.groups = [everyThreeHours(hours(3.7))];
    const hold = { scope: { notices: ['update-1'], duties: [rule] }, reason: 'the police', until: hours(9) };
    incident.send('holdNotice', legal, hold);
    incident.decide('hold:H1', legal);
    incident.decide('hold:H1', executive);
    incident.pass(2.7 * hourMs);
    runTracks(incident);
    expect(nextNotificationStep(incident.state)).toBeUndefined();
    incident.send('releaseHold', legal, { holdId: 'H1', reason: 'over' });
    runTracks(incident);
    expect(campaigns(incident)).toEqual(['update-1.1+1']);
  });

  test('is not sent late for a repetition that was met in the meantime', () => {
    const incident = standing();
    const hold = { scope: { notices: ['update-1'], duties: [rule] }, reason: 'the police', until: hours(9) };
    incident.send('holdNotice', legal, hold);
    incident.decide('hold:H1', legal);
    incident.decide('hold:H1', executive);
    incident.pass(2.8 * hourMs);
    runTracks(incident);
    incident.answers.groups = [everyThreeHours(hours(3.8))];
    incident.send('proposeNotice', communications, { ...update, noticeId: 'update-2', standing: false });
    runTracks(incident);
    incident.decide('notice:update-2', legal);
    runTracks(incident);
    incident.send('releaseHold', legal, { holdId: 'H1', reason: 'over' });
    runTracks(incident);
    expect(campaigns(incident)).toEqual([]);
  });

  test('is not for other tenants than it was approved for: people are asked for another one', () => {
    const incident = standing();
    incident.send('setAffectedTenants', communications, {
      include: ['acme'],
      from: hours(-9),
      reason: 'they called',
    });
    runTracks(incident);
    incident.pass(9 * hourMs);
    runTracks(incident);
    expect(campaigns(incident)).toEqual([]);
    expect(incident.events.map(({ type }) => type)).toContain('deadlines-missed');
  });

  test('ends when communications or legal say so, with a reason, and once', () => {
    const incident = standing();
    const end = { noticeId: 'update-1', reason: 'the next one has news' };
    expect(refusalOf(incident, 'endStandingUpdate', responder, end)?.type).toBe('NotAllowed');
    incident.send('endStandingUpdate', legal, end);
    incident.pass(9 * hourMs);
    runTracks(incident);
    expect(campaigns(incident)).toEqual([]);
    expect(refusalOf(incident, 'endStandingUpdate', legal, end)?.type).toBe('AlreadyDone');
    const other = { ...end, noticeId: 'first-1' };
    expect(refusalOf(incident, 'endStandingUpdate', legal, other)?.type).toBe('NotKnown');
  });

  test('is never sent again before it was approved', () => {
    const incident = incidentInMemory({ answers: { groups: [everyThreeHours(hours(0))] } });
    play(incident, proposedNotice);
    incident.send('proposeNotice', communications, update);
    runTracks(incident);
    incident.pass(99 * hourMs);
    runTracks(incident);
    expect(campaigns(incident)).toEqual([]);
    expect(findGate(incident.state, 'notice:update-1', incident.now())?.isOpen).toBe(false);
  });

  test('is refused for a notice that is no update', () => {
    const incident = incidentInMemory();
    play(incident, proposedNotice);
    const first = { ...update, stage: 'first' } as const;
    expect(refusalOf(incident, 'proposeNotice', communications, first)?.type).toBe('Malformed');
  });
});

test('a duty that was met once is not late again while an update is on its way', () => {
  const incident = incidentInMemory({ answers: { groups: [obligationGroup()] } });
  play(incident, proposedNotice);
  incident.decide(noticeGateName, legal);
  runTracks(incident);
  deliverAll(incident);
  incident.send('proposeNotice', communications, { ...update, standing: false });
  runTracks(incident);
  incident.decide('notice:update-1', legal);
  runTracks(incident);
  expect(runningClocks(incident.state)).toEqual([]);
});
