/** The register of process failures (S60): it outlives the incidents that found them. A row is never deleted. */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table process_register (
        incident_id text collate "C" not null,
        ref text collate "C" not null,
        mode text not null check (mode in ('live', 'drill')),
        title text not null,
        owner text,
        priority text,
        opened_at timestamptz not null,
        state text not null check (state in ('open', 'resolved', 'not-planned', 'duplicate-of', 'waived')),
        is_settled boolean not null,
        -- When it has passed, the failure is open again, whether or not its incident still is.
        waived_until timestamptz check (state = 'waived' or waived_until is null),
        -- Of the incident: an older state never replaces a newer one.
        revision integer not null,
        changed_at timestamptz not null default now(),
        primary key (incident_id, ref)
      )`.execute(database);
  },
};
