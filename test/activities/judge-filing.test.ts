import { judgeFiling, type FilingToJudge } from '../../src/activities/judge-filing';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';

const zone = 'Europe/Amsterdam';

const toJudge = (change: Partial<FilingToJudge> = {}): FilingToJudge => ({
  incidentId: 'INC-1',
  ruleId: 'eu-gdpr-33-1-authority',
  stage: 'initial',
  filed: { at: '2019-02-07', precision: 'day', zone },
  facts: { dataCategories: ['personal-data'], named: {} },
  provider: { roles: ['controller'], country: 'NL', timeZone: zone },
  anchors: [{ kind: 'awareness', at: '2019-01-13', precision: 'day', zone }],
  submissions: {},
  decisions: [],
  evaluatedAt: '2019-02-07T12:00:00.000Z',
  mode: 'conservative',
  ...change,
});

async function judged(change: Partial<FilingToJudge> = {}) {
  const pack = await loadRulePack();
  return judgeFiling({ rulePack: { load: () => Promise.resolve(pack) }, holidays: holidayCalendars() })(
    toJudge(change),
  );
}

test('a filing is late by the anchor that was in use', async () => {
  expect(await judged()).toMatchObject({
    verdict: 'late',
    lateBy: 'P22D',
    lateMin: 'P21D',
    lateMax: 'P23D',
    anchor: { kind: 'awareness', at: '2019-01-13', precision: 'day', zone },
    dueAt: '2019-01-15T23:00:00.000Z',
    latestDueAt: '2019-01-16T23:00:00.000Z',
  });
});

test('a filing to the minute after an anchor to the minute is late to the minute', async () => {
  const judgement = await judged({
    anchors: [{ kind: 'awareness', at: '2019-01-13T10:00Z', precision: 'minute' }],
    filed: { at: '2019-01-16T10:20:30Z', precision: 'second' },
  });

  expect(judgement).toMatchObject({ verdict: 'late', lateBy: 'PT20M', dueAt: '2019-01-16T10:00:00.000Z' });
  expect(judgement).not.toHaveProperty('latestDueAt');
});

test.each<[string, Partial<FilingToJudge>, RegExp]>([
  ['no anchor of the kind is on record', { anchors: [] }, /^clock-not-started: awareness$/],
  [
    'the law gives no number',
    {
      ruleId: 'eu-gdpr-34-data-subject',
      facts: { dataCategories: ['personal-data'], named: { highRisk: true } },
    },
    /^no number in the law/,
  ],
  [
    'the rule is not in the pack',
    { ruleId: 'of-no-pack' },
    /^of-no-pack is no duty of ours in the rule pack$/,
  ],
  ['the rule has no such stage', { stage: 'third' }, /^eu-gdpr-33-1-authority has no stage third here/],
])('when %s, nothing is called late', async (_what, change, because) => {
  const { verdict, because: said } = await judged(change);

  expect(verdict).toBe('undecidable');
  expect(said).toMatch(because);
});
