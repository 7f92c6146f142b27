/**
 * Notices that give each tenant the kind that it is owed: texts and templates by kind, notices for some tenants only,
 * and one first notice a tenant that is held by what came of it, so that a tenant whose every contact refused can be
 * told again. Whom a campaign is for follows from its kind.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      alter table notice
        add column variant text collate "C" not null default 'main'
          check (variant in ('main', 'supplementary', 'withdrawal')),
        add column only_tenants text[] check (cardinality(only_tenants) > 0),
        drop constraint notice_kind_check,
        add constraint notice_kind_check check (kind in
          ('first', 'supplementary', 'correction', 'withdrawal', 'update', 'final', 'by-difference')),
        drop constraint notice_pkey,
        add primary key (incident_id, notice_id, revision, variant, language)`.execute(database);
    // There have been templates of first notices alone.
    await sql`
      alter table notice_template
        add column kind text collate "C" not null default 'first',
        drop constraint notice_template_pkey,
        add primary key (revision, kind, language)`.execute(database);
    await sql`alter table notice_template alter column kind drop default`.execute(database);
    await sql`alter table delivery_campaign drop column audience`.execute(database);
    await sql`drop index delivery_first_once_a_tenant`.execute(database);
    await sql`drop index delivery_first_once_a_contact`.execute(database);
    await sql`
      create unique index delivery_first_once_a_tenant
        on delivery (incident_id, tenant_id)
        where notice_kind = 'first' and state not in ('refused', 'needs-human')`.execute(database);
    await sql`create index delivery_by_tenant on delivery (incident_id, tenant_id)`.execute(database);
  },
};
