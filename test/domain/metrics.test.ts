import { figuresOf, metricsOf } from '../../src/domain/metrics';
import { apply } from '../../src/domain/incident';
import { addMs } from '../../src/domain/instant';
import { sampleEvents } from '../support/arbitraries';
import {
  blankIncident,
  containment,
  declaredAt,
  detectedAt,
  eradication,
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  people,
  play,
  played,
  proposedNotice,
  deliverAll,
  recorded,
  step,
  wholeStory,
  type GivenEvent,
  type MemoryIncident,
} from '../support/incidents';

const hourMs = 3_600_000;
const exactly = (ms: number) => ({ atLeastMs: ms, atMostMs: ms });
const metricsAfter = (...events: readonly GivenEvent[]) => {
  const list = recorded(...events);
  return metricsOf(list.reduce(apply, blankIncident()), list, hours(100));
};
const anchor = (
  kind: 'detection' | 'occurrence' | 'determination',
  at: string,
  more: { precision?: 'second' | 'minute' | 'day' | 'month'; zone?: string } = {},
): GivenEvent => ({
  type: 'anchor-recorded',
  anchor: { anchorId: `${kind}-1`, kind, at, precision: 'second', basis: 'a log', ...more },
});
const detected = anchor('detection', hours(0));
const contained = (service: string, at: string): GivenEvent => ({
  ...sampleEvents['task-completed'],
  service,
  happenedAt: at,
});

test('a figure whose moments are not both known is absent', () => {
  expect(metricsAfter(anchor('occurrence', hours(-48)))).toEqual({
    services: [{ service: 'storage' }, { service: 'identity' }],
    duties: [],
    approvals: [],
    entries: { opened: 0, open: 0, overdue: 0, escalated: 0 },
    refusedMessages: 0,
    deadlinesMissed: 0,
  });
});

describe('time to detect', () => {
  test('is from occurrence to detection', () => {
    expect(metricsAfter(anchor('occurrence', hours(-48)), detected).timeToDetect).toEqual(
      exactly(48 * hourMs),
    );
  });

  test('is a range where only the day of the occurrence is known, never from its midnight', () => {
    const { timeToDetect } = metricsAfter(
      anchor('occurrence', '2026-11-20', { precision: 'day' }),
      anchor('detection', '2026-11-23T12:00:00Z'),
    );
    expect(timeToDetect).toEqual({ atLeastMs: 60 * hourMs, atMostMs: 84 * hourMs });
  });

  test('takes the day in its zone', () => {
    const { timeToDetect } = metricsAfter(
      anchor('occurrence', '2026-11-20', { precision: 'day', zone: 'America/Los_Angeles' }),
      anchor('detection', '2026-11-23T12:00:00Z'),
    );
    expect(timeToDetect).toEqual({ atLeastMs: 52 * hourMs, atMostMs: 76 * hourMs });
  });

  test('is a range of a month where only the month is known', () => {
    const { timeToDetect } = metricsAfter(
      anchor('occurrence', '2026-10', { precision: 'month' }),
      anchor('detection', '2026-11-01T00:00:00Z'),
    );
    expect(timeToDetect).toEqual({ atLeastMs: 0, atMostMs: 31 * 24 * hourMs });
  });

  test('is at least nothing when it was found on the day on which it happened', () => {
    const { timeToDetect } = metricsAfter(
      anchor('occurrence', '2026-11-23', { precision: 'day' }),
      anchor('detection', '2026-11-23T09:00:00Z'),
    );
    expect(timeToDetect).toEqual({ atLeastMs: 0, atMostMs: 9 * hourMs });
  });
});

describe('time to contain', () => {
  test('is from detection, for each service and to the last of them', () => {
    const metrics = metricsAfter(detected, contained('storage', hours(2)), contained('identity', hours(5)));
    expect(metrics.timeToContain).toEqual(exactly(5 * hourMs));
    expect(metrics.services).toEqual([
      { service: 'storage', timeToContain: exactly(2 * hourMs) },
      { service: 'identity', timeToContain: exactly(5 * hourMs) },
    ]);
  });

  test('is absent while a service is not contained', () => {
    const metrics = metricsAfter(detected, contained('storage', hours(2)));
    expect(metrics.timeToContain).toBeUndefined();
    expect(metrics.services[1]).toEqual({ service: 'identity' });
  });

  test('is not held up by a service that is unaffected, which has none', () => {
    const unaffected = sampleEvents['service-marked-unaffected'];
    const metrics = metricsAfter(detected, contained('storage', hours(2)), unaffected);
    expect(metrics.timeToContain).toEqual(exactly(2 * hourMs));
    expect(metrics.services.map(({ service }) => service)).toEqual(['storage']);
  });
});

test('the whole story has every figure, each from detection', () => {
  const incident = incidentInMemory();
  for (const stage of wholeStory) {
    incident.pass(hourMs);
    play(incident, stage);
  }
  incident.pass(hourMs);
  incident.record({ type: 'incident-closed' });
  const after = (hoursSinceDeclared: number) =>
    exactly(hoursSinceDeclared * hourMs + Date.parse(declaredAt) - Date.parse(detectedAt));
  expect(metricsOf(incident.state, incident.events, hours(1000))).toMatchObject({
    timeToContain: after(2),
    timeToEradicate: after(3),
    timeToRecover: after(4),
    timeToDetermine: after(6),
    timeToFirstNotice: after(6),
    timeToLastNotice: after(6),
    timeToClose: after(9),
    entries: { opened: 1, open: 0, overdue: 0, escalated: 0 },
  });
});

test('time to recover is absent until the last service is restored', () => {
  const incident = played(containment);
  incident.send('markUnaffected', people.storageTeam, { service: 'storage', reason: 'clean' });
  expect(metricsOf(incident.state, incident.events, incident.now()).timeToRecover).toBeUndefined();
});

test('time to eradicate is absent again after a sign of breach', () => {
  const incident = played(containment, eradication);
  const timeToEradicate = () => metricsOf(incident.state, incident.events, incident.now()).timeToEradicate;
  expect(timeToEradicate()).toBeDefined();

  incident.send('reportSignOfBreach', people.responder, { what: 'a new web shell', evidence: ['log:1'] });

  expect(timeToEradicate()).toBeUndefined();
});

describe('a duty of the provider', () => {
  const told = (hoursUntilApproved: number) => {
    const incident = incidentInMemory({
      answers: {
        groups: [
          obligationGroup({ ruleId: 'within-72-hours', dueAt: hours(72) }),
          obligationGroup({ ruleId: 'of-the-tenant', duty: 'tenant-own' }),
          obligationGroup({
            ruleId: 'to-the-authority',
            stage: 'initial',
            duty: 'provider-own',
            dueAt: hours(24),
          }),
        ],
      },
    });
    play(incident, proposedNotice);
    incident.pass(hoursUntilApproved * hourMs);
    play(incident, [
      (each) => {
        each.decide(noticeGateName, people.legal);
      },
      deliverAll,
    ]);
    return incident;
  };
  const dutiesOf = (incident: MemoryIncident) =>
    Object.fromEntries(
      metricsOf(incident.state, incident.events, incident.now()).duties.map((duty) => [duty.ruleId, duty]),
    );

  test('is met in time, with the time it took from detection', () => {
    expect(dutiesOf(told(10))['within-72-hours']).toMatchObject({
      metAt: hours(10),
      lateMs: 0,
      basis: 'rule',
      timeToMeet: exactly(10.5 * hourMs),
    });
  });

  test('is late by as much as it was met after its due time, and no more later on', () => {
    const incident = told(80);
    incident.pass(1000 * hourMs);
    expect(dutiesOf(incident)['within-72-hours']).toMatchObject({ metAt: hours(80), lateMs: 8 * hourMs });
  });

  test('that is not met is late up to now', () => {
    const duty = dutiesOf(told(30))['to-the-authority'];
    expect(duty).toMatchObject({ lateMs: 6 * hourMs });
    expect(duty?.metAt).toBeUndefined();
  });

  test('towards an authority is met by its filing', () => {
    const incident = told(30);
    play(incident, [
      step('recordFiling', people.legal, {
        ruleId: 'to-the-authority',
        stage: 'initial',
        reference: 'A-1',
        submittedAt: hours(20),
        evidence: ['receipt'],
      }),
    ]);
    expect(dutiesOf(incident)['to-the-authority']).toMatchObject({ metAt: hours(20), lateMs: 0 });
  });

  test('is judged by the due time that its filing had, whatever became known later', () => {
    const incident = told(30);
    incident.record({
      ...sampleEvents['filing-recorded'],
      ruleId: 'to-the-authority',
      stage: 'initial',
      submittedAt: hours(30),
    });
    incident.record({
      ...sampleEvents['filing-judged'],
      ruleId: 'to-the-authority',
      stage: 'initial',
      submittedAt: hours(30),
      judgement: { verdict: 'late', lateBy: 'PT1H', dueAt: hours(29), because: 'an hour too late' },
    });
    expect(dutiesOf(incident)['to-the-authority']).toMatchObject({ dueAt: hours(29), lateMs: hourMs });
  });

  test('that repeats is never met for good: it is late when the next time passes', () => {
    const repeating = obligationGroup({
      ruleId: 'every-day',
      dueAt: hours(24),
      repeats: { until: 'recovery' },
    });
    const incident = incidentInMemory({ answers: { groups: [repeating] } });
    play(incident, proposedNotice);
    incident.pass(30 * hourMs);
    expect(dutiesOf(incident)['every-day']).toMatchObject({ lateMs: 6 * hourMs });
    expect(dutiesOf(incident)['every-day']?.metAt).toBeUndefined();
  });

  test('is none of those that the tenants owe', () => {
    expect(Object.keys(dutiesOf(told(1)))).toEqual(['within-72-hours', 'to-the-authority']);
  });
});

describe('an approval', () => {
  const waits = (...events: readonly GivenEvent[]) => metricsAfter(...events).approvals;
  const plan = (at: string): GivenEvent => ({ ...sampleEvents['plan-proposed'], at });
  const decision = (at: string): GivenEvent => ({ ...sampleEvents['decision-accepted'], at });

  test('waited from the proposal to the decision', () => {
    expect(waits(plan(hours(1)), decision(hours(4)))).toEqual([
      {
        gate: 'eradication',
        askedAt: hours(1),
        waitedMs: 3 * hourMs,
        decision: { verdict: 'approve', approver: 'eim-dora', at: hours(4) },
      },
    ]);
  });

  test('that nobody gave waits up to now', () => {
    expect(waits(plan(hours(1)))).toEqual([
      { gate: 'eradication', askedAt: hours(1), waitedMs: 99 * hourMs },
    ]);
  });

  test('of a version that another replaced is waited for no more', () => {
    expect(waits(plan(hours(1)), plan(hours(3)), decision(hours(4)))).toMatchObject([
      { askedAt: hours(3), waitedMs: hourMs },
    ]);
  });

  test('is not asked for while a notice lacks something', () => {
    const prepared = sampleEvents['notice-prepared'];
    expect(waits({ ...prepared, lacks: ['section:en/description'] })).toEqual([]);
    expect(waits(prepared)).toMatchObject([{ gate: 'notice:first-1' }]);
  });
});

test('entries are counted: opened, open, called to mind without effect, escalated', () => {
  const open = (ref: string): GivenEvent => ({ ...sampleEvents['entry-opened'], ref });
  const { entries } = metricsAfter(
    open('BUG-1'),
    open('BUG-2'),
    open('BUG-3'),
    { type: 'entries-reminded', refs: ['BUG-1', 'BUG-3'], because: 'unowned', times: [3, 1] },
    { type: 'entries-escalated', refs: ['BUG-1'], leadsOf: [] },
    { type: 'entry-closed', ref: 'BUG-3', resolution: 'resolved' },
  );
  expect(entries).toEqual({ opened: 3, open: 2, overdue: 1, escalated: 1 });
});

test('refused messages and decisions are counted together, missed deadlines one by one', () => {
  const metrics = metricsAfter(sampleEvents['message-refused'], sampleEvents['decision-refused'], {
    ...sampleEvents['deadlines-missed'],
    clocks: ['a', 'b'],
  });
  expect(metrics).toMatchObject({ refusedMessages: 2, deadlinesMissed: 2 });
});

test('what still runs is measured up to the end of a closed incident, whenever it is asked', () => {
  const incident = incidentInMemory();
  incident.record(sampleEvents['plan-proposed']);
  incident.pass(hourMs);
  incident.record({ type: 'incident-closed' });
  const asked = (at: string) => metricsOf(incident.state, incident.events, at).approvals[0]?.waitedMs;
  expect(asked(addMs(declaredAt, 500 * hourMs))).toBe(hourMs);
});

test('the figures of an incident say which it is', () => {
  const incident = incidentInMemory({ declaration: { mode: 'drill' } });
  expect(figuresOf(incident.state, incident.events, incident.now())).toMatchObject({
    incidentId: 'inc-1',
    title: 'A signing key has leaked',
    severity: 'moderate',
    mode: 'drill',
    phase: 'detection-and-analysis',
    declaredAt,
  });
});
