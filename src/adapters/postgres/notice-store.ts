/** Notices and templates, kept by what they say; what a notice says is read from here and from nowhere else. */
import { type ColumnType, type JSONColumnType, sql, type Transaction } from 'kysely';
import type { NoticeContents, NoticeTemplates, TemplateKind } from '../../activities/prepare-notice';
import type { Tlp } from '../../contract/declaration';
import type { NoticeStage } from '../../contract/messages';
import {
  NoticeDraft,
  variantKinds,
  type NoticeDraftInput,
  type NoticeTranslation,
  type NoticeTranslations,
  type VariantKind,
} from '../../contract/notice';
import { type Fingerprint, fingerprintOf } from '../../domain/fingerprint';
import type { Database, Tables } from './database';

export interface NoticeTable {
  incident_id: string;
  notice_id: string;
  revision: number;
  /** Which of the draft's texts this is. */
  variant: 'main' | VariantKind;
  language: string;
  kind: NoticeStage;
  only_tenants: string[] | null;
  tlp: Tlp;
  sections: JSONColumnType<NoticeTranslation>;
  acknowledge_within_hours: number | null;
  /** Fingerprint of the whole draft, the same in the rows of all its languages. */
  content_hash: Fingerprint;
  author: string;
  created_at: ColumnType<Date, never, never>;
}

export interface NoticeTemplateTable {
  /** Fingerprint of the sources of all kinds and languages. */
  revision: Fingerprint;
  kind: TemplateKind;
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
  const { noticeId, kind, tlp } = draft;
  const contentHash = contentHashOf(draft);
  const revision = 1 + (await lastRevision(transaction, incidentId, noticeId));
  const shared = {
    ...{ incident_id: incidentId, notice_id: noticeId, revision, kind, tlp, author },
    only_tenants: draft.onlyTenants ?? null,
    acknowledge_within_hours: draft.acknowledgeWithinHours ?? null,
    content_hash: contentHash,
  };
  const rows = writtenTexts(draft).flatMap(([variant, translations]) =>
    Object.entries(translations).map(([language, sections]) => ({
      ...shared,
      variant,
      language,
      sections: JSON.stringify(sections),
    })),
  );
  await transaction.insertInto('notice').values(rows).execute();
  return { noticeId, revision, contentHash };
}

function writtenTexts({
  translations,
  variants,
}: NoticeDraft): readonly (readonly [NoticeTable['variant'], NoticeTranslations])[] {
  const others = variantKinds.flatMap((kind) => {
    const text = variants?.[kind];
    return text === undefined ? [] : [[kind, text] as const];
  });
  return [['main', translations], ...others];
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
    const { kind, tlp, only_tenants: onlyTenants, acknowledge_within_hours: acknowledgeWithinHours } = first;
    const textOf = (variant: NoticeTable['variant']) => rows.filter((row) => row.variant === variant);
    const variants = variantKinds.filter((variant) => textOf(variant).length > 0);
    return {
      noticeId,
      kind,
      tlp,
      translations: translationsOf(textOf('main')),
      ...(variants.length > 0 && {
        variants: Object.fromEntries(variants.map((variant) => [variant, translationsOf(textOf(variant))])),
      }),
      ...(onlyTenants !== null && { onlyTenants }),
      ...(acknowledgeWithinHours !== null && { acknowledgeWithinHours }),
    };
  },
  keepTemplates: async (templates) => {
    const revision = fingerprintOf(templates);
    const rows = entriesOf(templates).flatMap(([kind, sources]) =>
      Object.entries(sources).map(([language, source]) => ({ revision, kind, language, source })),
    );
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

function translationsOf(
  rows: readonly { readonly language: string; readonly sections: NoticeTranslation }[],
): NoticeTranslations {
  return Object.fromEntries(rows.map(({ language, sections }) => [language, sections]));
}

function entriesOf(templates: NoticeTemplates): [TemplateKind, Readonly<Record<string, string>>][] {
  return Object.entries(templates) as [TemplateKind, Readonly<Record<string, string>>][];
}

/** The templates of one revision. */
export async function keptTemplates(database: Database, revision: Fingerprint): Promise<NoticeTemplates> {
  const rows = await database
    .selectFrom('notice_template')
    .select(['kind', 'language', 'source'])
    .where('revision', '=', revision)
    .execute();
  const templates: Partial<Record<TemplateKind, Record<string, string>>> = {};
  for (const { kind, language, source } of rows) (templates[kind] ??= {})[language] = source;
  return templates;
}
