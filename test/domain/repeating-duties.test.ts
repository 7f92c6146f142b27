import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { dueAlarms } from '../../src/domain/alarms';
import { runningClocks } from '../../src/domain/running-clocks';
import { closingGate } from '../../src/domain/gates';
import { addMs, type Instant } from '../../src/domain/instant';
import { submissionsAsWritten } from '../../src/domain/obligation-facts';
import { groupObligations } from '../../src/domain/obligation-groups';
import { evaluateRules, obligationsOf, type ObligationGroup } from '../../src/domain/obligations';
import { factsOfTenant } from '../../src/domain/rule-profile';
import { submissionsToTenants } from '../../src/domain/submissions';
import {
  containment,
  contentHash,
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

const { communications, legal } = people;
const hourMs = 3_600_000;
const rule = 'us-fedramp-20x';

/** Every three hours after the last submission, as the rules would count it. */
function everyThreeHours(duty: ObligationGroup['duty'], from: Instant): ObligationGroup {
  return obligationGroup({
    ruleId: rule,
    stage: 'update',
    duty,
    dueAt: addMs(from, 3 * hourMs),
    repeats: { until: 'recovery', countsFrom: from },
  });
}

function reassessed(incident: MemoryIncident, duty: ObligationGroup['duty']): void {
  const submissions =
    duty === 'provider-own'
      ? submissionsAsWritten(incident.state.notification.filings)
      : submissionsToTenants(incident.state.notification);
  incident.answers.groups = [everyThreeHours(duty, submissions[`${rule}/update`] ?? hours(0))];
  runTracks(incident);
}

function underWay(duty: ObligationGroup['duty']): MemoryIncident {
  const incident = incidentInMemory({ answers: { groups: [everyThreeHours(duty, hours(0))] } });
  play(incident, proposedNotice);
  return incident;
}

const file = (incident: MemoryIncident) =>
  incident.send('recordFiling', legal, {
    ruleId: rule,
    stage: 'update',
    reference: 'R-1',
    submittedAt: incident.now(),
  });
const dues = ({ state }: MemoryIncident) => runningClocks(state).map(({ dueAt }) => dueAt);
const alarmsOf = (incident: MemoryIncident, at: Instant) =>
  dueAlarms(incident.state, at).filter(({ event }) => event.type.startsWith('deadlines-'));

describe('a duty to an authority that repeats every three hours', () => {
  test('is met by every filing, and the next repetition counts from it', () => {
    const incident = underWay('provider-own');
    for (const hour of [2, 4, 6]) {
      incident.pass(2 * hourMs);
      file(incident);
      expect(dues(incident)).toEqual([]);
      reassessed(incident, 'provider-own');
      expect(dues(incident)).toEqual([hours(hour + 3)]);
    }
  });

  test('is announced before each repetition and missed once for each that is', () => {
    const incident = underWay('provider-own');
    for (let repetition = 1; repetition <= 2; repetition += 1) {
      incident.pass(3 * hourMs);
      runTracks(incident);
      file(incident);
      reassessed(incident, 'provider-own');
    }
    const alarms = incident.events.flatMap((event) =>
      event.type === 'deadlines-neared' || event.type === 'deadlines-missed' ? [event] : [],
    );
    expect(alarms.map(({ type, dueAt }) => [type, dueAt])).toEqual([
      ['deadlines-neared', hours(3)],
      ['deadlines-missed', hours(3)],
      ['deadlines-neared', hours(6)],
      ['deadlines-missed', hours(6)],
    ]);
  });

  test('is not near before half of its time has passed, however long the margin of the policy', () => {
    const incident = underWay('provider-own');
    expect(alarmsOf(incident, hours(1.4))).toEqual([]);
    expect(alarmsOf(incident, hours(1.5))).toMatchObject([{ event: { type: 'deadlines-neared' } }]);
  });

  test('is over with recovery: its clock stops and closing waits for no further filing', () => {
    const incident = underWay('provider-own');
    const lacks = () => closingGate(incident.state).lacks.map(({ code }) => code);
    expect(lacks()).toContain(`filing:${rule}/update`);
    play(incident, containment, eradication, recovery);
    expect(dues(incident)).toEqual([]);
    expect(lacks()).not.toContain(`filing:${rule}/update`);
  });

  test('begins anew when the intruder is back', () => {
    const incident = underWay('provider-own');
    play(incident, containment, eradication, recovery);
    incident.send('reportSignOfBreach', people.responder, { what: 'the web shell again' });
    expect(dues(incident)).toEqual([hours(3)]);
  });

  test('counts from the newest filing, in whatever order they were recorded', () => {
    const incident = underWay('provider-own');
    incident.pass(2 * hourMs);
    file(incident);
    const early = { ruleId: rule, stage: 'update', reference: 'R-0', submittedAt: hours(1) };
    incident.send('recordFiling', legal, early);
    expect(submissionsAsWritten(incident.state.notification.filings)[`${rule}/update`]).toBe(hours(2));
  });

  test('does not make other filings repeatable', () => {
    const incident = underWay('provider-own');
    const other = { ruleId: rule, stage: 'initial', reference: 'R-1', submittedAt: hours(0) };
    incident.send('recordFiling', legal, other);
    expect(refusalOf(incident, 'recordFiling', legal, other)?.type).toBe('AlreadyDone');
  });
});

describe('a duty to tell tenants every three hours', () => {
  function update(incident: MemoryIncident, noticeId: string): void {
    incident.send('proposeNotice', communications, { noticeId, revision: 1, stage: 'update', contentHash });
    runTracks(incident);
    incident.decide(`notice:${noticeId}`, legal);
    runTracks(incident);
  }

  test('counts from the first notice and is met by every update that begins to leave', () => {
    const incident = underWay('provider-to-tenant');
    incident.pass(hourMs);
    incident.decide(noticeGateName, legal);
    runTracks(incident);
    expect(submissionsToTenants(incident.state.notification)).toEqual({ [rule]: hours(1) });

    incident.pass(hourMs);
    incident.answers.groups = [everyThreeHours('provider-to-tenant', hours(2))];
    update(incident, 'update-1');
    expect(submissionsToTenants(incident.state.notification)).toEqual({
      [rule]: hours(1),
      [`${rule}/update`]: hours(2),
    });
    expect(dues(incident)).toEqual([hours(5)]);
  });

  test('counts no repetition between an update and the new look at the rules', () => {
    const incident = underWay('provider-to-tenant');
    incident.pass(hourMs);
    update(incident, 'update-1');
    expect(dues(incident)).toEqual([]);
  });

  test('is looked up again when an update begins to leave', () => {
    const incident = underWay('provider-to-tenant');
    const assessments = () => incident.events.filter(({ type }) => type === 'obligations-assessed').length;
    const before = assessments();
    incident.decide(noticeGateName, legal);
    runTracks(incident);
    expect(assessments()).toBe(before + 1);
  });
});

describe('the rules of the pack', () => {
  const federal = {
    country: 'US',
    subdivision: null,
    sector: 'us-federal',
    timeZone: 'America/New_York',
    facts: {},
    contracts: [],
  };
  const provider = { roles: ['cloud-provider'], country: 'US' };
  const worst = { 'incident.certificationClass': 'D', 'incident.potentialImpact': 5 };
  const facts = { dataCategories: ['federal-data'], impact: ['confidentiality'], named: worst };

  async function updatesAfter(submissions: Record<string, string>): Promise<readonly ObligationGroup[]> {
    const anchors = [{ kind: 'determination' as const, at: '2026-11-23T08:00:00Z' }];
    const moments = { anchors, submissions, evaluatedAt: '2026-11-23T09:00:00Z' };
    const evaluations = evaluateRules(
      await loadRulePack(),
      factsOfTenant(federal, facts, moments, provider),
      {
        mode: 'conservative',
        holidays: holidayCalendars(),
        party: 'tenant',
        ruleId: worstRule,
      },
    );
    const counted = obligationsOf(evaluations).map((obligation) => ({ obligation, tenants: 1 }));
    return groupObligations(counted).groups.filter(({ repeats }) => repeats !== undefined);
  }

  const worstRule = 'us-fedramp-iec-d-pain3-5';

  test('count a repetition from the first submission, then from the last of its own step', async () => {
    expect(await updatesAfter({})).toMatchObject([{ clock: 'not-started', repeats: { until: 'recovery' } }]);
    expect(await updatesAfter({ [worstRule]: '2026-11-23T09:00:00.000Z' })).toMatchObject([
      { dueAt: '2026-11-23T12:00:00.000Z', repeats: { countsFrom: '2026-11-23T09:00:00.000Z' } },
    ]);
    const later = {
      [worstRule]: '2026-11-23T09:00:00.000Z',
      [`${worstRule}/update`]: '2026-11-23T11:00:00Z',
    };
    expect(await updatesAfter(later)).toMatchObject([
      { dueAt: '2026-11-23T14:00:00.000Z', repeats: { countsFrom: '2026-11-23T11:00:00.000Z' } },
    ]);
  });
});
