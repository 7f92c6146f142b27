import { alarmsOf, dueAlarms, nextAlarm } from '../../src/domain/alarms';
import { nextDeadline, runningClocks } from '../../src/domain/running-clocks';
import { nextNotificationStep } from '../../src/domain/next-steps';
import type { IncidentEvent } from '../../src/domain/events';
import type { Incident } from '../../src/domain/incident';
import { addMs } from '../../src/domain/instant';
import type { ObligationGroup } from '../../src/domain/obligations';
import { sampleEvents } from '../support/arbitraries';
import {
  assessmentOf,
  contentHash,
  detectedAt,
  deliverAll,
  determination,
  given,
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  outcomeOf,
  people,
  play,
  played,
  proposedNotice,
  runTracks,
  step,
  wholeStory,
  type GivenEvent,
} from '../support/incidents';

const { communications, legal, responder, storageTeam, executive } = people;
const tenants = step('setAffectedTenants', communications, {
  include: ['acme'],
  from: hours(-9),
  reason: 'they called',
});
const notice = (noticeId: string, revision = 1) =>
  step('proposeNotice', communications, { noticeId, revision, stage: 'first', contentHash });
const noCustomers = step('determine', legal, { customerReportable: 'no', basis: 'test data only' });

describe('the next step of the notification', () => {
  const stepKeys = (count: number) => {
    const incident = incidentInMemory();
    for (const each of proposedNotice) each(incident);
    const keys: string[] = [];
    for (let taken = 0; taken < count; taken += 1) {
      const next = nextNotificationStep(incident.state);
      if (next === undefined) break;
      keys.push(next.key);
      incident.record(outcomeOf(incident, next));
      if (next.kind === 'prepare') incident.decide(noticeGateName, legal);
    }
    return keys;
  };

  test('is identify, assess, prepare, send, start the shards, and then none', () => {
    expect(stepKeys(9).map((key) => key.split('/')[0])).toEqual([
      'identify',
      'assess',
      'prepare',
      'send',
      'start-shards',
    ]);
  });

  test('is none while people are awaited', () => {
    expect(nextNotificationStep(incidentInMemory().state)).toBeUndefined();
    expect(nextNotificationStep(played(determination).state)).toBeUndefined();
    expect(nextNotificationStep(played(proposedNotice).state)).toBeUndefined();
  });

  test('finds out who is affected even before anyone determined that they must be told', () => {
    const incident = incidentInMemory();
    tenants(incident);
    expect(nextNotificationStep(incident.state)?.kind).toBe('identify');
  });

  test('binds a notice anew when a fact has changed the rules that apply', () => {
    const incident = played(proposedNotice);
    incident.send('recordFact', responder, { name: 'encrypted', value: true });
    expect(nextNotificationStep(incident.state)?.kind).toBe('assess');
  });

  test('sends nothing after the determination is withdrawn', () => {
    const incident = played(proposedNotice);
    incident.decide(noticeGateName, legal);
    play(incident, [noCustomers]);
    expect(incident.events.map(({ type }) => type)).not.toContain('campaign-started');
  });

  test('prepares nothing before obligations are known, however the determination turned', () => {
    const incident = played(determination, [notice('first-1'), noCustomers]);
    tenants(incident);
    const identify = nextNotificationStep(incident.state);
    if (identify !== undefined) incident.record(outcomeOf(incident, identify));
    expect(incident.state.notification.assessment.kind).toBe('awaited');
    expect(nextNotificationStep(incident.state)?.kind).not.toBe('prepare');
  });

  test('is not one that failed for good, until a message changes it', () => {
    const incident = played(determination, [tenants]);
    notice('first-1')(incident);
    const failed = nextNotificationStep(incident.state);
    incident.record({ type: 'step-failed', step: failed?.key ?? '', problem: 'the text is gone' });
    expect(nextNotificationStep(incident.state)).toBeUndefined();
    notice('first-1', 2)(incident);
    expect(nextNotificationStep(incident.state)?.key).not.toBe(failed?.key);
  });

  test('of another notice does not wait for one that failed for good', () => {
    const incident = played(determination, [tenants]);
    notice('first-1')(incident);
    const failed = nextNotificationStep(incident.state);
    incident.record({ type: 'step-failed', step: failed?.key ?? '', problem: 'the text is gone' });
    notice('second-1')(incident);
    expect(nextNotificationStep(incident.state)).toMatchObject({
      kind: 'prepare',
      notice: { noticeId: 'second-1' },
    });
  });
});

const assessedWith = (...groups: readonly ObligationGroup[]): GivenEvent => ({
  ...sampleEvents['obligations-assessed'],
  assessment: assessmentOf(groups),
});
const clocksOf = (state: Incident) => runningClocks(state).map(({ clock, basis }) => `${clock} ${basis}`);

describe('running clocks', () => {
  test('are the obligations with a due instant, the earliest first; a soft one is marked as policy', () => {
    const soft = obligationGroup({ ruleId: 'jp-appi-26', clock: 'undated', softDueAt: hours(24) });
    const { dueAt: _, ...undated } = soft;
    const state = given(assessedWith(obligationGroup(), undated));
    expect(clocksOf(state)).toEqual([
      `jp-appi-26/notice@${hours(24)} policy`,
      `eu-gdpr-33-2/notice@${hours(72)} rule`,
    ]);
    expect(nextDeadline(state)?.dueAt).toBe(hours(24));
  });

  test('are those of undecided rules too: undecided is never no', () => {
    expect(clocksOf(given(assessedWith(obligationGroup({ outcome: 'undecided' }))))).toHaveLength(1);
  });

  test('are not those of the tenants, nor any without a due instant', () => {
    const { dueAt: _, ...undated } = obligationGroup();
    expect(clocksOf(given(assessedWith(obligationGroup({ duty: 'tenant-own' }), undated)))).toEqual([]);
  });

  test('stop for tenants when everyone is told, and for a filing when it is filed', () => {
    const own = obligationGroup({ ruleId: 'de-bsig-32', stage: 'early-warning', duty: 'provider-own' });
    const incident = incidentInMemory({ answers: { groups: [obligationGroup(), own] } });
    play(incident, proposedNotice);
    incident.decide(noticeGateName, legal);
    runTracks(incident);
    expect(runningClocks(incident.state)).toHaveLength(2);
    deliverAll(incident);
    expect(clocksOf(incident.state)).toEqual([`de-bsig-32/early-warning@${hours(72)} rule`]);
    incident.send('recordFiling', legal, {
      ruleId: 'de-bsig-32',
      stage: 'early-warning',
      reference: 'BSI-1',
      submittedAt: hours(0),
    });
    expect(runningClocks(incident.state)).toEqual([]);
  });

  test('hold the review of an emergency action until it is done', () => {
    const incident = incidentInMemory();
    incident.send('recordEmergencyAction', storageTeam, { what: 'pulled the plug', why: 'data was leaving' });
    expect(clocksOf(incident.state)).toEqual(['review/E1 policy']);
    incident.send('reviewEmergencyAction', executive, {
      action: 'E1',
      verdict: 'upheld',
      reason: 'it helped',
    });
    expect(clocksOf(incident.state)).toEqual([]);
  });
});

describe('alarms', () => {
  const minuteMs = 60_000;
  const alarmsAfter = (...events: readonly GivenEvent[]) =>
    alarmsOf(given(...events)).map(({ at, event }) => [at, event.type]);
  const contained: readonly GivenEvent[] = ['storage', 'identity'].map((service) => ({
    ...sampleEvents['task-completed'],
    service,
  }));

  const safeStartReached: GivenEvent = { type: 'latest-safe-start-reached', dueAt: hours(72) };

  test('containment is late a while after detection, measured by severity', () => {
    const incident = incidentInMemory({ declaration: { severity: 'critical' } });
    expect(alarmsOf(incident.state)).toEqual([
      {
        at: addMs(detectedAt, 60 * minuteMs),
        event: { type: 'containment-alarm-raised', services: ['storage', 'identity'] },
      },
    ]);
  });

  test('without a detection it is measured from the declaration', () => {
    expect(alarmsAfter()).toEqual([[hours(8), 'containment-alarm-raised']]);
  });

  test('it names only services that are late, and each once a round', () => {
    expect(alarmsAfter(...contained)).toEqual([]);
    expect(
      alarmsAfter(...contained.slice(0, 1), { type: 'containment-alarm-raised', services: ['identity'] }),
    ).toEqual([]);
    expect(
      alarmsAfter(
        { type: 'containment-alarm-raised', services: ['storage', 'identity'] },
        sampleEvents['sign-of-breach-reported'],
      ),
    ).toHaveLength(1);
  });

  test('a deadline is announced a margin ahead and again when it is missed, once each', () => {
    const clock = `eu-gdpr-33-2/notice@${hours(72)}`;
    const neared: GivenEvent = { type: 'deadlines-neared', clocks: [clock], dueAt: hours(72) };
    const missed: GivenEvent = { type: 'deadlines-missed', clocks: [clock], dueAt: hours(72) };
    const assessed = [...contained, safeStartReached, assessedWith(obligationGroup())];
    expect(alarmsAfter(...assessed)).toEqual([
      [hours(68), 'deadlines-neared'],
      [hours(72), 'deadlines-missed'],
    ]);
    expect(alarmsAfter(...assessed, neared)).toEqual([[hours(72), 'deadlines-missed']]);
    expect(alarmsAfter(...assessed, neared, missed)).toEqual([]);
  });

  test('deadlines at one instant are announced together', () => {
    const state = given(
      ...contained,
      safeStartReached,
      assessedWith(obligationGroup(), obligationGroup({ ruleId: 'uk-gdpr-33-2' })),
    );
    expect(alarmsOf(state)).toHaveLength(2);
  });

  test('a waiver rings when it runs out', () => {
    const waived = [...contained, sampleEvents['entry-opened'], sampleEvents['entry-waived']];
    expect(alarmsAfter(...waived)).toEqual([[hours(90), 'waiver-expired']]);
  });

  test('an entry without an owner is raised past its grace time, again and again', () => {
    const incident = incidentInMemory();
    incident.send('openEntry', responder, { ref: 'BUG-1', title: 'keys are logged' });
    const reminders: string[] = [];
    for (let day = 0; day < 3; day += 1) {
      const at = hours(24 * (day + 1));
      const due = dueAlarms(incident.state, at).filter(({ event }) => event.type === 'entries-reminded');
      incident.pass(24 * 3_600_000);
      for (const { event } of due) incident.record(event);
      reminders.push(...due.map((alarm) => alarm.at));
    }
    expect(reminders).toEqual([hours(24), hours(48), hours(72)]);
    incident.send('assignEntry', responder, { ref: 'BUG-1', owner: 'ben' });
    expect(dueAlarms(incident.state, hours(999)).map(({ event }) => event.type)).not.toContain(
      'entries-reminded',
    );
  });

  test('a reminder names only entries whose grace time has passed', () => {
    const opened = (ref: string, at: string): GivenEvent => ({ ...sampleEvents['entry-opened'], ref, at });
    const state = given(...contained, opened('BUG-1', hours(0)), opened('BUG-2', hours(23)));
    const due = dueAlarms(state, hours(24)).map(({ event }) => event);
    expect(due).toMatchObject([{ type: 'entries-reminded', refs: ['BUG-1'], because: 'unowned' }]);
  });

  test('after the response is stable every open entry comes back until it is settled', () => {
    const incident = played(...wholeStory.slice(0, 5));
    expect(dueAlarms(incident.state, hours(24)).map(({ event }) => event)).toMatchObject([
      { type: 'entries-reminded', refs: ['BUG-1'], because: 'open' },
    ]);
    incident.send('closeEntry', storageTeam, { ref: 'BUG-1' });
    expect(nextAlarm(incident.state)).toBeUndefined();
  });

  test('those that are due are recorded once, in one pass of the clock', () => {
    const incident = incidentInMemory();
    incident.send('openEntry', responder, { ref: 'BUG-1', title: 'keys are logged' });
    incident.pass(200 * 3_600_000);
    runTracks(incident);
    const recorded = (events: readonly IncidentEvent[]) => events.map(({ type }) => type).slice(3);
    expect(recorded(incident.events)).toEqual(['containment-alarm-raised', 'entries-reminded']);
    runTracks(incident);
    expect(recorded(incident.events)).toHaveLength(2);
  });
});
