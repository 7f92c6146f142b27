/** The register of approver keys: public keys only. A row is never deleted, it is revoked. */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table approver_key (
        key_id text collate "C" primary key check (key_id ~ '^[0-9a-f]{32}$'),
        approver_id text collate "C" not null check (approver_id <> ''),
        public_key_pem text not null,
        roles text[] not null check (cardinality(roles) > 0),
        valid_from timestamptz not null default now(),
        valid_to timestamptz check (valid_to > valid_from),
        revoked_at timestamptz,
        revoked_by text,
        enrolled_by text not null check (enrolled_by <> ''),
        confirmed_by text check (confirmed_by <> enrolled_by),
        enrolled_at timestamptz not null default now(),
        check ((revoked_at is null) = (revoked_by is null))
      )`.execute(database);
  },
};
