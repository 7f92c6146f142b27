/**
 * The laboratory of one fault: real servers, a relay in a process of its own, real workers, and one incident whose
 * notice has been approved. Owns how a campaign is brought to the point where something can go wrong.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import type { Policy } from '../../src/client';
import type { NoticeDraftInput } from '../../src/contract/notice';
import type { TenantRecord } from '../../src/contract/tenant-import';
import { aDeclaration, e2eStage, enrolledApprover, type E2eStage } from '../../test/support/e2e-stage';
import {
  approvedNotice,
  determination,
  noticeFile,
  people,
  says,
  type Step,
  type Story,
} from '../../test/support/e2e-story';
import type { FakeRelay, FakeRelayOptions } from '../../test/support/fake-relay';
import { startFakeRelayProcess } from '../../test/support/fake-relay-client';
import { dueSnapshotOf } from '../../test/support/invariants-evidence';
import type { DueSnapshot } from '../../test/support/invariants';
import type { LocalWorker } from '../local/servers.mjs';

export interface Dose {
  readonly tenants: number;
  readonly kills: number;
  readonly seed: number;
  /** Of what takes long by nature, such as a relay that never answers: the real time, not a shorter one. */
  readonly isFull: boolean;
}

/** As many as the mailer opens to the relay. */
export const connectionsOfAWorker = 16;
const lanesOfAShard = 32;
const mostShards = 8;

/** Stands in every name and address, and must be nowhere else. */
export const canary = 'kanari7d41';

export interface LabOptions {
  readonly relay?: FakeRelayOptions;
  readonly policy?: Partial<Policy>;
  /** Of every worker. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of each tenant, by its number from 0; English when absent. */
  readonly languageOf?: (index: number) => Language;
}

type Language = 'en' | 'ja';

type Role = 'incident' | 'delivery' | 'all';

export interface Lab {
  readonly stage: E2eStage;
  readonly relay: FakeRelay;
  readonly dose: Dose;
  readonly story: Story;
  readonly dueSnapshots: readonly DueSnapshot[];
  /** Resolves when it runs. */
  startWorker(role?: Role): Promise<LocalWorker>;
  /** Tells the incident up to its approved notice: from then on it is sent. Needs a worker. */
  approveNotice(): Promise<void>;
  /** Whether nothing is left to send now. */
  isAtRest(): Promise<boolean>;
  /** Until nothing is left to send, and the incident knows. */
  settled(): Promise<void>;
}

/** Pauses that the tests of this product do not wait for. */
const hurried: Partial<Policy> = { deferralSeconds: [0.3], relayPauseSeconds: 1 };

const settledWithinMs = 40 * 60_000;

export async function inLab<Result>(
  dose: Dose,
  { relay: relayOptions, policy, environment, languageOf }: LabOptions,
  action: (lab: Lab) => Promise<Result>,
): Promise<Result> {
  const shards = { deliveryShardSize: shardSize(dose) };
  const stage = await e2eStage({ policy: { ...shards, ...hurried, ...policy } });
  const relay = await startFakeRelayProcess(relayOptions);
  try {
    await importRecords(stage, tenantsOf(dose.tenants, languageOf));
    const executive = await enrolledApprover(stage, 'eim-dora', 'executive-incident-manager');
    const { incidentId } = await stage.firebreak.declareIncident(aDeclaration());
    const story = { stage, incidentId, executive };
    const env = workerEnvironment(relay, relayOptions, environment);
    const isTranslated = languageOf !== undefined;
    return await action(labOver({ dose, stage, relay, story, env, isTranslated }));
  } finally {
    await stage.stop();
    await relay.stop();
  }
}

function workerEnvironment(
  { host, port }: FakeRelay,
  { credentials }: FakeRelayOptions = {},
  environment: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const login = credentials === undefined ? '' : `${credentials.user}:${credentials.password}@`;
  return {
    FIREBREAK_SMTP_URL: `smtp://${login}${host}:${String(port)}`,
    LOG_LEVEL: 'info',
    ...environment,
  };
}

interface LabParts extends Pick<Lab, 'dose' | 'stage' | 'relay' | 'story'> {
  readonly env: Record<string, string>;
  readonly isTranslated: boolean;
}

function labOver({ dose, stage, relay, story, env, isTranslated }: LabParts): Lab {
  const dueSnapshots: DueSnapshot[] = [];
  const workers: LocalWorker[] = [];
  return {
    stage,
    relay,
    dose,
    story,
    dueSnapshots,
    startWorker: async (role = 'all') => {
      const worker = await runningWorker(stage, role, env);
      workers.push(worker);
      return worker;
    },
    approveNotice: async () => {
      for (const step of untilApproved(isTranslated)) await step(story);
      dueSnapshots.push(await dueSnapshotOf(stage.database, story.incidentId));
    },
    isAtRest: () => isAtRest(stage, story),
    settled: () => untilSettled(stage, story, () => refuseToWaitForNobody(workers)),
  };
}

async function runningWorker(stage: E2eStage, role: Role, env: Record<string, string>): Promise<LocalWorker> {
  const worker = await stage.startWorker({ role, env });
  await eventually(() => {
    if (worker.hasEnded()) throw new Error(`The worker ended at once: ${worker.lastLines()}`);
    return Promise.resolve(worker.lastLines().includes('the worker is running'));
  });
  return worker;
}

// The incident

const awareness: Step = says('recordAnchor', people.responder, {
  kind: 'awareness',
  at: '2026-01-05T10:00:00Z',
  precision: 'minute',
  basis: 'the key was found in a dump',
});

const gatingBug: Step = ({ stage, incidentId }) =>
  stage.firebreak.openBug(incidentId, {
    ...people.responder,
    ref: 'BUG-1',
    title: 'Keys are logged',
    owner: 'ben',
  });

/** The example notice; in another language it says the same, for it is nobody's to read. */
const proposedNotice =
  (isTranslated: boolean): Step =>
  async (story) => {
    const example = JSON.parse(readFileSync(noticeFile, 'utf8')) as NoticeDraftInput;
    const { en } = example.translations;
    if (en === undefined) throw new Error('the example notice has no English text');
    const draft = { ...example, translations: { en, ...(isTranslated && { ja: en }) } };
    const { stage, incidentId } = story;
    const saved = await saveNoticeDraft(stage.database, incidentId, draft, people.communications.by);
    const { noticeId, revision, contentHash } = saved;
    await says('proposeNotice', people.communications, { noticeId, revision, contentHash, stage: 'first' })(
      story,
    );
    await stage.firebreak.waitFor(
      incidentId,
      ({ waitingFor }) => waitingFor === 'executive-incident-manager',
      {
        timeoutMs: 5 * 60_000,
        pollMs: 100,
      },
    );
  };

const untilApproved = (isTranslated: boolean): readonly Step[] => [
  gatingBug,
  awareness,
  ...determination,
  proposedNotice(isTranslated),
  approvedNotice,
];

/** Rows that nobody works on any more. */
const atRest: readonly string[] = [
  'accepted',
  'delivered',
  'acknowledged',
  'refused',
  'bounced',
  'superseded',
  'needs-human',
];

async function isAtRest({ database }: E2eStage, { incidentId }: Story): Promise<boolean> {
  const rows = await database
    .selectFrom('delivery')
    .select('state')
    .distinct()
    .where('incident_id', '=', incidentId)
    .execute()
    .catch(() => []); // a database that is away is part of what is tried
  return rows.length > 0 && rows.every(({ state }) => atRest.includes(state));
}

function refuseToWaitForNobody(workers: readonly LocalWorker[]): void {
  const last = workers.at(-1);
  if (last !== undefined && workers.every((worker) => worker.hasEnded()))
    throw new Error(`Every worker has ended; the last one said: ${last.lastLines()}`);
}

async function untilSettled(stage: E2eStage, story: Story, refuseToWait: () => void): Promise<void> {
  await eventually(() => {
    refuseToWait();
    return isAtRest(stage, story);
  }, settledWithinMs);
  // The incident hears of it from the shards, a moment later.
  await eventually(async () => {
    const status = await stage.firebreak.status(story.incidentId).catch(() => undefined);
    if (status === undefined) return false;
    const { planned, sending, deferred, inDoubt } = status.deliveries;
    return planned + sending + deferred + inDoubt === 0;
  }, settledWithinMs);
}

// The tenants

export const tenantId = (index: number) => `t${String(index + 1).padStart(5, '0')}`;
export const firstAddress = (index: number) => `${canary}@${tenantId(index)}.example`;
export const secondAddress = (index: number) => `admin-${canary}@${tenantId(index)}.example`;

const speakEnglish = (): Language => 'en';

/** Every second one can be told at two addresses. */
function tenantsOf(count: number, languageOf: (index: number) => Language = speakEnglish): TenantRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    id: tenantId(index),
    name: `Tenant ${tenantId(index)} ${canary} Ltd`,
    country: 'DE',
    timeZone: 'Europe/Berlin',
    languages: [languageOf(index)],
    contacts: [
      { kind: 'security', email: firstAddress(index) },
      ...(index % 2 === 0 ? [{ kind: 'administrator' as const, email: secondAddress(index) }] : []),
    ],
    services: [{ service: 'storage', region: 'eu-west', usedFrom: '2021-05-01' }],
  }));
}

async function importRecords(
  { database, folder }: E2eStage,
  tenants: readonly TenantRecord[],
): Promise<void> {
  const file = join(folder, 'tenants.jsonl');
  writeFileSync(file, tenants.map((tenant) => JSON.stringify(tenant)).join('\n'));
  await importTenants(database, file);
}

// Waiting

export async function eventually(
  isSo: () => Promise<boolean>,
  withinMs = 120_000,
  pollMs = 50,
): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) throw new Error(`It did not come true within ${String(withinMs / 1000)} s.`);
    await sleep(pollMs);
  }
}

/** Until so many messages have been taken. */
export function heldAtLeast(relay: FakeRelay, messages: number): Promise<void> {
  return eventually(async () => (await relay.counts()).held >= messages, settledWithinMs, 10);
}

/** So that a campaign lasts about so long with so many workers that deliver: a delay of every reply. */
export function delayLasting(seconds: number, { tenants }: Dose, workers = 1): number {
  return Math.min(2000, Math.round((seconds * 1000 * connectionsOfAWorker * workers) / tenants));
}

function shardSize({ tenants }: Dose): number {
  return Math.max(25, Math.ceil(tenants / mostShards));
}

/**
 * What can have gone out of a worker that dies without being recorded: every lane of every shard that it works on has
 * one message on the wire, or accepted and not yet written down.
 */
export function mostUnrecorded(dose: Dose): number {
  return lanesOfAShard * Math.ceil(dose.tenants / shardSize(dose));
}
