/** Mail that is stopped in the middle of a campaign, on a real server: by the end of its worker, and by an operator. */
import { setTimeout as sleep } from 'node:timers/promises';
import { aDeclaration, e2eStage, enrolledApprover, type E2eStage } from '../support/e2e-stage';
import {
  approvedNotice,
  determination,
  everythingDelivered,
  importTenantsOfStorage,
  proposedNotice,
  type Story,
} from '../support/e2e-story';
import { answerOf, failureOf } from '../support/cli';

const tenants = 300;
/** Slow enough that whoever stops the mail comes in the middle. */
let relayDelayMs = 150;
const addresses = Array.from(
  { length: tenants },
  (_, index) => `security@t${String(index + 1).padStart(4, '0')}.example`,
);

let stage: E2eStage;
let arrivals: { readonly to: string; readonly atMs: number }[] = [];

beforeAll(async () => {
  const atMessage = ({ to }: { readonly to: string }) => {
    arrivals.push({ to, atMs: Date.now() });
    return { delayMs: relayDelayMs };
  };
  stage = await e2eStage({ inbox: { script: { atMessage } } });
  await importTenantsOfStorage(stage, tenants);
}, 60_000);

afterAll(() => stage.stop(), 60_000);

/** Mails begin to arrive. */
async function campaignUnderWay(): Promise<Story> {
  arrivals = [];
  const executive = await enrolledApprover(stage, `eim-${String(Date.now())}`, 'executive-incident-manager');
  const { incidentId } = await stage.firebreak.declareIncident(aDeclaration());
  const story = { stage, incidentId, executive };
  for (const step of [...determination, proposedNotice, approvedNotice]) await step(story);
  while (arrivals.length < 40) await sleep(10);
  return story;
}

async function statesOf({ incidentId }: Story): Promise<Record<string, number>> {
  const rows = await stage.database
    .selectFrom('delivery')
    .select(['state', ({ fn }) => fn.countAll<string>().as('count')])
    .where('incident_id', '=', incidentId)
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}

async function instantOf(incidentId: string, type: string): Promise<number> {
  const event = (await stage.firebreak.events(incidentId)).find((each) => each.type === type);
  return Date.parse(event?.at ?? '');
}

test('a worker that is told to end in mid-campaign finishes what is on the wire and leaves nothing in doubt', async () => {
  const first = await stage.startWorker();
  const story = await campaignUnderWay();

  process.kill(first.pid, 'SIGTERM');
  await first.ended;

  const left = await statesOf(story);
  expect(left).toEqual({ accepted: arrivals.length, planned: tenants - arrivals.length });
  expect(arrivals.length).toBeLessThan(tenants);
  const second = await stage.startWorker();
  await everythingDelivered(story);
  expect(arrivals.map(({ to }) => to).sort()).toEqual(addresses);
  expect(await stage.firebreak.status(story.incidentId)).toMatchObject({ deliveries: { accepted: tenants } });
  await second.stop();
}, 120_000);

test('firebreak deliveries hold stops the mail of an incident within a second, and resume lets it go on', async () => {
  relayDelayMs = 700;
  const worker = await stage.startWorker();
  const story = await campaignUnderWay();
  const { incidentId } = story;
  const communications = { env: stage.as('comms-fay', 'communications') };

  const held = ['deliveries', 'hold', incidentId, '--reason', 'The text names the wrong service.'];
  expect(await answerOf(held, communications)).toMatchObject({ recorded: [{ type: 'delivery-held' }] });
  await stage.firebreak.waitFor(incidentId, ({ deliveries }) => deliveries.accepted === arrivals.length, {
    pollMs: 50,
  });
  await sleep(1500);

  const heldAtMs = await instantOf(incidentId, 'delivery-held');
  const late = arrivals.filter(({ atMs }) => atMs > heldAtMs);
  const lastAfterMs = Math.max(0, ...late.map(({ atMs }) => atMs - heldAtMs));
  process.stderr.write(
    `after the hold ${String(late.length)} mails left, the last after ${String(lastAfterMs)} ms\n`,
  );
  expect(lastAfterMs).toBeLessThan(1000);
  const states = await statesOf(story);
  expect(states).toEqual({ accepted: arrivals.length, planned: tenants - arrivals.length });
  expect(arrivals.length).toBeLessThan(tenants);
  expect(await stage.firebreak.status(incidentId)).toMatchObject({
    deliveryHold: { by: 'comms-fay', reason: 'The text names the wrong service.' },
    waitingFor: 'communications',
  });

  const resumed = ['deliveries', 'resume', incidentId, '--reason', 'It was right after all.'];
  const responder = { env: stage.as('srt-ana', 'security-response') };
  const refusal = await failureOf(resumed, responder);
  expect(refusal.code).toBe(2);
  expect(refusal.message).toContain('this is for executive-incident-manager, communications, legal');
  await answerOf(resumed, communications);
  await everythingDelivered(story);
  expect(arrivals.map(({ to }) => to).sort()).toEqual(addresses);
  expect(await answerOf(['deliveries', 'doubts', incidentId], communications)).toEqual([]);
  await worker.stop();
}, 120_000);
