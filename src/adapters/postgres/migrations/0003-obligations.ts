/**
 * What each rule asks, for each tenant and for the provider itself (tenant_id ''). A row keeps its identity through
 * every re-evaluation; one that was met is never touched again.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table obligation (
        incident_id text collate "C" not null,
        tenant_id text collate "C" not null,
        rule_id text collate "C" not null,
        stage text collate "C" not null,
        outcome text not null check (outcome in ('applies', 'undecided', 'suppressed', 'superseded')),
        missing_fact text,
        because text not null,
        duty text not null check (duty in ('provider-to-tenant', 'tenant-own', 'provider-own')),
        recipient text not null,
        anchor_kind text,
        clock text not null check (clock in ('running', 'not-started', 'undated')),
        due_at timestamptz,
        latest_due_at timestamptz,
        due_inclusive boolean not null,
        soft_due_at timestamptz,
        explain text not null,
        channels text[] not null,
        required_content text[] not null,
        contact_kind text,
        tenant_set_version integer not null,
        pack_version text not null,
        pack_digest text not null,
        evaluation text not null,
        evaluated_at timestamptz not null,
        met_at timestamptz,
        primary key (incident_id, tenant_id, rule_id, stage)
      )`.execute(database);
    await sql`create index obligation_by_due on obligation (incident_id, due_at) where met_at is null`.execute(
      database,
    );
  },
};
