/**
 * One incident with 300 tenants, on a real server, while its worker is killed with -9 at 20 random moments. The moments
 * come from a seed: FIREBREAK_TEST_SEED=<number> plays the same ones again.
 */
import PostalMime from 'postal-mime';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedMessage } from '../../scripts/local/smtp-inbox.mjs';
import { aDeclaration, e2eStage, enrolledApprover, type E2eStage } from '../support/e2e-stage';
import {
  approvedNotice,
  everythingDelivered,
  importTenantsOfStorage,
  wholeStory,
} from '../support/e2e-story';

const tenants = 300;
const kills = 20;
/** Each costs as long as the server needs to miss a worker that sends. */
const killsAmongMails = 4;
const longestWaitMs = 400;
/** Slow enough that many mails are on the wire when the worker dies. */
const relayDelayMs = 150;

interface Arrival extends ReceivedMessage {
  readonly atMs: number;
}

let stage: E2eStage;
const arrivals: Arrival[] = [];

beforeAll(async () => {
  const atMessage = (message: ReceivedMessage) => {
    arrivals.push({ ...message, atMs: Date.now() });
    return { delayMs: relayDelayMs };
  };
  stage = await e2eStage({ policy: { deliveryShardSize: 100 }, inbox: { script: { atMessage } } });
  await importTenantsOfStorage(stage, tenants);
}, 60_000);

afterAll(() => stage.stop(), 60_000);

test('a worker that is killed at 20 moments loses no notice, and the incident is closed', async () => {
  const seed = Number(process.env['FIREBREAK_TEST_SEED'] ?? Date.now() % 1_000_000);
  const moments = momentsFrom(seed);
  const worker = await superviseWorker();
  const executive = await enrolledApprover(stage, 'eim-dora', 'executive-incident-manager');
  const startedAtMs = Date.now();
  const { incidentId } = await stage.firebreak.declareIncident(aDeclaration());
  const story = { stage, incidentId, executive };
  let approvedAtMs = Number.NaN;

  for (const [index, step] of wholeStory.entries()) {
    if (step === approvedNotice) approvedAtMs = Date.now();
    const killing =
      step === everythingDelivered ? killAmongMails(moments, worker) : killAtStep(moments, index, worker);
    await Promise.all([step(story), killing]);
  }

  const outages = worker.outagesMs();
  process.stderr.write(
    `worker killed ${String(outages.length)} times (FIREBREAK_TEST_SEED=${String(seed)}): the incident took ${seconds(Date.now() - startedAtMs)}, ` +
      `a restart ${seconds(Math.min(...outages))} to ${seconds(Math.max(...outages))}; ${String(arrivals.length)} mails arrived\n`,
  );
  expect(outages).toHaveLength(kills);
  expect(await stage.firebreak.status(incidentId)).toMatchObject({
    phase: 'closed',
    deliveries: { accepted: tenants },
  });
  expect(Math.min(...arrivals.map(({ atMs }) => atMs))).toBeGreaterThan(approvedAtMs);
  await expectEveryTenantTold(incidentId);
}, 300_000);

// The moments

interface Moments {
  /** Waits in milliseconds, by the index of the step. */
  readonly atSteps: ReadonlyMap<number, readonly number[]>;
  /** Rising numbers of arrived mails. */
  readonly atMails: readonly number[];
}

function momentsFrom(seed: number): Moments {
  const random = randomFrom(seed);
  const atMails = Array.from({ length: killsAmongMails }, () => 1 + Math.floor(random() * tenants * 0.95));
  const steps = wholeStory.flatMap((step, index) => (step === everythingDelivered ? [] : [index]));
  const atSteps = new Map<number, number[]>();
  for (let kill = killsAmongMails; kill < kills; kill += 1) {
    const step = steps[Math.floor(random() * steps.length)] ?? 0;
    atSteps.set(step, [...(atSteps.get(step) ?? []), random() * longestWaitMs]);
  }
  return { atSteps, atMails: atMails.sort((left, right) => left - right) };
}

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function killAtStep({ atSteps }: Moments, step: number, worker: SupervisedWorker): Promise<void> {
  for (const waitMs of atSteps.get(step) ?? []) {
    await sleep(waitMs);
    await worker.kill();
  }
}

async function killAmongMails({ atMails }: Moments, worker: SupervisedWorker): Promise<void> {
  for (const mails of atMails) {
    while (arrivals.length < mails) await sleep(5);
    await worker.kill();
  }
}

// The supervisor

interface SupervisedWorker {
  /** Kills the worker, once it runs, and starts the next one at once. */
  kill(): Promise<void>;
  /** From each kill to the next running worker. */
  outagesMs(): number[];
}

async function superviseWorker(): Promise<SupervisedWorker> {
  const outagesMs: number[] = [];
  let running = await startRunningWorker();
  return {
    kill: async () => {
      const killedAtMs = Date.now();
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
      running = await startRunningWorker();
      outagesMs.push(Date.now() - killedAtMs);
    },
    outagesMs: () => outagesMs,
  };
}

async function startRunningWorker() {
  const worker = await stage.startWorker({ env: { LOG_LEVEL: 'info' } });
  while (!worker.lastLines().includes('the worker is running')) {
    if (worker.hasEnded()) throw new Error(`The worker ended at once: ${worker.lastLines()}`);
    await sleep(50);
  }
  return worker;
}

// What must hold afterwards

async function expectEveryTenantTold(incidentId: string): Promise<void> {
  const rows = await stage.database
    .selectFrom('delivery')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .execute();
  expect(new Set(rows.map((row) => row.tenant_id)).size).toBe(tenants);
  expect(rows.filter((row) => row.state !== 'accepted')).toEqual([]);
  const copies = new Map<string, Arrival[]>();
  for (const arrival of arrivals)
    copies.set(messageIdOf(arrival), [...(copies.get(messageIdOf(arrival)) ?? []), arrival]);
  expect(copies.size).toBe(tenants);
  for (const row of rows) {
    const arrived = copies.get(row.message_id ?? '') ?? [];
    expect(arrived.length).toBeGreaterThan(0);
    if (arrived.length > 1) expect(row).toMatchObject({ possible_duplicate: true });
    expect(new Set(arrived.map(({ to }) => to))).toEqual(new Set([row.address]));
    expect(new Set(arrived.map(({ bytes }) => sha256(bytes)))).toEqual(new Set([row.body_hash]));
    const { text = '' } = await PostalMime.parse(arrived[0]?.bytes ?? '');
    expect(text).toContain(`Dear ${row.tenant_name},`);
    expect(row.address).toBe(`security@${row.tenant_id}.example`);
  }
}

function messageIdOf({ bytes }: ReceivedMessage): string {
  return /^Message-ID: <([^>]+)>/im.exec(bytes.toString('utf8'))?.[1] ?? 'none';
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
