import { nextNotificationStep } from '../../src/domain/next-steps';
import { closingGate } from '../../src/domain/gates';
import type { FilingJudgement } from '../../src/domain/lateness';
import { sentenceOf } from '../../src/domain/timeline';
import { submissionsAsWritten } from '../../src/domain/obligation-facts';
import {
  given,
  incidentInMemory,
  people,
  refusalOf,
  runTracks,
  type Content,
  type MemoryIncident,
} from '../support/incidents';

const { legal, responder } = people;

const filing: Content<'recordFiling'> = {
  ruleId: 'eu-gdpr-33-1-authority',
  stage: 'initial',
  reference: 'AP-1',
  submittedAt: '2026-11-20',
  precision: 'day',
  zone: 'Europe/Amsterdam',
};

function filed(content: Content<'recordFiling'> = filing): MemoryIncident {
  const incident = incidentInMemory();
  incident.send('recordFiling', legal, content);
  return incident;
}

test('a filing is kept as precisely as it was written, with the first instant that it can mean', () => {
  expect(filed().state.notification.filings[0]).toMatchObject({
    submittedAt: '2026-11-19T23:00:00.000Z',
    submitted: { at: '2026-11-20', precision: 'day', zone: 'Europe/Amsterdam' },
  });
});

test('a filing without precision is written to the second, as ever', () => {
  const [kept] = filed({
    ruleId: 'de-bsig-32',
    stage: 'early-warning',
    reference: 'BSI-1',
    submittedAt: '2026-11-20T10:00:00+01:00',
  }).state.notification.filings;

  expect(kept?.submittedAt).toBe('2026-11-20T09:00:00.000Z');
  expect(kept).not.toHaveProperty('submitted');
});

test.each([
  [
    { ...filing, precision: 'second' as const },
    'submittedAt: 2026-11-20 is not written with precision second; a time needs an offset or Z',
  ],
  [{ ...filing, submittedAt: '2026-11-24' }, 'submittedAt lies in the future'],
])('%j is refused: %s', (content, sentence) => {
  expect(refusalOf(incidentInMemory(), 'recordFiling', legal, content)?.message).toBe(sentence);
});

test('a filing remembers which anchors were in force, so that later ones do not change its lateness', () => {
  const incident = filed();
  incident.send('recordAnchor', responder, {
    kind: 'detection',
    at: '2026-11-01',
    precision: 'day',
    basis: 'an older mail',
  });

  expect(incident.state.notification.filings[0]?.countsFrom).toEqual(['detection-1']);
});

test('a filing is judged once, and before anything new is looked up', () => {
  const incident = filed();

  expect(nextNotificationStep(incident.state)).toMatchObject({
    kind: 'judge-filing',
    key: 'judge-filing/eu-gdpr-33-1-authority/initial/2026-11-19T23:00:00.000Z',
  });
  runTracks(incident);
  expect(nextNotificationStep(incident.state)?.kind).not.toBe('judge-filing');
});

test('the first judgement of a filing stands', () => {
  const { submittedAt } = filed().state.notification.filings[0] ?? { submittedAt: '' };
  const recorded = filed().events.at(-1);
  if (recorded === undefined) throw new Error('nothing was recorded');
  const judged = (lateBy: string) => {
    const judgement: FilingJudgement = { verdict: 'late', lateBy, because: 'awareness + 72 h' };
    return {
      type: 'filing-judged',
      ruleId: filing.ruleId,
      stage: 'initial',
      submittedAt,
      judgement,
    } as const;
  };

  const { filings } = given(recorded, judged('P22D'), judged('P27D')).notification;

  expect(filings[0]?.judgement?.lateBy).toBe('P22D');
});

test('the incident does not close before the lateness of its filings is fixed', () => {
  const incident = filed();
  const lacks = () => closingGate(incident.state).lacks.map(({ code }) => code);

  expect(lacks()).toContain('judgement:eu-gdpr-33-1-authority/initial');
  incident.record({
    type: 'step-failed',
    step: nextNotificationStep(incident.state)?.key ?? '',
    problem: 'no rule pack',
  });
  expect(lacks()).not.toContain('judgement:eu-gdpr-33-1-authority/initial');
});

test('filings that were recorded before there were judgements are left as they are', () => {
  const state = given({
    type: 'filing-recorded',
    ruleId: 'de-bsig-32',
    stage: 'early-warning',
    reference: 'BSI-1',
    submittedAt: '2026-11-20T09:00:00.000Z',
    evidence: [],
  });

  expect(nextNotificationStep(state)).toBeUndefined();
});

test.each<[FilingJudgement, string]>([
  [
    {
      verdict: 'late',
      lateBy: 'P22D',
      lateMin: 'P21D',
      lateMax: 'P23D',
      dueAt: '2019-01-15T23:00:00.000Z',
      anchor: { kind: 'awareness', at: '2019-01-13', precision: 'day' },
      because: 'awareness + 72 h',
    },
    'The filing for r (initial): late by 22 days, counted from awareness 2019-01-13.',
  ],
  [
    { verdict: 'undecidable', because: 'clock-not-started: awareness' },
    'The filing for r (initial): whether it is late cannot be said; clock-not-started: awareness.',
  ],
])('a judgement %j is told on the timeline', (judgement, sentence) => {
  const event = { type: 'filing-judged', ruleId: 'r', stage: 'initial', submittedAt: '', judgement } as const;

  expect(sentenceOf(event)).toBe(sentence);
});

test('chained clocks count from a day as a day', () => {
  expect(submissionsAsWritten(filed().state.notification.filings)).toEqual({
    'eu-gdpr-33-1-authority': '2026-11-20[Europe/Amsterdam]',
    'eu-gdpr-33-1-authority/initial': '2026-11-20[Europe/Amsterdam]',
  });
});
