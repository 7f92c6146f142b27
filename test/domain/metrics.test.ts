import { metricsOf } from '../../src/domain/metrics';
import { sampleEvents } from '../support/arbitraries';
import { apply } from '../../src/domain/incident';
import {
  blankIncident,
  containment,
  detectedAt,
  hours,
  incidentInMemory,
  people,
  play,
  played,
  recorded,
  wholeStory,
  type GivenEvent,
} from '../support/incidents';

const hourMs = 3_600_000;
const metricsAfter = (...events: readonly GivenEvent[]) => {
  const list = recorded(...events);
  return metricsOf(list.reduce(apply, blankIncident()), list);
};
const detected: GivenEvent = {
  type: 'anchor-recorded',
  anchor: {
    anchorId: 'detection-1',
    kind: 'detection',
    at: hours(0),
    precision: 'second',
    basis: 'an alert',
  },
};
const occurred: GivenEvent = {
  type: 'anchor-recorded',
  anchor: {
    anchorId: 'occurrence-1',
    kind: 'occurrence',
    at: hours(-48),
    precision: 'second',
    basis: 'a log',
  },
};
const contained = (service: string, at: string): GivenEvent => ({
  ...sampleEvents['task-completed'],
  service,
  happenedAt: at,
});

test('a figure whose moments are not both known is absent', () => {
  expect(metricsAfter()).toEqual({ refusedMessages: 0, deadlinesMissed: 0 });
  expect(metricsAfter(occurred)).toEqual({ refusedMessages: 0, deadlinesMissed: 0 });
});

test('time to detect is from occurrence to detection', () => {
  expect(metricsAfter(occurred, detected).timeToDetectMs).toBe(48 * hourMs);
});

test('time to contain is from detection to the last service', () => {
  const metrics = metricsAfter(detected, contained('storage', hours(2)), contained('identity', hours(5)));
  expect(metrics.timeToContainMs).toBe(5 * hourMs);
});

test('time to contain is absent while a service is not contained', () => {
  expect(metricsAfter(detected, contained('storage', hours(2))).timeToContainMs).toBeUndefined();
});

test('a service that is unaffected does not hold up containment', () => {
  const unaffected = sampleEvents['service-marked-unaffected'];
  expect(metricsAfter(detected, contained('storage', hours(2)), unaffected).timeToContainMs).toBe(2 * hourMs);
});

test('the whole story has every figure, each from detection', () => {
  const incident = incidentInMemory();
  for (const stage of wholeStory) {
    incident.pass(hourMs);
    play(incident, stage);
  }
  incident.pass(hourMs);
  incident.record({ type: 'incident-closed' });
  const sinceDeclared = (ms: number) => ms + Date.parse(hours(0)) - Date.parse(detectedAt);
  expect(metricsOf(incident.state, incident.events)).toEqual({
    timeToContainMs: sinceDeclared(2 * hourMs),
    timeToRecoverMs: sinceDeclared(4 * hourMs),
    timeToDetermineMs: sinceDeclared(6 * hourMs),
    timeToFirstNoticeMs: sinceDeclared(6 * hourMs),
    timeToCloseMs: sinceDeclared(9 * hourMs),
    refusedMessages: 0,
    deadlinesMissed: 0,
  });
});

test('refused messages and decisions are counted together, missed deadlines one by one', () => {
  const metrics = metricsAfter(sampleEvents['message-refused'], sampleEvents['decision-refused'], {
    ...sampleEvents['deadlines-missed'],
    clocks: ['a', 'b'],
  });
  expect(metrics).toMatchObject({ refusedMessages: 2, deadlinesMissed: 2 });
});

test('time to recover is absent until the last service is restored', () => {
  const incident = played(containment);
  incident.send('markUnaffected', people.storageTeam, { service: 'storage', reason: 'clean' });
  expect(metricsOf(incident.state, incident.events).timeToRecoverMs).toBeUndefined();
});
