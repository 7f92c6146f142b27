/**
 * What became of doubtful deliveries, and by which evidence; the brake that stops the deliveries of an incident; and how
 * long each further contact has.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      alter table delivery
        -- Before it no byte of the last attempt was on the wire.
        add column armed_at timestamptz,
        add column evidence text`.execute(database);
    await sql`alter table delivery_event add column evidence text`.execute(database);
    await sql`
      alter table delivery_campaign
        add column contact_window_minutes integer not null default 60 check (contact_window_minutes > 0)`.execute(
      database,
    );
    // The number rises with every change, so that a late writer of an earlier one changes nothing.
    await sql`
      create table delivery_brake (
        incident_id text collate "C" primary key,
        is_held boolean not null,
        change integer not null,
        changed_at timestamptz not null default now()
      )`.execute(database);
  },
};
