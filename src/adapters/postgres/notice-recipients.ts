/** Whom a notice is for, and as what: by its stage, how each tenant stands, and the tenants it is restricted to. */
import { type RawBuilder, sql } from 'kysely';
import type { NoticeAudience, NoticeRecipients } from '../../activities/prepare-notice';
import type { NoticeStage } from '../../contract/messages';
import type { RecipientProfile } from '../../contract/notice-languages';
import type { Database } from './database';
import { standings } from './tenant-standing';

/**
 * `select tenant_id, kind` for every tenant that gets the notice.
 *
 * @param among a further condition on `tenant_id`.
 */
export function recipientsOf(
  audience: NoticeAudience,
  among: RawBuilder<unknown> = sql`true`,
): RawBuilder<unknown> {
  const { stage, onlyTenants } = audience;
  const chosen =
    onlyTenants === undefined ? among : sql`${among} and tenant_id = any(${onlyTenants}::text[])`;
  return sql`
    select tenant_id, kind
      from (select tenant_id, ${kindIn(stage, onlyTenants !== undefined)} as kind
              from (${standings(audience, chosen)}) standing) recipient
     where kind is not null`;
}

/** Who is named gets what was asked for, whether or not its facts changed; only who was told can be told more. */
function kindIn(stage: NoticeStage, isNamed: boolean): RawBuilder<unknown> {
  const toldAndPresent = sql`is_told and is_present`;
  switch (stage) {
    case 'by-difference':
      return sql`owed`;
    case 'first':
    case 'withdrawal':
      return sql`case when owed = ${stage} then owed end`;
    case 'supplementary':
      return onlyIf(isNamed ? toldAndPresent : sql`owed = 'supplementary'`, stage);
    case 'correction':
      return onlyIf(isNamed ? sql`is_told` : toldAndPresent, stage);
    case 'update':
    case 'final':
      return onlyIf(toldAndPresent, stage);
  }
}

function onlyIf(condition: RawBuilder<unknown>, kind: NoticeStage): RawBuilder<unknown> {
  return sql`case when ${condition} then ${kind}::text end`;
}

export const noticeRecipients = (database: Database): NoticeRecipients => ({
  profilesOf: async (audience) => {
    const { rows } = await sql<RecipientProfile>`
      select kind, coalesce(languages, '{}') as languages, count(*)::integer as tenants
        from (${recipientsOf(audience)}) recipient
        left join tenant on tenant.id = recipient.tenant_id
       group by 1, 2 order by 1, 2`.execute(database);
    return rows;
  },
  strangersIn: async (audience) => {
    const { rows } = await sql<{ id: string }>`
      select named.id
        from unnest(${audience.onlyTenants ?? []}::text[]) as named (id)
       where named.id not in (${membersOf(audience)})
       order by named.id collate "C"`.execute(database);
    return rows.map(({ id }) => id);
  },
});

/** Those whom it could be for; that one was told already is no mistake of who named it for a first notice. */
function membersOf(audience: NoticeAudience): RawBuilder<unknown> {
  const isAboutEverybody = audience.stage === 'first' || audience.stage === 'by-difference';
  return isAboutEverybody
    ? sql`select tenant_id from (${standings(audience)}) member`
    : sql`select tenant_id from (${recipientsOf(audience)}) recipient`;
}
