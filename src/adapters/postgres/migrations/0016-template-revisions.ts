/**
 * Templates of one's own, by revision, and who approved them. Rows are only ever added: the newest approval of a kind and
 * language says which revision is in use.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table template_revision (
        -- Fingerprint of kind, language and source.
        hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
        kind text collate "C" not null,
        language text collate "C" not null,
        source text not null,
        author text not null,
        proposed_at timestamptz not null default now()
      )`.execute(database);
    await sql`
      create table template_approval (
        approval_id bigint generated always as identity primary key,
        hash text not null references template_revision,
        approver text not null,
        approved_at timestamptz not null default now()
      )`.execute(database);
  },
};
