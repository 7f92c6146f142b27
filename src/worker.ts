/**
 * The composition root: configuration → adapters → activities → workers, and a graceful end. The incident role holds no
 * credentials of the mail relay; the delivery role runs nothing else.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type Logger as TemporalLogger,
} from '@temporalio/worker';
import { pino, type Logger } from 'pino';
import { deliveryActivities, incidentActivities } from './activities';
import type { Channel, LiveTransport } from './activities/send-page';
import type { OnCallPager } from './activities/page-on-call';
import { noEvidence, type RelayEvidence } from './activities/reconcile-doubts';
import { signsOfLife } from './activities/signs-of-life';
import { campaignOnChannels } from './adapters/channels/campaign-on-channels';
import { dashboardChannel } from './adapters/channels/dashboard-channel';
import { liveChannels } from './adapters/channels/live-channels';
import { webhookChannel } from './adapters/channels/webhook-channel';
import { noWebhookSecrets, readWebhookSecrets } from './adapters/channels/webhook-secrets';
import { verifyDecisionToken } from './adapters/decision-tokens';
import { drillMailbox } from './adapters/drill-mailbox';
import { relayEvidence } from './adapters/evidence/relay-evidence';
import { holidayCalendars } from './adapters/holiday-calendars';
import { renderSample } from './adapters/notice-composer';
import { affectedTenantSets } from './adapters/postgres/affected-tenants';
import { acceptances } from './adapters/postgres/after-acceptance';
import { approverKeyStore } from './adapters/postgres/approver-key-store';
import { readCampaign } from './adapters/postgres/campaign-contents';
import type { Database } from './adapters/postgres/database';
import { deliveryBrakes } from './adapters/postgres/delivery-brakes';
import { doubtLedger, heldDoubts } from './adapters/postgres/delivery-doubts';
import { deliveryLedger, ledgerCounts, shardStatus } from './adapters/postgres/delivery-ledger';
import { dashboardIssues, publishedPosts } from './adapters/postgres/dashboard-issues';
import { deliveryPlan } from './adapters/postgres/delivery-plan';
import { shardLeases } from './adapters/postgres/delivery-shards';
import { handLedger } from './adapters/postgres/hand-settlements';
import { assertMigrated } from './adapters/postgres/migrate';
import { noticeRecipients } from './adapters/postgres/notice-recipients';
import { noticeContents } from './adapters/postgres/notice-store';
import { processRegister } from './adapters/postgres/process-register';
import { openReachableDatabase } from './adapters/postgres/reachable-database';
import { obligationStore } from './adapters/postgres/obligation-store';
import { approvedTemplates } from './adapters/postgres/template-store';
import { tenantCoverages } from './adapters/postgres/tenant-standing';
import { statusPostDrafts } from './adapters/postgres/status-post-store';
import { loadRulePack } from './adapters/rule-pack-files';
import { renderSafeMarkdown } from './adapters/safe-markdown';
import { createSmtpMailer } from './adapters/smtp-mailer';
import { statusFiles } from './adapters/status-files';
import { readTemplates } from './adapters/template-files';
import { issueTracker } from './adapters/trackers';
import { webhookPager } from './adapters/webhook-pager';
import { Unreachable } from './client';
import { requireDatabaseUrl, requireSmtp, type Config } from './config';
import { instantFromEpochMs } from './domain/instant';
import { deliveryTaskQueue, incidentTaskQueue } from './workflows/names';

const heartbeatThrottleMs = 500;
const stickyTimeoutMs = 2000;
// They share the connections to the relay. More of them only make the groups smaller in which the ledger is written.
const pagesAtOnce = 4;

export type WorkerRole = 'incident' | 'delivery' | 'all';

/**
 * Runs until SIGINT or SIGTERM; then finishes what is under way and returns.
 * @throws InputProblem when the configuration lacks something; DatabaseUnreachable; DatabaseNotMigrated before
 *   `firebreak migrate`; Unreachable when no Temporal server answers, or it lacks the namespace
 */
export async function runWorker(config: Config, role: WorkerRole): Promise<void> {
  const logger = pino({ level: config.logLevel, base: { role } });
  const databaseUrl = requireDatabaseUrl(config);
  const mailer = role === 'incident' ? undefined : createSmtpMailer(requireSmtp(config));
  const webhooks = mailer && webhooksOf(config);
  const database = await openReachableDatabase({
    url: databaseUrl,
    maxConnections: 30,
    statementTimeoutMs: 30 * 60_000,
    onIdleError: (error) => logger.warn({ error: error.message }, 'a connection to PostgreSQL broke'),
  });
  try {
    await assertMigrated(database);
    const pager = config.onCallUrl === undefined ? pagerInTheLog(logger) : webhookPager(config.onCallUrl);
    const evidence = await relayEvidence(mailer === undefined ? nothingToAsk : config.evidence, (problem) =>
      logger.warn({ problem }, 'what the relay has taken cannot be looked up'),
    );
    const dashboard = dashboardChannel(publishedPosts(database));
    const live = mailer && webhooks && liveChannels({ email: mailer, webhook: webhooks, dashboard });
    await runWith(config, role, { database, live, evidence, pager }, logger);
  } finally {
    mailer?.close();
    await database.destroy();
  }
}

/** Opens nothing yet. */
function webhooksOf({ webhooks: { secretsFile, ...options } }: Config): Channel {
  const secrets = secretsFile === undefined ? noWebhookSecrets : readWebhookSecrets(secretsFile);
  return webhookChannel({ ...options, secrets });
}

/** No mail leaves this worker. */
const nothingToAsk = { quietMs: 0 };

interface Surroundings {
  readonly database: Database;
  /** Only where notices leave. */
  readonly live: LiveTransport | undefined;
  readonly evidence: RelayEvidence;
  readonly pager: OnCallPager;
}

async function runWith(
  config: Config,
  role: WorkerRole,
  surroundings: Surroundings,
  logger: Logger,
): Promise<void> {
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) } },
  });
  const connection = await connect(config);
  try {
    const workers = await workersOf(config, role, surroundings, connection);
    logger.info({ address: config.temporal.address }, 'the worker is running');
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    await connection.close();
  }
}

/** A worker of a namespace that is not there would try for ever, so the server is asked for it first. */
async function connect({ temporal: { address, namespace, tls } }: Config): Promise<NativeConnection> {
  const connection = await NativeConnection.connect({ address, tls }).catch((cause: unknown) => {
    throw new Unreachable(`no Temporal server answers at ${address}; start one, or set TEMPORAL_ADDRESS`, {
      cause,
    });
  });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (cause) {
    await connection.close();
    throw new Unreachable(
      `the Temporal server at ${address} has no namespace ${namespace} for us; create it, or set TEMPORAL_NAMESPACE`,
      { cause },
    );
  }
}

/** Workers of both roles for drills alone: there is no relay behind them, whatever an incident says of itself. */
export function drillWorkers(
  config: Config,
  database: Database,
  connection: NativeConnection,
  code: WorkflowCode = workflowCode(),
): Promise<Worker[]> {
  return workersOf(
    config,
    'all',
    { database, live: noRelay, evidence: noEvidence, pager: nobodyOnCall },
    connection,
    code,
  );
}

/** An exercise that is played on these workers wakes nobody. */
const nobodyOnCall: OnCallPager = { page: () => Promise.resolve() };

const noRelay: LiveTransport = {
  reaches: 'contacts',
  send: () => Promise.reject(new Error('these workers send the notices of drills alone')),
};

async function workersOf(
  config: Config,
  role: WorkerRole,
  { database, live, evidence, pager }: Surroundings,
  connection: NativeConnection,
  code: WorkflowCode = workflowCode(),
): Promise<Worker[]> {
  const common = {
    connection,
    namespace: config.temporal.namespace,
    ...code,
    maxCachedWorkflows: config.maxCachedWorkflows,
    // When this process dies, whoever speaks to an incident next waits so long for its answer before another takes over.
    stickyQueueScheduleToStartTimeout: stickyTimeoutMs,
  };
  const workers: Promise<Worker>[] = [];
  if (role !== 'delivery')
    workers.push(
      Worker.create({
        ...common,
        taskQueue: incidentTaskQueue,
        activities: incidentActivities(incidentPorts(config, database, pager)),
        interceptors: { ...code.interceptors, activity: [(context) => signsOfLife(context)] },
      }),
    );
  if (live !== undefined)
    workers.push(
      Worker.create({
        ...common,
        taskQueue: deliveryTaskQueue,
        activities: deliveryActivities(sendPagePorts(config, database, { live, evidence })),
        maxConcurrentActivityTaskExecutions: pagesAtOnce,
        // The server must hear of a page often enough to miss a dead worker after its heartbeat time-out, not much later.
        defaultHeartbeatThrottleInterval: heartbeatThrottleMs,
        maxHeartbeatThrottleInterval: heartbeatThrottleMs,
      }),
    );
  return Promise.all(workers);
}

type WorkflowCode = Pick<
  WorkerOptions,
  'workflowBundle' | 'workflowsPath' | 'interceptors' | 'dataConverter'
>;

/** The bundle that the build made; from source, it is made on the fly. */
function workflowCode(): WorkflowCode {
  const codePath = join(__dirname, 'workflow-bundle.js');
  const dataConverter = { payloadConverterPath: require.resolve('./workflows/payload-converter') };
  return existsSync(codePath)
    ? { workflowBundle: { codePath }, dataConverter }
    : {
        workflowsPath: require.resolve('./workflows'),
        interceptors: { workflowModules: [require.resolve('./workflows/interceptors')] },
        dataConverter,
      };
}

function incidentPorts(
  config: Config,
  database: Database,
  pager: OnCallPager,
): Parameters<typeof incidentActivities>[0] {
  const store = obligationStore(database);
  return {
    decisions: {
      register: approverKeyStore(database),
      verifyToken: verifyDecisionToken,
      clock: () => instantFromEpochMs(Date.now()),
    },
    affectedTenants: affectedTenantSets(database),
    obligations: {
      rulePack: { load: () => loadRulePack(config.rulesDirectories) },
      holidays: holidayCalendars(),
      tenants: store,
      obligations: store,
    },
    notices: {
      notices: noticeContents(database),
      recipients: noticeRecipients(database),
      readTemplates: async (kind) => ({
        ...(await readTemplates(config.releasedTemplates, kind)),
        ...(await approvedTemplates(database, kind)),
      }),
      renderSample,
    },
    deliveryPlan: deliveryPlan(database),
    ledgerCounts: ledgerCounts(database),
    statusPosts: {
      drafts: statusPostDrafts(database),
      issues: dashboardIssues(database),
      dashboards: statusFiles(config.statusDirectory, {
        name: config.sender.name,
        domain: config.sender.messageIdDomain,
      }),
      renderHtml: renderSafeMarkdown,
    },
    coverages: tenantCoverages(database),
    handLedger: handLedger(database),
    brakes: deliveryBrakes(database),
    heldDoubts: heldDoubts(database),
    processRegister: processRegister(database),
    tracker: issueTracker(config.tracker),
    pager,
  };
}

/** Where no on-call service is configured, the log says what would have woken somebody. */
function pagerInTheLog(logger: Logger): OnCallPager {
  return {
    page: async (page) => {
      logger.warn(page, 'an alarm, and nobody is paged: FIREBREAK_ONCALL_URL is not set');
      return Promise.resolve();
    },
  };
}

function sendPagePorts(
  config: Config,
  database: Database,
  { live, evidence }: { readonly live: LiveTransport; readonly evidence: RelayEvidence },
): Parameters<typeof deliveryActivities>[0] {
  return {
    leases: shardLeases(database),
    ledger: deliveryLedger(database),
    doubts: doubtLedger(database),
    evidence,
    brakes: deliveryBrakes(database),
    status: shardStatus(database),
    acceptances: acceptances(database, { hasLinks: config.sender.acknowledgement !== undefined }),
    openCampaign: async (campaign) => {
      const content = await readCampaign(database, campaign);
      return content === undefined ? undefined : campaignOnChannels(content, config.sender);
    },
    transports: { live, drill: drillMailbox(config.drillMailbox) },
  };
}

function temporalLogger(logger: Logger): TemporalLogger {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) =>
    logger[level](meta ?? {}, message);
  return {
    log: (level, message, meta) => logger[pinoLevel(level)](meta ?? {}, message),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

function pinoLevel(level: string): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  const lower = level.toLowerCase();
  return lower === 'trace' || lower === 'debug' || lower === 'warn' || lower === 'error' ? lower : 'info';
}
