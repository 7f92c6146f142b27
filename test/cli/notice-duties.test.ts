/** `firebreak notice duties`: what our notice starts for those who get it. */
import { NoticeTranslation } from '../../src/contract/notice';
import { OWN_DUTIES_KEY, type OwnDuty } from '../../src/domain/own-duties';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, type E2eStage } from '../support/e2e-stage';
import { importTenantsOfStorage, people } from '../support/e2e-story';

let stage: E2eStage;
let incidentId: string;
let env: Record<string, string>;

beforeAll(async () => {
  stage = await e2eStage({ policy: { provider: { roles: ['processor'], country: 'NL' } } });
  await Promise.all([stage.startWorker(), importTenantsOfStorage(stage, 3)]);
  env = stage.as('comms-cleo', 'communications');
  ({ incidentId } = await stage.firebreak.declareIncident(aDeclaration({ dataClasses: ['personal-data'] })));
  await stage.firebreak.tell(incidentId, 'determine', {
    ...people.communications,
    customerReportable: 'yes',
    basis: 'Bookings of guests were read.',
  });
}, 120_000);

afterAll(() => stage.stop(), 60_000);

test('before anybody knows who is affected there is nothing to tell them', async () => {
  expect(await failureOf(['notice', 'duties', incidentId], { env })).toMatchObject({
    code: 2,
    type: 'InputProblem',
    message: expect.stringContaining('has no affected tenants yet') as string,
  });
});

test('the periods of the affected tenants are text for a notice, and programs get the same with its key', async () => {
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

  const { code, stdout } = await firebreak(['notice', 'duties', incidentId], { env });
  const answer = await answerOf<{ duties: readonly OwnDuty[]; content: Record<string, string> }>(
    ['notice', 'duties', incidentId],
    { env },
  );

  expect(code).toBe(0);
  expect(stdout).toMatch(/- \*\*GDPR\*\* \(\w\w.*\), within 72 h of receiving this: /);
  expect(answer.duties.map(({ ruleId }) => ruleId)).toContain('eu-gdpr-33-1-authority');
  expect(`${answer.content[OWN_DUTIES_KEY] ?? ''}\n`).toBe(stdout);
  expect(NoticeTranslation.safeParse({ subject: 'Notice', content: answer.content }).success).toBe(true);
});
