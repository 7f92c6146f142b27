/**
 * Numbered versions of the tenants that an incident affects. Rows hold no reference to `tenant`: what was decided
 * about a tenant stays on record when the tenant leaves the directory.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table affected_tenant_version (
        incident_id text collate "C" not null,
        version integer not null check (version > 0),
        digest text not null,
        tenant_count integer not null,
        added integer not null,
        removed integer not null,
        changed integer not null,
        excluded integer not null,
        unreachable integer not null,
        source jsonb not null,
        created_at timestamptz not null default now(),
        primary key (incident_id, version)
      )`.execute(database);
    await sql`
      create table affected_tenant (
        incident_id text collate "C" not null,
        version integer not null,
        tenant_id text collate "C" not null,
        reason text not null,
        excluded_reason text,
        changed boolean not null,
        primary key (incident_id, version, tenant_id)
      )`.execute(database);
  },
};
