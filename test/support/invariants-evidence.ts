// Gathers what the invariants are asked of: the ledger, the relay, the incidents, and everything that is seen outside
// database and mail.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database } from '../../src/adapters/postgres/database';
import type { E2eStage } from './e2e-stage';
import type { FakeRelay } from './fake-relay';
import type {
  AffectedTenant,
  DueSnapshot,
  Evidence,
  IncidentStory,
  LedgerChange,
  LedgerRow,
  OpenText,
} from './invariants';

export interface Scene {
  readonly stage: E2eStage;
  readonly relay: FakeRelay;
  readonly incidentIds: readonly string[];
  readonly dueSnapshots: readonly DueSnapshot[];
  readonly canary: string;
}

/** A worker must be there to answer for the incidents. */
export async function evidenceOf({
  stage,
  relay,
  incidentIds,
  dueSnapshots,
  canary,
}: Scene): Promise<Evidence> {
  const [rows, changes, affected, held, incidents, openTexts] = await Promise.all([
    ledgerRowsOf(stage.database),
    ledgerChangesOf(stage.database),
    affectedBy(stage.database),
    relay.held(),
    Promise.all(incidentIds.map((incidentId) => storyOf(stage, incidentId))),
    openTextsOf(stage, incidentIds),
  ]);
  const snapshots = await Promise.all(
    incidentIds.map((incidentId) => dueSnapshotOf(stage.database, incidentId)),
  );
  return {
    rows,
    changes,
    affected,
    held,
    incidents,
    openTexts,
    dueSnapshots: [...dueSnapshots, ...snapshots],
    canary,
  };
}

// Database

async function ledgerRowsOf(database: Database): Promise<readonly LedgerRow[]> {
  return database
    .selectFrom('delivery')
    .innerJoin('delivery_campaign as campaign', (join) =>
      join
        .onRef('campaign.incident_id', '=', 'delivery.incident_id')
        .onRef('campaign.campaign_id', '=', 'delivery.campaign_id'),
    )
    .select([
      'delivery_id as deliveryId',
      'delivery.incident_id as incidentId',
      'campaign.notice_id as noticeId',
      'tenant_id as tenantId',
      'tenant_name as tenantName',
      'address',
      'channel',
      'rung',
      'state',
      'possible_duplicate as possibleDuplicate',
      'fence',
      'message_id as messageId',
      'body_hash as bodyHash',
    ])
    .execute();
}

/** Rows of the record are only ever added, so their place tells their order. */
async function ledgerChangesOf(database: Database): Promise<readonly LedgerChange[]> {
  const { rows } = await sql<LedgerChange>`
    select delivery_id as "deliveryId", state, fence from delivery_event order by at, ctid`.execute(database);
  return rows;
}

async function affectedBy(database: Database): Promise<readonly AffectedTenant[]> {
  const { rows } = await sql<AffectedTenant>`
    select distinct affected.incident_id as "incidentId", affected.tenant_id as "tenantId"
      from delivery_campaign campaign
      join affected_tenant affected on affected.incident_id = campaign.incident_id
       and affected.version = campaign.tenant_set_version
     where affected.excluded_reason is null`.execute(database);
  return rows;
}

export async function dueSnapshotOf(database: Database, incidentId: string): Promise<DueSnapshot> {
  const { rows } = await sql<{ obligation: string; dueAt: Date; takenAt: Date }>`
    select concat_ws(' ', tenant_id, rule_id, stage) as obligation, due_at as "dueAt", now() as "takenAt"
      from obligation
     where incident_id = ${incidentId} and due_at is not null and outcome <> 'superseded'`.execute(database);
  return {
    incidentId,
    takenAt: (rows[0]?.takenAt ?? new Date()).toISOString(),
    dues: rows.map(({ obligation, dueAt }) => ({ obligation, dueAt: dueAt.toISOString() })),
  };
}

// Incidents

async function storyOf({ firebreak }: E2eStage, incidentId: string): Promise<IncidentStory> {
  return { incidentId, events: await firebreak.events(incidentId) };
}

// The open

async function openTextsOf(stage: E2eStage, incidentIds: readonly string[]): Promise<readonly OpenText[]> {
  const texts: OpenText[] = [...filesIn(stage.folder, /^worker-.*\.log$/)];
  texts.push(...filesIn(join(stage.folder, 'status-dashboard'), /./));
  for await (const { workflowId, runId, typedSearchAttributes, memo } of stage.temporal.workflow.list()) {
    const history = await stage.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    texts.push({ place: `the history of ${workflowId}`, text: readableText(history) });
    texts.push({
      place: `the search attributes of ${workflowId}`,
      text: JSON.stringify(typedSearchAttributes.getAll()),
    });
    texts.push({ place: `the memo of ${workflowId}`, text: JSON.stringify(memo ?? {}) });
  }
  for (const incidentId of incidentIds) {
    const figures = await stage.firebreak.metrics(incidentId);
    texts.push({ place: `the metrics of ${incidentId}`, text: JSON.stringify(figures) });
  }
  return texts;
}

function filesIn(folder: string, name: RegExp): readonly OpenText[] {
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => name.test(entry))
    .map((entry) => ({ place: `the file ${entry}`, text: readFileSync(join(folder, entry), 'utf8') }));
}

/** A history with its payloads as the text that they are. */
export function readableText(history: unknown): string {
  return JSON.stringify(history, (_, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
    if (isBufferAsJson(value)) return Buffer.from(value.data).toString('utf8');
    return value;
  });
}

/** A Buffer has become this before a replacer sees it. */
function isBufferAsJson(value: unknown): value is { readonly data: readonly number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value
  );
}
