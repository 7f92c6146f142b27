import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import type { RulePack } from '../../src/contract/rule-pack';
import { obligationFactsOf } from '../../src/domain/obligation-facts';
import {
  obligationView,
  type OwedDuty,
  type ViewQuestion,
  type ViewSources,
} from '../../src/domain/obligation-view';
import {
  incidentInMemory,
  people,
  play,
  proposedNotice,
  deliverAll,
  type MemoryIncident,
} from '../support/incidents';

const { responder, legal, communications } = people;
const zone = 'Europe/Amsterdam';

let pack: RulePack;
beforeAll(async () => {
  pack = await loadRulePack();
});

const tenant = (hours: number): ViewSources['profiles'][number]['profile'] => ({
  country: 'US',
  subdivision: null,
  sector: null,
  timeZone: 'UTC',
  facts: {},
  contracts: [{ hours, anchor: 'awareness' }],
});

function incidentOfGuests(): MemoryIncident {
  const incident = incidentInMemory({
    declaration: { dataClasses: ['personal-data'] },
    policy: { provider: { roles: ['controller', 'processor'], country: 'NL', timeZone: zone } },
  });
  for (const [at, basis] of [
    ['2026-11-10', 'second mail'],
    ['2026-11-14', 'third mail'],
  ] as const)
    incident.send('recordAnchor', responder, { kind: 'awareness', at, precision: 'day', zone, basis });
  return incident;
}

function viewOf(
  incident: MemoryIncident,
  question: ViewQuestion = {},
  profiles: ViewSources['profiles'] = [],
) {
  const facts = obligationFactsOf(incident.state, incident.now());
  return obligationView({ facts, pack, holidays: holidayCalendars(), profiles }, question);
}

const toAuthority = 'eu-gdpr-33-1-authority';
const find = (duties: readonly OwedDuty[], ruleId: string) => duties.find((duty) => duty.ruleId === ruleId);

test('what the provider owes is shown with its clock and its margin', () => {
  const { duties, at } = viewOf(incidentOfGuests());

  expect(at).toBe('2026-11-23T08:00:00.000Z');
  expect(find(duties, toAuthority)).toMatchObject({
    clock: 'overdue',
    anchor: { at: '2026-11-10' },
    due: { dueAt: '2026-11-13' },
    margin: '-P10DT9H',
  });
  expect(duties.filter(({ outcome }) => outcome === 'does-not-apply')).toEqual([]);
});

test('a filing is shown with the lateness that was fixed, beside that under every rival', () => {
  const incident = incidentOfGuests();
  const submitted = { submittedAt: '2026-11-20', precision: 'day', zone } as const;
  incident.send('recordFiling', legal, {
    ruleId: toAuthority,
    stage: 'initial',
    reference: 'AP-1',
    ...submitted,
  });
  const { submittedAt } = incident.state.notification.filings[0] ?? { submittedAt: '' };
  incident.record({
    type: 'filing-judged',
    ruleId: toAuthority,
    stage: 'initial',
    submittedAt,
    judgement: { verdict: 'late', lateBy: 'P7D', because: 'as it was then' },
  });

  const duty = find(viewOf(incident, { ruleId: toAuthority, withRivals: true }).duties, toAuthority);

  expect(duty).toMatchObject({ clock: 'met', lateness: { lateBy: 'P7D', because: 'as it was then' } });
  expect(duty?.rivals?.map(({ anchor, lateness }) => [anchor.heldBy, lateness?.lateBy])).toEqual([
    ['awareness-1, in use: second mail', 'P7D'],
    ['awareness-2: third mail', 'P3D'],
  ]);
});

test('an anchor that was superseded is a rival still', () => {
  const incident = incidentOfGuests();
  incident.send('recordAnchor', responder, {
    kind: 'awareness',
    at: '2026-11-09',
    precision: 'day',
    zone,
    basis: 'the mail was read a day earlier',
    supersedes: 'awareness-1',
    reason: 'wrong date',
  });

  const duty = find(viewOf(incident, { ruleId: toAuthority, withRivals: true }).duties, toAuthority);

  expect(duty?.rivals?.map(({ anchor }) => anchor.heldBy)).toEqual([
    'awareness-1, superseded by awareness-3: second mail',
    'awareness-2: third mail',
    'awareness-3, in use: the mail was read a day earlier',
  ]);
});

test('a date that nobody recorded can be tried', () => {
  const asIf = [{ kind: 'awareness', at: '2026-11-12', precision: 'day', zone, heldBy: 'as if' }] as const;

  const duty = find(viewOf(incidentOfGuests(), { ruleId: toAuthority, asIf }).duties, toAuthority);

  expect(duty?.rivals?.map(({ due }) => due?.dueAt)).toEqual(['2026-11-15']);
});

test('a rule that does not apply is shown when it is asked for', () => {
  const { duties } = viewOf(incidentOfGuests(), { ruleId: 'us-sec-8k-1-05' });

  expect(duties.map(({ ruleId, outcome }) => [ruleId, outcome])).toEqual([
    ['us-sec-8k-1-05', 'does-not-apply'],
  ]);
});

test('tenants whose duty reads alike stand as one, and late is counted from the first notice', () => {
  const incident = incidentOfGuests();
  const profiles = [
    { profile: tenant(72), tenants: 40 },
    { profile: { ...tenant(72), country: 'BR' }, tenants: 2 },
    { profile: tenant(24 * 30), tenants: 1 },
  ];
  const contracts = () =>
    viewOf(incident, { ruleId: 'contract' }, profiles).duties.map((duty) => [
      duty.tenants,
      duty.clock,
      duty.lateness?.verdict,
    ]);
  expect(contracts()).toEqual([
    [42, 'overdue', undefined],
    [1, 'running', undefined],
  ]);

  play(incident, proposedNotice, [(each) => each.decide('notice:first-1', legal), deliverAll]);

  expect(contracts()).toEqual([
    [42, 'met', 'late'],
    [1, 'met', 'in-time'],
  ]);
});

test('a promise is overdue when its whole range is past, and late by the first notice after it', () => {
  const incident = incidentOfGuests();
  const promise = {
    text: 'within 72 hours',
    hours: 72,
    precision: 'day',
    covers: 'all',
    basis: 'a post',
  } as const;
  incident.send('recordPromise', communications, { ...promise, madeAt: '2026-11-20' });
  incident.send('recordPromise', communications, { ...promise, madeAt: '2026-11-10' });

  expect(viewOf(incident).promises.map(({ promiseId, clock, margin }) => [promiseId, clock, margin])).toEqual(
    [
      ['P1', 'running', '-PT8H'],
      ['P2', 'overdue', '-P10DT8H'],
    ],
  );
  play(incident, proposedNotice, [(each) => each.decide('notice:first-1', legal), deliverAll]);
  expect(viewOf(incident).promises.map(({ clock, lateness }) => [clock, lateness?.verdict])).toEqual([
    ['met', 'undecidable'],
    ['met', 'late'],
  ]);
});
