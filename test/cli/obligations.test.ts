/** `firebreak obligations`: what is owed, how late it was, and how late under anchors that rival the one in use. */
import type { ObligationView } from '../../src/domain/obligation-view';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, type E2eStage } from '../support/e2e-stage';
import { importTenantsOfStorage, people } from '../support/e2e-story';

const zone = 'Europe/Amsterdam';
const toAuthority = 'eu-gdpr-33-1-authority';

let stage: E2eStage;
let incidentId: string;
let env: Record<string, string>;

beforeAll(async () => {
  stage = await e2eStage({
    policy: { provider: { roles: ['controller', 'processor'], country: 'NL', timeZone: zone } },
  });
  await Promise.all([stage.startWorker(), importTenantsOfStorage(stage, 3)]);
  env = stage.as('legal-gus', 'legal');
  ({ incidentId } = await stage.firebreak.declareIncident(
    aDeclaration({
      detection: { at: '2019-01-08', precision: 'day', zone, basis: 'first mail' },
      dataClasses: ['personal-data'],
    }),
  ));
  for (const [at, basis] of [
    ['2019-01-13', 'second mail'],
    ['2019-01-20', 'third mail'],
  ] as const)
    await stage.firebreak.tell(incidentId, 'recordAnchor', {
      ...people.responder,
      kind: 'awareness',
      at,
      precision: 'day',
      zone,
      basis,
    });
  await stage.firebreak.tell(incidentId, 'recordFiling', {
    by: 'legal-gus',
    role: 'legal',
    ruleId: toAuthority,
    stage: 'initial',
    reference: 'AP-1',
    submittedAt: '2019-02-07',
    precision: 'day',
    zone,
  });
  await stage.firebreak.tell(incidentId, 'determine', {
    ...people.communications,
    customerReportable: 'yes',
    basis: 'Bookings of guests were read.',
  });
  await stage.firebreak.tell(incidentId, 'setAffectedTenants', {
    ...people.communications,
    services: [{ service: 'storage' }],
    from: '2018-12-01T00:00:00Z',
    reason: 'They used storage.',
  });
  await stage.firebreak.waitFor(incidentId, ({ notification }) => notification.phase === 'drafting', {
    timeoutMs: 60_000,
    pollMs: 100,
  });
}, 120_000);

afterAll(() => stage.stop(), 60_000);

async function textOf(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await firebreak(['obligations', incidentId, ...words], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('a filing is shown with the lateness that was fixed, and late under every rival', async () => {
  const text = await textOf('--rule', toAuthority, '--rivals', '--as-if', 'awareness=2019-01-10');

  expect(text).toContain(`${toAuthority} (initial), to supervisory-authority: met; due 2019-01-16`);
  expect(text).toContain('filed at 2019-02-07: late by 22 days, as fixed at the filing');
  expect(text).toContain('under awareness 2019-01-13 (awareness-1, in use: second mail): due 2019-01-16');
  expect(text).toContain('under awareness 2019-01-20 (awareness-2: third mail): due 2019-01-23');
  expect(text).toMatch(/under awareness 2019-01-10 \(as if\): due 2019-01-13 .*, late by 25 days/);
});

test('what is owed to tenants is counted by tenants, and programs get the same', async () => {
  const { duties } = await answerOf<ObligationView>(['obligations', incidentId], { env });

  const toTenants = duties.filter(({ duty }) => duty === 'provider-to-tenant');
  expect(toTenants.find(({ ruleId }) => ruleId === 'eu-gdpr-33-2-processor')).toMatchObject({
    tenants: 2,
    clock: 'undated',
  });
  expect(duties.every(({ outcome }) => outcome !== 'does-not-apply')).toBe(true);
});

test.each([
  ['a rule that is in no pack', ['--rule', 'no-such-rule'], /rule no-such-rule is not in the rule pack/],
  ['a kind that is none', ['--as-if', 'sunrise=2019-01-10'], /sunrise=2019-01-10 names no kind of anchor/],
  [
    'a time that happens twice',
    ['--as-if', 'awareness=2018-10-28T02:30'],
    /awareness=2018-10-28T02:30: 2018-10-28T02:30 happens twice in Europe\/Amsterdam; add the offset/,
  ],
])('%s is refused', async (_what, words, sentence) => {
  const failure = await failureOf(['obligations', incidentId, ...words], { env });

  expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
  expect(failure.message).toMatch(sentence);
});
