/** A week later: a mail bounces when its campaign is long over, the next contact is told, and one tenant is called. */
import { recordReceipt } from '../../src/adapters/postgres/delivery-receipts';
import { deliveryWorkflowId } from '../../src/workflows/names';
import { answerOf, firebreak } from '../support/cli';
import { bounceOf } from '../support/bounces';
import { aDeclaration, e2eStage, enrolledApprover, type E2eStage } from '../support/e2e-stage';
import {
  agreedEradicationPlan,
  approvedEradicationPlan,
  approvedNotice,
  containment,
  determination,
  everythingDelivered,
  importTenantsOfStorage,
  proposedNotice,
} from '../support/e2e-story';

let stage: E2eStage;

beforeAll(async () => {
  stage = await e2eStage();
  await importTenantsOfStorage(stage, 2);
}, 60_000);

afterAll(() => stage.stop(), 60_000);

async function identityOf(tenantId: string): Promise<string> {
  const { message_id: messageId } = await stage.database
    .selectFrom('delivery')
    .select('message_id')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow();
  return messageId?.split('@')[0] ?? '';
}

test('a bounce after the end leads to the next contact, and who has none is told by hand', async () => {
  await stage.startWorker();
  const executive = await enrolledApprover(stage, 'eim-dora', 'executive-incident-manager');
  const { incidentId } = await stage.firebreak.declareIncident(aDeclaration());
  const story = { stage, incidentId, executive };
  const untilApproved = [
    ...containment,
    ...agreedEradicationPlan,
    approvedEradicationPlan,
    ...determination,
    proposedNotice,
    approvedNotice,
  ];
  for (const step of untilApproved) await step(story);
  await everythingDelivered(story);
  await stage.temporal.workflow.getHandle(deliveryWorkflowId(incidentId, 'first-1.1', 0)).result();
  await stage.database
    .insertInto('tenant_contact')
    .values({
      tenant_id: 't0001',
      contact_id: 'admin-1',
      kind: 'administrator',
      email: 'admin@t0001.example',
    })
    .execute();

  // Both have bounced. The run that recorded the second died before it told anybody.
  await recordReceipt(stage.database, {
    digest: 'd'.repeat(64),
    identity: await identityOf('t0002'),
    receipt: { kind: 'bounced', isPermanent: true },
  });
  const stdin = bounceOf({ action: 'failed', envelopeId: await identityOf('t0001') });
  const { stdout } = await firebreak(['bounces', 'ingest', '-'], { env: stage.environment, stdin });
  expect(stdout).toBe('1 message read; 1 applied.\n1 shard goes on with the next contacts.\n');

  const { deliveries } = await stage.firebreak.waitFor(
    incidentId,
    (status) => status.deliveries.accepted === 1 && status.notification.phase === 'updating',
    { timeoutMs: 60_000, pollMs: 100 },
  );
  expect(deliveries).toMatchObject({ accepted: 1, bounced: 2, needsHuman: 1 });
  expect(stage.inbox.recipients()).toContain('admin@t0001.example');

  const told = ['--channel', 'phone', '--at', new Date().toISOString(), '--reference', 'call 4711'];
  const words = ['deliveries', 'attest', incidentId, '--tenant', 't0002', ...told];
  await answerOf(words, { env: stage.as('comms-fay', 'communications') });

  await everythingDelivered(story);
  const status = await firebreak(['status', incidentId], { env: stage.environment });
  expect(status.stdout).toContain('1 told by hand as somebody attests');
}, 180_000);
