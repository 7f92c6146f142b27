// A notice, its recipients and its campaign in a real database, for the tests that plan and send.
import type { PlanDeliveriesInput } from '../../src/activities/plan-deliveries';
import type { Database } from '../../src/adapters/postgres/database';
import { noticeContents, saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import type { NoticeDraftInput } from '../../src/contract/notice';
import { packagedWords } from './templates';

export const incidentId = 'INC-1';

export const completeTranslation = {
  subject: 'Security incident: what happened and what to do',
  description: 'A stranger read **stored secrets**.',
  effectOnCustomerData: 'Environment variables may have been read.',
  actionsTaken: 'All tokens were revoked.',
  suggestedActions: '1. Rotate your secrets.\n2. Read [our page](https://status.cloud.example/INC-1).',
  contactPoint: 'Write to security@cloud.example.',
};

export const completeDraft: NoticeDraftInput = {
  noticeId: 'first-1',
  kind: 'first',
  translations: { en: completeTranslation },
};

export const englishTemplate = '# {{notice.subject}}\n\nDear {{tenant.name}},\n\n{{notice.description}}\n';

export interface TestTenant {
  readonly id: string;
  readonly name?: string;
  readonly languages?: readonly string[];
  /** Kinds by address; the default is one security contact. */
  readonly contacts?: readonly {
    readonly kind: 'security' | 'privacy' | 'legal' | 'administrator';
    readonly email: string;
  }[];
}

export async function addTenants(database: Database, tenants: readonly TestTenant[]): Promise<void> {
  await database
    .insertInto('tenant')
    .values(
      tenants.map(({ id, name = id, languages = ['en'] }) => ({
        id,
        name,
        country: 'DE',
        subdivision: null,
        sector: null,
        time_zone: 'Europe/Berlin',
        languages: [...languages],
        facts: '{}',
      })),
    )
    .execute();
  const contacts = tenants.flatMap(({ id, contacts: given }) =>
    (given ?? [{ kind: 'security' as const, email: `security@${id}.example` }]).map(
      ({ kind, email }, index) => ({
        tenant_id: id,
        contact_id: `${kind}-${String(index + 1)}`,
        kind,
        email,
      }),
    ),
  );
  if (contacts.length > 0) await database.insertInto('tenant_contact').values(contacts).execute();
}

export async function affect(
  database: Database,
  version: number,
  tenantIds: readonly string[],
  { excluded = [], changed = [] }: { excluded?: readonly string[]; changed?: readonly string[] } = {},
): Promise<void> {
  await database
    .insertInto('affected_tenant')
    .values(
      tenantIds.map((tenantId) => ({
        incident_id: incidentId,
        version,
        tenant_id: tenantId,
        reason: 'used the service',
        excluded_reason: excluded.includes(tenantId) ? 'test tenant' : null,
        changed: changed.includes(tenantId),
      })),
    )
    .execute();
}

/** Saves the notice with its templates and says how its campaign is planned. */
export async function campaignOf(
  database: Database,
  overrides: {
    readonly draft?: NoticeDraftInput;
    readonly templates?: Record<string, string>;
    readonly campaignId?: string;
    readonly tenantSetVersion?: number;
    readonly mode?: 'live' | 'drill';
    readonly shards?: number;
    readonly giveUpAt?: string;
  } = {},
): Promise<PlanDeliveriesInput> {
  const { draft = completeDraft, templates = { en: englishTemplate }, giveUpAt } = overrides;
  const words = Object.fromEntries(
    Object.keys(templates).map((language) => [language, packagedWords['en'] ?? '']),
  );
  const { noticeId, revision } = await saveNoticeDraft(database, incidentId, draft, 'author-1');
  return {
    incidentId,
    campaignId: overrides.campaignId ?? 'campaign-1',
    noticeId,
    revision,
    kind: draft.kind,
    templateHash: await noticeContents(database).keepTemplates(
      draft.kind === 'by-difference'
        ? { first: templates, supplementary: templates, withdrawal: templates, words }
        : { [draft.kind]: templates, words },
    ),
    tenantSetVersion: overrides.tenantSetVersion ?? 1,
    shards: overrides.shards ?? 1,
    mode: overrides.mode ?? 'live',
    ...(giveUpAt === undefined ? {} : { giveUpAt }),
  };
}

/** All rows of the ledger as a test reads them, in the order in which they were planned. */
export async function ledgerRows(database: Database) {
  return database
    .selectFrom('delivery')
    .select([
      'tenant_id as tenant',
      'address',
      'state',
      'reason',
      'rung',
      'language',
      'attempts',
      'doubts',
      'possible_duplicate as possibleDuplicate',
      'body_hash as bodyHash',
      'message_id as messageId',
    ])
    .orderBy('tenant_id')
    .orderBy('rung')
    .execute();
}
