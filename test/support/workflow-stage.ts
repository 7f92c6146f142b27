/**
 * Incidents as real workflows on the time-skipping server: a worker with the real workflows and the real judge of
 * decisions, and a world in memory behind the other activities. Incidents play as drills on the dates of incidents.ts,
 * so that a test can name every instant.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { Client, Connection, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes, type HistoryAndWorkflowId } from '@temporalio/common';
import { NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { startTemporal } from '../../scripts/local/servers.mjs';
import { timeSkippingEnvironment } from '../../scripts/local/time-skipping';
import { bundledWorkflows, payloadConverterPath } from '../../scripts/local/workflow-bundle';
import type { Activities } from '../../src/activities';
import type { AskTrackerInput } from '../../src/activities/ask-tracker';
import type { IdentifyAffectedTenantsInput } from '../../src/activities/identify-affected-tenants';
import type { BrakeChange } from '../../src/activities/hold-deliveries';
import { judgeFiling, type FilingToJudge } from '../../src/activities/judge-filing';
import type { ObligationsToLookUp } from '../../src/activities/look-up-obligations';
import type { CountDeliveriesInput } from '../../src/activities/count-deliveries';
import type { KeepProcessRegisterInput } from '../../src/activities/keep-process-register';
import type { PlanDeliveriesInput } from '../../src/activities/plan-deliveries';
import { noticeObjectHash, type PrepareNoticeInput } from '../../src/activities/prepare-notice';
import { issueIdOf, type PublishStatusPostInput } from '../../src/activities/publish-status-post';
import type { SendPageInput, SendPageResult } from '../../src/activities/send-page';
import type { HandSettlementInput } from '../../src/activities/settle-by-hand';
import type { DoubtsToSettle } from '../../src/activities/settle-doubts';
import { verifyDecision, type VerifiedToken } from '../../src/activities/verify-decision';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { DECISION_TOKEN_TYPE, type ApproverKey, type DecisionClaims } from '../../src/contract/decision';
import type { DeclarationInput } from '../../src/contract/declaration';
import type { IncidentUpdates } from '../../src/contract/messages';
import type { Policy } from '../../src/contract/policy';
import type { Sender } from '../../src/contract/principal';
import { claimsOf, readDecisionToken } from '../../src/domain/decision-token';
import type { DeliveryTotals } from '../../src/domain/events';
import { noDeliveries } from '../../src/domain/delivery';
import { fingerprintOf } from '../../src/domain/fingerprint';
import type { Gate } from '../../src/domain/gates';
import { instantFromEpochMs, type Instant } from '../../src/domain/instant';
import type { ObligationGroup } from '../../src/domain/obligations';
import type { IncidentStatus } from '../../src/domain/operator-view';
import type { OnCallPage } from '../../src/domain/on-call';
import { defaultPolicy } from '../../src/domain/policy';
import type { ProcessFailure } from '../../src/domain/process-register';
import type { TimelineLine } from '../../src/domain/timeline';
import * as messages from '../../src/workflows/messages';
import {
  deliveryTaskQueue,
  deliveryWorkflowId,
  incidentTaskQueue,
  incidentWorkflowId,
} from '../../src/workflows/names';
import { attributesAtStart } from '../../src/workflows/search-attributes';
import type { IncidentInput, securityIncident } from '../../src/workflows/security-incident';
import {
  assessmentOf,
  declarationOf,
  declaredAt,
  people,
  totalsOf,
  type Content,
  type MemoryIncident,
  type MessageName,
  type Step,
} from './incidents';

export { bundledWorkflows };

export const hourMs = 3_600_000;

// The world behind the activities

/** What the activities of one incident find and leave. A test changes it as its story wants. */
export interface World {
  /** Tenants of the next version of the set. */
  tenants: number;
  /** What the rules say; of duties that repeat, counted from what they are told of submissions. */
  groups: readonly ObligationGroup[] | ((input: ObligationsToLookUp) => readonly ObligationGroup[]);
  noticeLacks: readonly string[];
  /** Posts that say that the issue is over, each as `<post>.<revision>`. */
  readonly resolvedPosts: Set<string>;
  /** What an activity refuses for good: its name and the sentence. */
  readonly refusals: Map<keyof Activities, string>;
  /** What the next pages of any shard answer; without one, all its recipients accept. */
  readonly pages: Partial<SendPageResult>[];
  /** The calls in their order: name of the activity and what tells one call from another. */
  readonly calls: string[];
  /** The recipients that were told, a campaign each. */
  /** What is really so, by campaign and shard. */
  readonly ledger: Map<string, DeliveryTotals>;
  readonly told: { readonly campaignId: string; readonly recipients: number; readonly at: Instant }[];
  planned: PlanDeliveriesInput[];
  readonly pagesAsked: SendPageInput[];
  /** What woke whoever is on call. */
  readonly onCall: Omit<OnCallPage, 'incidentId'>[];
  isPagerAway: boolean;
  /** So many held doubts a decision settles. */
  doubts: number;
  /** Process failures by their ref, as they were registered last. */
  readonly registered: Map<string, ProcessFailure>;
  /** How the issues of the tracker stand, by the ref of their entry. */
  readonly issues: Map<string, 'open' | 'resolved' | 'not-planned'>;
  /** The activity does not answer until what is returned is called. */
  hold(name: keyof Activities): () => void;
  readonly held: Map<keyof Activities, Promise<void>>;
}

function newWorld(): World {
  const held = new Map<keyof Activities, Promise<void>>();
  return {
    held,
    hold(name) {
      const { promise, release } = heldPromise();
      held.set(name, promise);
      return release;
    },
    tenants: 3,
    groups: [],
    noticeLacks: [],
    resolvedPosts: new Set(),
    refusals: new Map(),
    pages: [],
    calls: [],
    ledger: new Map(),
    told: [],
    planned: [],
    pagesAsked: [],
    onCall: [],
    isPagerAway: false,
    doubts: 0,
    registered: new Map(),
    issues: new Map(),
  };
}

function heldPromise(): { readonly promise: Promise<void>; readonly release: () => void } {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

type Worlds = Map<string, World>;

function worldOf(worlds: Worlds, incidentId: string): World {
  const world = worlds.get(incidentId);
  if (world === undefined) throw new Error(`no world for incident ${incidentId}`);
  return world;
}

function activitiesOf(worlds: Worlds, now: () => Promise<Instant>): Activities {
  const called = (name: keyof Activities, incidentId: string, detail: string): World => {
    const world = worldOf(worlds, incidentId);
    world.calls.push(`${name} ${detail}`);
    const refusal = world.refusals.get(name);
    if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal, 'Refused');
    return world;
  };
  return {
    verifyDecision: judgeOf((incidentId, gate) => called('verifyDecision', incidentId, gate)),
    async identifyAffectedTenants({ incidentId, version, include }: IdentifyAffectedTenantsInput) {
      const { tenants, held } = called('identifyAffectedTenants', incidentId, String(version));
      await held.get('identifyAffectedTenants');
      if (include.includes('unknown'))
        throw ApplicationFailure.nonRetryable('unknown is not in the directory');
      return {
        version,
        tenants,
        excluded: 0,
        added: tenants,
        removed: 0,
        changed: 0,
        unreachable: 0,
        digest: fingerprintOf(['tenants', version, tenants]),
        coverage: { tenantSetVersion: version, untold: tenants, outdated: 0, notWithdrawn: 0 },
      };
    },
    async lookUpObligations(input: ObligationsToLookUp) {
      await Promise.resolve();
      const { incidentId, tenantSetVersion, facts } = input;
      const { groups } = called('lookUpObligations', incidentId, JSON.stringify(facts.named));
      return assessmentOf(typeof groups === 'function' ? groups(input) : groups, tenantSetVersion);
    },
    async judgeFiling(input: FilingToJudge) {
      called('judgeFiling', input.incidentId, `${input.ruleId}/${input.stage}`);
      return judgeFiling({ rulePack: { load: () => loadRulePack() }, holidays: holidayCalendars() })(input);
    },
    async prepareNotice(input: PrepareNoticeInput) {
      await Promise.resolve();
      const { incidentId, noticeId, revision, tenantSetVersion } = input;
      const detail = `${noticeId}.${String(revision)} for tenants ${String(tenantSetVersion)}`;
      const { noticeLacks } = called('prepareNotice', incidentId, detail);
      const templateHash = fingerprintOf('template');
      return {
        objectHash: noticeObjectHash({ ...input, templateHash }),
        templateHash,
        lacks: [...noticeLacks],
        unreadLanguages: [],
      };
    },
    async planDeliveries(input: PlanDeliveriesInput) {
      await Promise.resolve();
      const world = called('planDeliveries', input.incidentId, input.campaignId);
      world.planned.push(input);
      return { shards: [], totals: totalsOf({ planned: world.tenants }) };
    },
    async countDeliveries({ incidentId, campaignId, shards, tenantSetVersion }: CountDeliveriesInput) {
      await Promise.resolve();
      const { ledger, planned, tenants } = called('countDeliveries', incidentId, campaignId);
      const isToldOfIt = planned.some((campaign) => campaign.tenantSetVersion === tenantSetVersion);
      return {
        coverage: { tenantSetVersion, untold: isToldOfIt ? 0 : tenants, outdated: 0, notWithdrawn: 0 },
        shards: Array.from(
          { length: shards },
          (_, shard) => ledger.get(`${campaignId}/${shard}`) ?? totalsOf({}),
        ),
      };
    },
    async settleByHand({ incidentId, tenantId, verdict }: HandSettlementInput) {
      await Promise.resolve();
      const { ledger } = called('settleByHand', incidentId, `${tenantId} ${verdict}`);
      const [shard] = [...ledger].find(([, { needsHuman }]) => needsHuman > 0) ?? [];
      if (shard === undefined) return { deliveries: 0, campaigns: [] };
      const totals = ledger.get(shard) ?? noDeliveries;
      ledger.set(shard, { ...totals, needsHuman: totals.needsHuman - 1, [verdict]: totals[verdict] + 1 });
      return { deliveries: 1, campaigns: [shard.slice(0, shard.lastIndexOf('/'))] };
    },
    async publishStatusPost({ incidentId, postId, revision, mode }: PublishStatusPostInput) {
      const post = `${postId}.${String(revision)}`;
      const world = called('publishStatusPost', incidentId, `${post} ${mode}`);
      await world.held.get('publishStatusPost');
      return { issueId: issueIdOf(incidentId, postId), isResolved: world.resolvedPosts.has(post) };
    },
    async keepProcessRegister({ incidentId, failures }: KeepProcessRegisterInput) {
      await Promise.resolve();
      const { registered, held } = called('keepProcessRegister', incidentId, String(failures.length));
      await held.get('keepProcessRegister');
      for (const failure of failures) registered.set(failure.ref, failure);
    },
    async askTracker({ incidentId, items }: AskTrackerInput) {
      await Promise.resolve();
      const { issues } = called('askTracker', incidentId, String(items.length));
      for (const { ref } of items) if (!issues.has(ref)) issues.set(ref, 'open');
      return {
        issues: items.map(({ ref }) => ({
          ref,
          link: `https://tracker.example/${ref}`,
          state: issues.get(ref) ?? 'open',
        })),
      };
    },
    async pageOnCall({ incidentId, ...page }: OnCallPage) {
      const world = called('pageOnCall', incidentId, page.alarm);
      await Promise.resolve();
      if (world.isPagerAway) throw new Error('the pager is away');
      world.onCall.push(page);
    },
    async holdDeliveries({ incidentId, isHeld, change }: BrakeChange) {
      const world = called('holdDeliveries', incidentId, `${isHeld ? 'held' : 'released'} ${String(change)}`);
      await world.held.get('holdDeliveries');
    },
    async settleDoubts({ incidentId, campaignId, decision }: DoubtsToSettle) {
      const world = called('settleDoubts', incidentId, `${campaignId} ${decision}`);
      await world.held.get('settleDoubts');
      return { settled: world.doubts };
    },
    async sendPage(input: SendPageInput) {
      const { incidentId, campaignId, shard } = input;
      const world = called('sendPage', incidentId, `${campaignId} shard ${String(shard)}`);
      world.pagesAsked.push(input);
      const { planned } = world;
      const shards = planned.find((each) => each.campaignId === campaignId)?.shards ?? 1;
      const page = pageOf(world.pages.shift(), shareOf(world.tenants, shards, shard));
      world.ledger.set(`${campaignId}/${shard}`, page.totals);
      world.told.push({ campaignId, recipients: page.totals.accepted, at: await now() });
      return page;
    },
  };
}

function shareOf(tenants: number, shards: number, shard: number): number {
  return Math.floor(tenants / shards) + (shard < tenants % shards ? 1 : 0);
}

function pageOf(answer: Partial<SendPageResult> | undefined, recipients: number): SendPageResult {
  const totals: DeliveryTotals = totalsOf({ accepted: recipients });
  return { totals, settled: answer === undefined, digest: fingerprintOf('page'), ...answer };
}

// People who sign

const genuine = 'genuine';
const everyone: readonly Sender[] = Object.values(people);

/** The judge of production over a register in memory; whoever signs here writes "genuine" in place of a signature. */
function judgeOf(called: (incidentId: string, gate: string) => World): Activities['verifyDecision'] {
  const judge = verifyDecision({
    register: { findKey: (keyId) => Promise.resolve(keyOf(keyId)) },
    verifyToken: (token) => Promise.resolve(verified(token)),
    clock: () => instantFromEpochMs(Date.now()),
  });
  return async (input) => {
    const world = called(input.expected.audience.split('/').slice(2).join('/'), input.expected.gate);
    await world.held.get('verifyDecision');
    return judge(input);
  };
}

function keyOf(keyId: string): ApproverKey | undefined {
  const owner = everyone.find(({ by }) => keyIdOf(by) === keyId);
  if (owner === undefined) return undefined;
  const validFrom = '2020-01-01T00:00:00.000Z';
  return { keyId, approverId: owner.by, publicKeyPem: owner.by, roles: [owner.role], validFrom };
}

function keyIdOf(approverId: string): string {
  return fingerprintOf(approverId).slice(0, 32);
}

function verified(token: string): VerifiedToken {
  const reading = readDecisionToken(token);
  const isGenuine = token.endsWith(`.${genuine}`) && reading.kind === 'readable';
  return isGenuine ? { kind: 'genuine', claims: reading.claims } : { kind: 'forged' };
}

export interface Signing {
  readonly verdict?: 'approve' | 'reject';
  readonly reason?: string;
  /** Claims that differ from what the gate asks for. */
  readonly claims?: Partial<DecisionClaims>;
  readonly forged?: boolean;
}

let tokens = 0;

function signed(audience: string, gate: Gate, approver: Sender, signing: Signing): string {
  const { verdict = 'approve', reason } = signing;
  const claims = {
    ...claimsOf(
      {
        aud: audience,
        gate: gate.gate,
        gen: gate.generation,
        obj: gate.objectHash ?? '',
        expiresInSeconds: 600,
      },
      {
        approverId: approver.by,
        verdict,
        tokenId: `token-of-a-story-${String((tokens += 1))}`,
        issuedAt: instantFromEpochMs(Date.now()),
        ...(reason !== undefined && { reason }),
      },
    ),
    ...signing.claims,
  };
  const header = { alg: 'Ed25519', typ: DECISION_TOKEN_TYPE, kid: keyIdOf(approver.by) };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...text, signing.forged === true ? 'forged' : genuine].join('.');
}

// The stage

export interface Declared {
  readonly declaration?: Partial<DeclarationInput>;
  readonly policy?: Partial<Policy>;
  readonly historyLimit?: number;
  /** Where no worker of the stage looks, for one that starts later. */
  readonly taskQueue?: string;
}

export interface Stage {
  readonly client: Client;
  /** What the server's clock says; the drills on the stage have their own dates. */
  now(): Promise<Instant>;
  declare(declared?: Declared): Promise<StagedIncident>;
  /** Lets time pass for everything on the stage. */
  pass(durationMs: number): Promise<void>;
  /** One more worker for incidents. */
  startWorker(taskQueue: string): Promise<void>;
  /** Stops all workers and starts others whose workflow code is changed. */
  deploy(change: (code: string) => string): Promise<void>;
  /** What every story must leave behind: no failed workflow task, and histories that replay. Ends the incidents. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** A stage on a time-skipping server of its own, for one test file. */
export async function workflowStage(): Promise<Stage> {
  const environment = await timeSkippingEnvironment();
  return stageOn({
    client: environment.client,
    connection: environment.nativeConnection,
    now: async () => instantFromEpochMs(await environment.currentTimeMs()),
    pass: (durationMs) => environment.sleep(durationMs),
    close: () => environment.teardown(),
  });
}

/** A stage on a development server of its own, where time passes by itself alone. */
export async function realTimeStage(): Promise<Stage> {
  const server = await startTemporal();
  const connection = await NativeConnection.connect({ address: server.address });
  // The same kind of connection as callers have: it is patient with an incident whose run is just ending.
  const ofCallers = await Connection.connect({ address: server.address });
  return stageOn({
    client: new Client({ connection: ofCallers }),
    connection,
    now: () => Promise.resolve(instantFromEpochMs(Date.now())),
    pass: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
    async close() {
      await ofCallers.close();
      await connection.close();
      await server.stop();
    },
  });
}

interface Server extends Pick<Stage, 'client' | 'now' | 'pass' | 'close'> {
  readonly connection: NativeConnection;
}

async function stageOn(server: Server): Promise<Stage> {
  const { client, now, pass } = server;
  let workflowBundle = await bundledWorkflows();
  const worlds: Worlds = new Map();
  const incidents: StagedIncident[] = [];
  const activities = activitiesOf(worlds, now);
  const workers: RunningWorker[] = [];
  const startWorker = async (taskQueue: string) => {
    workers.push(await runWorker(server.connection, { workflowBundle, activities, taskQueue }));
  };
  const startWorkers = async () => {
    await startWorker(incidentTaskQueue);
    await startWorker(deliveryTaskQueue);
  };
  const stopWorkers = async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  };
  await startWorkers();

  return {
    client,
    now,
    pass,
    startWorker,
    async deploy(change) {
      await stopWorkers();
      workflowBundle = { ...workflowBundle, code: change(workflowBundle.code) };
      await startWorkers();
    },
    async declare(declared = {}) {
      const world = newWorld();
      const incident = await begin(client, world, declared);
      worlds.set(incident.incidentId, world);
      incidents.push(incident);
      return incident;
    },
    async sweep() {
      const histories: HistoryAndWorkflowId[] = [];
      for (const incident of incidents.splice(0)) histories.push(...(await incident.end()));
      expect(histories.flatMap(taskFailuresOf)).toEqual([]);
      await replayAll(workflowBundle, histories);
    },
    async close() {
      await stopWorkers();
      await server.close();
    },
  };
}

interface RunningWorker {
  stop(): Promise<void>;
}

async function runWorker(
  connection: NativeConnection,
  options: {
    readonly workflowBundle: WorkflowBundleWithSourceMap;
    readonly activities: object;
    readonly taskQueue: string;
  },
): Promise<RunningWorker> {
  const worker = await Worker.create({
    connection,
    dataConverter: { payloadConverterPath },
    ...options,
  });
  const running = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await running;
    },
  };
}

/** The incident that a replay would make of each history is the same. */
export async function replayAll(
  workflowBundle: WorkflowBundleWithSourceMap,
  histories: readonly HistoryAndWorkflowId[],
): Promise<void> {
  const results = Worker.runReplayHistories(
    { workflowBundle, dataConverter: { payloadConverterPath } },
    histories,
  );
  for await (const { workflowId, error } of results)
    if (error !== undefined) {
      const kinds = histories.filter((one) => one.workflowId === workflowId).map(eventKindsOf);
      throw new Error(`${workflowId} does not replay: ${kinds.join(' | ')}`, { cause: error });
    }
}

/** `1 workflowExecutionStarted, 2 workflowTaskScheduled, …` */
function eventKindsOf({ history }: HistoryAndWorkflowId): string {
  return kindsIn(history)
    .map((kind, index) => `${String(index + 1)} ${kind.replace('EventAttributes', '')}`)
    .join(', ');
}

/** The server's own: a message came while the workflow was about to end its run, which it then does with the next task. */
const unhandledCommand = 1;

function taskFailuresOf({ workflowId, history }: HistoryAndWorkflowId): string[] {
  const { events } = history as { events?: readonly HistoryEvent[] | null };
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed && failed.identity !== theServerItself && failed.cause !== unhandledCommand
      ? [`${workflowId}: ${failed.failure?.message ?? 'failed'}`]
      : [],
  );
}

/** It fails a task when more signals come meanwhile than it buffers, and has it done anew. */
const theServerItself = 'history-service';

interface HistoryEvent {
  readonly workflowTaskFailedEventAttributes?: {
    readonly identity?: string | null;
    readonly cause?: number | null;
    readonly failure?: { readonly message?: string | null } | null;
  } | null;
}

// One incident

export interface Refused {
  readonly type: string;
  readonly sentence: string;
}

type UpdateName = keyof IncidentUpdates;

export interface StagedIncident {
  readonly incidentId: string;
  readonly handle: WorkflowHandle<typeof securityIncident>;
  readonly world: World;
  tell<Name extends UpdateName>(
    name: Name,
    sender: Sender,
    content: Content<Name>,
    updateId?: string,
  ): Promise<messages.Receipt>;
  /** @returns why it is refused; throws when it is accepted. */
  refusalOf<Name extends UpdateName>(name: Name, sender: Sender, content: Content<Name>): Promise<Refused>;
  /** Any payload, as people type it in the Temporal UI. */
  signal(name: string, ...payload: readonly unknown[]): Promise<void>;
  /** A signed decision on what the gate waits for. */
  token(gate: string, approver: Sender, signing?: Signing): Promise<string>;
  /** Signs and sends as update. */
  decide(gate: string, approver: Sender, signing?: Signing): Promise<messages.DecisionReceipt>;
  /** As `decide`, where it is refused. */
  refusedDecision(gate: string, approver: Sender, signing?: Signing): Promise<Refused>;
  /** Stages of incidents.ts, in part or in full, one message after the other. */
  play(...stages: readonly (readonly Step[])[]): Promise<void>;
  status(): Promise<IncidentStatus>;
  gate(name: string): Promise<Gate>;
  timeline(): Promise<readonly TimelineLine[]>;
  /** The lines of these types. */
  lines(...types: readonly string[]): Promise<readonly TimelineLine[]>;
  /** Waits, without letting time pass, until the timeline has so many lines of a type. */
  untilLine(type: string, count?: number): Promise<readonly TimelineLine[]>;
  until(isTrue: (status: IncidentStatus) => boolean): Promise<IncidentStatus>;
  /** Of every run of the incident and of its shards. */
  histories(): Promise<HistoryAndWorkflowId[]>;
  /** Ends what still runs. @returns all its histories */
  end(): Promise<HistoryAndWorkflowId[]>;
}

let declared = 0;

async function begin(
  client: Client,
  world: World,
  { declaration: changes, policy, historyLimit, taskQueue = incidentTaskQueue }: Declared,
): Promise<StagedIncident> {
  declared += 1;
  const declaration = declarationOf({
    incidentId: `story-${String(declared)}`,
    mode: 'drill',
    startsAt: declaredAt,
    ...changes,
  });
  const { incidentId } = declaration;
  const input: IncidentInput = {
    declaration,
    policy: { ...defaultPolicy, ...policy },
    ...(historyLimit !== undefined && { historyLimit }),
  };
  const handle = await client.workflow.start<typeof securityIncident>('securityIncident', {
    workflowId: incidentWorkflowId(incidentId),
    taskQueue,
    args: [input],
    typedSearchAttributes: new TypedSearchAttributes(attributesAtStart(declaration)),
  });
  return staged(client, client.workflow.getHandle<typeof securityIncident>(handle.workflowId), {
    incidentId,
    world,
    firstRunId: handle.firstExecutionRunId,
  });
}

interface Begun {
  readonly incidentId: string;
  readonly world: World;
  readonly firstRunId: string;
}

function staged(
  client: Client,
  handle: WorkflowHandle<typeof securityIncident>,
  { incidentId, world, firstRunId }: Begun,
): StagedIncident {
  const tell: StagedIncident['tell'] = (name, sender, content, updateId) =>
    handle.executeUpdate<messages.Receipt, [unknown]>(name, {
      args: [{ ...sender, ...content }],
      ...(updateId !== undefined && { updateId }),
    });
  const timeline = () => handle.query(messages.timeline);
  const lines: StagedIncident['lines'] = async (...types) =>
    (await timeline()).filter((line) => types.includes(line.type));
  const gate = async (name: string) => {
    const found = (await handle.query(messages.gates)).find((each) => each.gate === name);
    if (found === undefined) throw new Error(`there is no gate ${name}`);
    return found;
  };
  const token: StagedIncident['token'] = async (name, approver, signing = {}) => {
    const asked = await gate(name);
    return signed(`default/${incidentWorkflowId(incidentId)}`, asked, approver, signing);
  };
  const decide: StagedIncident['decide'] = async (name, approver, signing) =>
    handle.executeUpdate(messages.decide, { args: [{ token: await token(name, approver, signing) }] });
  const signal: StagedIncident['signal'] = (name, ...payload) => handle.signal(name, ...payload);
  const histories = () => historiesOf(client, incidentId, firstRunId, world);

  return {
    incidentId,
    handle,
    world,
    tell,
    refusalOf: (name, sender, content) => refusal(tell(name, sender, content)),
    signal,
    token,
    decide,
    refusedDecision: (name, approver, signing) => refusal(decide(name, approver, signing)),
    async play(...stages) {
      for (const step of stages.flat()) await act(step, { tell, signal, decide });
    },
    status: () => handle.query(messages.status),
    gate,
    timeline,
    lines,
    untilLine: (type, count = 1) =>
      eventually(
        () => lines(type),
        (found) => found.length >= count,
      ),
    until: (isTrue) => eventually(() => handle.query(messages.status), isTrue),
    histories,
    async end() {
      const shards = (await histories()).filter(({ workflowId }) => workflowId !== handle.workflowId);
      for (const { workflowId } of shards) await endAtRest(client.workflow.getHandle(workflowId));
      await endAtRest(handle);
      return histories();
    },
  };
}

/** Only when nothing is under way: the clock of the time-skipping server stands still for ever otherwise. */
async function endAtRest(handle: WorkflowHandle): Promise<void> {
  await eventually(() => handle.fetchHistory(), isAtRest);
  await handle.terminate('the story is over').catch(() => undefined);
}

const beginnings = /^(workflowTask|activityTask)Scheduled|^(signalExternal|startChild)Workflow\w+Initiated/;
const ends =
  /^(workflowTask|activityTask)(Completed|Failed|TimedOut|Canceled)|^(signalExternal|startChild)Workflow\w+Failed|^externalWorkflowExecutionSignaled|^childWorkflowExecutionStarted/;
const closings = /^workflowExecution(Completed|Failed|Terminated|TimedOut|Canceled|ContinuedAsNew)/;

function isAtRest(history: unknown): boolean {
  const kinds = kindsIn(history);
  const countOf = (pattern: RegExp) => kinds.filter((kind) => pattern.test(kind)).length;
  return closings.test(kinds.at(-1) ?? '') || countOf(beginnings) === countOf(ends);
}

/** The name of the attributes that each event has. */
function kindsIn(history: unknown): readonly string[] {
  const { events = [] } = history as { readonly events?: readonly object[] };
  return events.map(
    (event) =>
      Object.entries(event).find(([name, value]) => name.endsWith('EventAttributes') && value)?.[0] ?? '',
  );
}

/** A step of a story in memory says what it would send; here it is sent. */
async function act(step: Step, { tell, signal, decide }: Actions): Promise<void> {
  const sent: (() => Promise<unknown>)[] = [];
  const recorder: Pick<MemoryIncident, 'send' | 'decide'> = {
    send(name, sender, content) {
      sent.push(() =>
        isSignal(name)
          ? signal(signals[name], { ...sender, ...content })
          : tell(name, sender, content as Content<UpdateName>),
      );
      return [];
    },
    decide(gate, approver, verdict = 'approve', reason) {
      sent.push(() => decide(gate, approver, { verdict, ...(reason !== undefined && { reason }) }));
    },
  };
  step(recorder as MemoryIncident);
  for (const send of sent) await send();
}

type Actions = Pick<StagedIncident, 'tell' | 'signal' | 'decide'>;

const signals = { openEntry: 'openBug', closeEntry: 'closeBug', reopenEntry: 'reopenBug' } as const;

function isSignal(name: MessageName): name is keyof typeof signals {
  return name in signals;
}

async function refusal(answer: Promise<unknown>): Promise<Refused> {
  const error: unknown = await answer.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  const cause = error.cause as ApplicationFailure;
  return { type: cause.type ?? '', sentence: cause.message };
}

const patienceMs = 20_000;

async function eventually<Value>(
  look: () => Promise<Value>,
  isRight: (value: Value) => boolean,
): Promise<Value> {
  const endsAtMs = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (isRight(value)) return value;
    if (Date.now() > endsAtMs)
      throw new Error(`it did not come true; at last there was ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function historiesOf(
  client: Client,
  incidentId: string,
  firstRunId: string,
  { planned }: World,
): Promise<HistoryAndWorkflowId[]> {
  const shards = planned.flatMap(({ campaignId, shards: count }) =>
    Array.from({ length: count }, (_, shard) => deliveryWorkflowId(incidentId, campaignId, shard)),
  );
  const found = await runsOf(client, incidentWorkflowId(incidentId), firstRunId);
  for (const shard of shards) {
    const history = await client.workflow
      .getHandle(shard)
      .fetchHistory()
      .catch(() => undefined);
    if (history !== undefined) found.push({ workflowId: shard, history });
  }
  return found;
}

/** Each run names the one that goes on after it. */
async function runsOf(
  client: Client,
  workflowId: string,
  firstRunId: string,
): Promise<HistoryAndWorkflowId[]> {
  const runs: HistoryAndWorkflowId[] = [];
  for (let runId: string | null | undefined = firstRunId; runId;) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push({ workflowId, history });
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}
