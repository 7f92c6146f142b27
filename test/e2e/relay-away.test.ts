/** The mail relay is away when a campaign begins: nothing is lost, nobody is marked as failed, and it goes on by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
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
import { startSmtpInbox } from '../support/smtp-inbox';
import { deliveryWorkflowId } from '../../src/workflows/names';

const tenants = 8;

let stage: E2eStage;

beforeAll(async () => {
  stage = await e2eStage();
  await importTenantsOfStorage(stage, tenants);
}, 60_000);

afterAll(() => stage.stop(), 60_000);

test('a campaign waits for a relay that is away, and sends everything once when it is back', async () => {
  const { port } = stage.inbox;
  await stage.inbox.stop();
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

  await untilEveryRowIs('deferred');

  expect(await stage.firebreak.status(incidentId)).toMatchObject({
    notification: { phase: 'sending' },
    waitingFor: 'delivery',
    deliveries: { accepted: 0, refused: 0, needsHuman: 0 },
  });
  const inbox = await startSmtpInbox({ port });
  await letTheMinutePass(incidentId);
  await everythingDelivered(story);

  expect(inbox.recipients()).toEqual(
    Array.from({ length: tenants }, (_, index) => `security@t000${String(index + 1)}.example`),
  );
  expect(await stage.firebreak.status(incidentId)).toMatchObject({ deliveries: { accepted: tenants } });
  await inbox.stop();
}, 120_000);

async function untilEveryRowIs(state: string): Promise<void> {
  for (;;) {
    const rows = await stage.database.selectFrom('delivery').select(['state', 'reason']).execute();
    if (rows.length === tenants && rows.every((row) => row.state === state)) {
      expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(['relay-unreachable']));
      return;
    }
    await sleep(100);
  }
}

/** The line tries again after a minute. Nobody waits for it here: the rows are due now, and the shard is woken. */
async function letTheMinutePass(incidentId: string): Promise<void> {
  await stage.database
    .updateTable('delivery')
    .set({ due_at: new Date(0).toISOString() })
    .execute();
  await stage.temporal.workflow
    .getHandle(deliveryWorkflowId(incidentId, 'first-1.1', 0))
    .signal('resumeDelivery');
}
