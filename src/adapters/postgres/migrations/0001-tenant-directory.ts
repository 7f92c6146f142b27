/**
 * Who the tenants are: facts that rules read, contacts, use of services over time, contract terms.
 * Ids are compared byte by byte (collation C), so that a key range means the same in every session and in Node.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table tenant (
        id text collate "C" primary key,
        name text not null,
        country text check (country ~ '^[A-Z]{2}$'),
        subdivision text check (subdivision ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'),
        sector text,
        time_zone text not null,
        languages text[] not null default '{}',
        facts jsonb not null default '{}' check (jsonb_typeof(facts) = 'object')
      )`.execute(database);
    await sql`
      create table tenant_contact (
        tenant_id text collate "C" not null references tenant on delete cascade,
        contact_id text collate "C" not null,
        kind text not null check (kind in ('security', 'privacy', 'legal', 'administrator')),
        email text not null,
        verified_at timestamptz,
        bounced_at timestamptz,
        primary key (tenant_id, contact_id)
      )`.execute(database);
    await sql`
      create table tenant_service (
        tenant_id text collate "C" not null references tenant on delete cascade,
        service text collate "C" not null,
        region text collate "C" not null,
        used_from timestamptz not null,
        used_to timestamptz check (used_to >= used_from),
        primary key (tenant_id, service, region, used_from)
      )`.execute(database);
    // "Who used this service in these regions, and when" is answered from the index alone.
    await sql`
      create index tenant_service_by_service
        on tenant_service (service, region) include (tenant_id, used_from, used_to)`.execute(database);
    await sql`
      create table tenant_contract (
        tenant_id text collate "C" not null references tenant on delete cascade,
        contract_id text collate "C" not null,
        hours integer not null check (hours > 0),
        anchor text not null check (anchor in
          ('occurrence', 'detection', 'awareness', 'determination', 'confirmation', 'classification', 'materiality')),
        clause text,
        primary key (tenant_id, contract_id)
      )`.execute(database);
  },
};
