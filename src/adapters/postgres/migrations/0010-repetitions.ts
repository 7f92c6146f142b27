/** A campaign may send again what an earlier one has sent, without news: the repetitions of a standing update. */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      alter table delivery_campaign
        add column repetition integer not null default 0 check (repetition >= 0)`.execute(database);
  },
};
