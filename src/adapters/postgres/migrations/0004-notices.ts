/**
 * The text of notices, and the templates as they were when a notice was approved. Both are kept by what they say: a
 * revision, once written, never changes.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table notice (
        incident_id text collate "C" not null,
        notice_id text collate "C" not null,
        revision integer not null check (revision > 0),
        language text collate "C" not null,
        kind text not null check (kind in ('first', 'supplementary', 'correction', 'withdrawal', 'update')),
        tlp text not null,
        sections jsonb not null check (jsonb_typeof(sections) = 'object'),
        acknowledge_within_hours double precision check (acknowledge_within_hours > 0),
        content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
        author text not null,
        created_at timestamptz not null default now(),
        primary key (incident_id, notice_id, revision, language)
      )`.execute(database);
    await sql`
      create table notice_template (
        revision text not null check (revision ~ '^[0-9a-f]{64}$'),
        language text collate "C" not null,
        source text not null,
        created_at timestamptz not null default now(),
        primary key (revision, language)
      )`.execute(database);
  },
};
