import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { NoticeTranslation } from '../../src/contract/notice';
import type { RulePack } from '../../src/contract/rule-pack';
import { OWN_DUTIES_KEY, ownDutiesOf, ownDutiesText, type OwnDuty } from '../../src/domain/own-duties';
import type { TenantProfile } from '../../src/domain/rule-profile';

let pack: RulePack;
beforeAll(async () => {
  pack = await loadRulePack();
});

const receivedAt = '2026-11-20T10:00:00.000Z';

const tenant = (change: Partial<TenantProfile> = {}): TenantProfile => ({
  country: 'DE',
  subdivision: null,
  sector: 'software',
  timeZone: 'UTC',
  facts: {},
  contracts: [],
  ...change,
});

function dutiesOf(...profiles: readonly TenantProfile[]): OwnDuty[] {
  return ownDutiesOf({
    pack,
    holidays: holidayCalendars(),
    receivedAt,
    facts: { dataCategories: ['personal-data'], impact: ['confidentiality'], named: {} },
    provider: { roles: ['processor'] },
    profiles: profiles.map((profile) => ({ profile, tenants: 10 })),
  });
}

const dutyIn = (duties: readonly OwnDuty[], id: string) => duties.find(({ ruleId }) => ruleId === id);

test('the receipt of our notice starts the clock of the customer as a controller', () => {
  const duty = dutyIn(dutiesOf(tenant(), tenant({ country: 'FR' })), 'eu-gdpr-33-1-authority');

  expect(duty).toMatchObject({
    within: '72 h',
    dueAt: '2026-11-23T10:00:00.000Z',
    dependsOn: [],
    places: ['DE', 'FR'],
    tenants: 20,
  });
});

test('what we owe, and what begins with a finding of the customer’s own, is not among it', () => {
  const ids = dutiesOf(tenant(), tenant({ country: 'US', subdivision: 'US-TX' })).map(({ ruleId }) => ruleId);

  expect(ids).not.toContain('eu-gdpr-33-2-processor');
  expect(ids).not.toContain('us-tx-521-053-individuals');
});

test('a duty that hangs on a fact says on which question', () => {
  const duty = dutyIn(
    dutiesOf(tenant({ country: 'US', subdivision: 'US-WA' })),
    'us-wa-19-255-010-authority',
  );

  expect(duty).toMatchObject({ within: '30 days', dependsOn: ['How many persons are affected?'] });
});

test('a customer of whom the state is unknown is not told the law of every state', () => {
  const states = dutiesOf(tenant({ country: 'US' })).filter(({ ruleId }) => ruleId.startsWith('us-'));

  expect(states).toEqual([]);
});

test('the most urgent comes first, and business days are called so', () => {
  const duties = dutiesOf(tenant({ country: 'SG' }), tenant({ country: 'BR' }), tenant());

  const due = duties.flatMap(({ dueAt }) => dueAt ?? []);
  expect(due).toEqual([...due].sort());
  expect(dutyIn(duties, 'br-lgpd-data-subject')?.within).toBe('3 business days');
});

test('the section is Markdown that a notice can carry, with citation and period', () => {
  const text = ownDutiesText(dutiesOf(tenant()));

  expect(text).toContain(
    '- **GDPR** (DE), within 72 h of receiving this: A controller tells the supervisory authority of a personal data breach within three days of knowing it. Regulation (EU) 2016/679 art. 33(1), (3), (4).',
  );
  const parsed = NoticeTranslation.safeParse({ subject: 'Notice', content: { [OWN_DUTIES_KEY]: text } });
  expect(parsed.success).toBe(true);
});

test('the section never grows past its limit: the urgent stay, the rest are counted', () => {
  const countries = ['DE', 'KR', 'SG', 'IN', 'ZA', 'KE', 'NG', 'TR', 'PE', 'ID', 'TH', 'VN', 'QA', 'SA'];
  const duties = dutiesOf(...countries.map((country) => tenant({ country })));

  const text = ownDutiesText(duties, 1500);

  const shown = text.split('\n').filter((line) => line.startsWith('- **'));
  expect(text.length).toBeLessThanOrEqual(1500);
  expect(shown.length).toBeGreaterThan(2);
  expect(text).toContain(`… and ${duties.length - shown.length} more`);
});
