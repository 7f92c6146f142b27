/** Notices and templates, kept by what they say; what a notice says is read from here and from nowhere else. */
import { type ColumnType, type JSONColumnType, sql, type Transaction } from 'kysely';
import type { NoticeContents, RecipientLanguages } from '../../activities/prepare-notice';
import type { Tlp } from '../../contract/declaration';
import type { NoticeStage } from '../../contract/messages';
import { NoticeDraft, type NoticeDraftInput, type NoticeTranslation } from '../../contract/notice';
import { type Fingerprint, fingerprintOf } from '../../domain/fingerprint';
import type { Database, Tables } from './database';

export interface NoticeTable {
  incident_id: string;
  notice_id: string;
  revision: number;
  language: string;
  kind: NoticeStage;
  tlp: Tlp;
  sections: JSONColumnType<NoticeTranslation>;
  acknowledge_within_hours: number | null;
  /** Fingerprint of the whole draft, the same in the rows of all its languages. */
  content_hash: Fingerprint;
  author: string;
  created_at: ColumnType<Date, never, never>;
}

export interface NoticeTemplateTable {
  /** Fingerprint of the sources of all languages. */
  revision: Fingerprint;
  language: string;
  source: string;
  created_at: ColumnType<Date, never, never>;
}

export interface NoticeTables {
  notice: NoticeTable;
  notice_template: NoticeTemplateTable;
}

export interface SavedNotice {
  readonly noticeId: string;
  readonly revision: number;
  readonly contentHash: Fingerprint;
}

/** What a notice says, as it is hashed, approved and sent. */
export function contentHashOf(draft: NoticeDraft): Fingerprint {
  return fingerprintOf(draft);
}

/**
 * Writes a draft, complete or not (`missingSections` judges that). The same content always gives the same revision; an
 * edit gives the next one, which no approval covers yet.
 *
 * @throws ZodError when the draft is not one.
 */
export async function saveNoticeDraft(
  database: Database,
  incidentId: string,
  draft: NoticeDraftInput,
  author: string,
): Promise<SavedNotice> {
  const checked = NoticeDraft.parse(draft);
  return database.transaction().execute(async (transaction) => {
    // Two authors at once would otherwise mix their languages in one revision.
    const subject = `notice ${checked.noticeId} of ${incidentId}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${subject}, 0))`.execute(transaction);
    const stored = await storedRevision(transaction, incidentId, checked);
    return stored ?? insertNextRevision(transaction, incidentId, checked, author);
  });
}

async function storedRevision(
  transaction: Transaction<Tables>,
  incidentId: string,
  draft: NoticeDraft,
): Promise<SavedNotice | undefined> {
  const contentHash = contentHashOf(draft);
  const row = await transaction
    .selectFrom('notice')
    .select('revision')
    .where('incident_id', '=', incidentId)
    .where('notice_id', '=', draft.noticeId)
    .where('content_hash', '=', contentHash)
    .executeTakeFirst();
  return row && { noticeId: draft.noticeId, revision: row.revision, contentHash };
}

async function insertNextRevision(
  transaction: Transaction<Tables>,
  incidentId: string,
  draft: NoticeDraft,
  author: string,
): Promise<SavedNotice> {
  const { noticeId, kind, tlp, translations } = draft;
  const contentHash = contentHashOf(draft);
  const revision = 1 + (await lastRevision(transaction, incidentId, noticeId));
  const shared = { incident_id: incidentId, notice_id: noticeId, revision, kind, tlp, author };
  const rows = Object.entries(translations).map(([language, sections]) => ({
    ...shared,
    language,
    sections: JSON.stringify(sections),
    acknowledge_within_hours: draft.acknowledgeWithinHours ?? null,
    content_hash: contentHash,
  }));
  await transaction.insertInto('notice').values(rows).execute();
  return { noticeId, revision, contentHash };
}

async function lastRevision(
  transaction: Transaction<Tables>,
  incidentId: string,
  noticeId: string,
): Promise<number> {
  const { last } = await transaction
    .selectFrom('notice')
    .select(({ fn }) => fn.max<number | null>('revision').as('last'))
    .where('incident_id', '=', incidentId)
    .where('notice_id', '=', noticeId)
    .executeTakeFirstOrThrow();
  return last ?? 0;
}

/** Notices for the activities that prepare and send them. */
export const noticeContents = (database: Database): NoticeContents => ({
  draft: async ({ incidentId, noticeId, revision }) => {
    const rows = await database
      .selectFrom('notice')
      .selectAll()
      .where('incident_id', '=', incidentId)
      .where('notice_id', '=', noticeId)
      .where('revision', '=', revision)
      .execute();
    const [first] = rows;
    if (first === undefined) return undefined;
    const { kind, tlp, acknowledge_within_hours: acknowledgeWithinHours } = first;
    return {
      noticeId,
      kind,
      tlp,
      translations: Object.fromEntries(rows.map(({ language, sections }) => [language, sections])),
      ...(acknowledgeWithinHours === null ? {} : { acknowledgeWithinHours }),
    };
  },
  keepTemplates: async (sources) => {
    const revision = fingerprintOf(sources);
    const rows = Object.entries(sources).map(([language, source]) => ({ revision, language, source }));
    if (rows.length > 0) {
      await database
        .insertInto('notice_template')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    return revision;
  },
});

/** The templates of one revision, by language. */
export async function keptTemplates(
  database: Database,
  revision: Fingerprint,
): Promise<Record<string, string>> {
  const rows = await database
    .selectFrom('notice_template')
    .select(['language', 'source'])
    .where('revision', '=', revision)
    .execute();
  return Object.fromEntries(rows.map(({ language, source }) => [language, source]));
}

/** Which languages the recipients of a tenant set prefer, among those that a notice does not have. */
export const recipientLanguages = (database: Database): RecipientLanguages => ({
  lackingIn: async ({ incidentId, tenantSetVersion }, available) => {
    const { rows } = await sql<{ language: string; tenants: number }>`
      select tenant.languages[1] as language, count(*)::integer as tenants
        from affected_tenant affected
        join tenant on tenant.id = affected.tenant_id
       where affected.incident_id = ${incidentId} and affected.version = ${tenantSetVersion}
         and affected.excluded_reason is null and cardinality(tenant.languages) > 0
         and not exists (
               select from unnest(tenant.languages) as spoken, unnest(${available}::text[]) as written
                where split_part(spoken, '-', 1) = split_part(written, '-', 1))
       group by 1 order by 1`.execute(database);
    return rows;
  },
});
