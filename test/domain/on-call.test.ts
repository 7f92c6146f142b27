// What wakes whoever is on call, and what is highlighted until it is mended.
import { alarmsInForce } from '../../src/domain/alarms-in-force';
import { apply } from '../../src/domain/incident';
import { currentDetailsOf, statusOf } from '../../src/domain/operator-view';
import { sampleEvents } from '../support/arbitraries';
import {
  blankIncident,
  containment,
  hours,
  incidentInMemory,
  people,
  play,
  recorded,
  runTracks,
  type Setting,
} from '../support/incidents';

const alarm = sampleEvents['containment-alarm-raised'];
const missed = sampleEvents['deadlines-missed'];
const pagesAfterAlarm = (setting: Setting = {}) =>
  recorded(alarm).reduce(apply, blankIncident(setting)).pagesToSend;
const hourMs = 3_600_000;

describe('pages', () => {
  test('are made of a containment alarm and of missed deadlines alone', () => {
    const paged = Object.values(sampleEvents).filter(
      (event) => recorded(event).reduce(apply, blankIncident()).pagesToSend.length > 0,
    );
    expect(paged).toEqual([missed, alarm]);
  });

  test('name services and clocks, and nothing that people typed', () => {
    expect(pagesAfterAlarm()).toEqual([
      {
        idempotencyKey: 'inc-1/1',
        incidentId: 'inc-1',
        severity: 'moderate',
        alarm: 'containment-alarm-raised',
        text: 'Alarm: not contained in time: storage',
        at: hours(0),
        drill: false,
      },
    ]);
  });

  test('wait until they are known to be sent, each on its own', () => {
    const waiting = recorded(alarm, missed, { type: 'on-call-paged', idempotencyKey: 'inc-1/1' });
    const { pagesToSend } = waiting.reduce(apply, blankIncident());
    expect(pagesToSend.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['inc-1/2']);
  });

  test('of a drill are not made, unless the policy says so; then they are marked', () => {
    const declaration = { mode: 'drill' } as const;
    expect(pagesAfterAlarm({ declaration })).toEqual([]);
    expect(pagesAfterAlarm({ declaration, policy: { pageDrills: true } })).toMatchObject([{ drill: true }]);
  });
});

describe('alarms in force', () => {
  const late = () => {
    const incident = incidentInMemory();
    incident.send('recordEmergencyAction', people.responder, { what: 'pulled the plug', why: 'a leak' });
    incident.pass(25 * hourMs);
    runTracks(incident);
    return incident;
  };

  test('are highlighted in the status and in the details of the Temporal UI', () => {
    const { state } = late();
    const sentences = ['not contained in time: storage, identity', 'deadlines missed: review/E1'];
    expect(alarmsInForce(state)).toEqual(sentences);
    expect(statusOf(state).alarms).toEqual(sentences);
    for (const sentence of sentences)
      expect(currentDetailsOf(state, hours(25))).toContain(`**ALARM: ${sentence}**`);
  });

  test('end, too, when a service is eradicated without having been contained', () => {
    const incident = late();
    for (const [service, team] of [
      ['storage', people.storageTeam],
      ['identity', people.identityTeam],
    ] as const)
      incident.send('recordEmergencyAction', team, {
        what: 'installed anew',
        why: 'the intruder was inside',
        service,
        track: 'eradication',
      });
    expect(alarmsInForce(incident.state).join()).not.toContain('not contained in time');
  });

  test('end when what was late is done', () => {
    const incident = late();
    play(incident, containment);
    incident.send('reviewEmergencyAction', people.executive, {
      action: 'E1',
      verdict: 'upheld',
      reason: 'it helped',
    });
    expect(alarmsInForce(incident.state)).toEqual([]);
  });
});
