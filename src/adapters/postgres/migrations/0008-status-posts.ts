/**
 * Posts on the service health dashboard. What was written is kept by id and revision, and never changes; what is shown
 * is one row an issue, in the shape of Microsoft Graph's `serviceHealthIssue`.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table status_post_draft (
        incident_id text collate "C" not null,
        post_id text collate "C" not null,
        revision integer not null check (revision > 0),
        content jsonb not null check (jsonb_typeof(content) = 'object'),
        content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
        author text not null,
        created_at timestamptz not null default now(),
        primary key (incident_id, post_id, revision)
      )`.execute(database);
    await sql`
      create table status_post (
        id text collate "C" primary key,
        -- Issues of drills are never among those that everybody reads.
        mode text not null check (mode in ('live', 'drill')),
        incident_id text collate "C" not null,
        post_id text collate "C" not null,
        -- The newest that is shown.
        revision integer not null check (revision > 0),
        title text not null,
        service text not null,
        feature text,
        feature_group text,
        classification text not null check (classification in ('advisory', 'incident')),
        status text not null,
        start_date_time timestamptz not null,
        end_date_time timestamptz,
        last_modified_date_time timestamptz not null,
        is_resolved boolean not null,
        impact_description text not null,
        details jsonb not null check (jsonb_typeof(details) = 'array'),
        posts jsonb not null check (jsonb_typeof(posts) = 'array'),
        unique (incident_id, post_id),
        check (is_resolved = (end_date_time is not null))
      )`.execute(database);
  },
};
