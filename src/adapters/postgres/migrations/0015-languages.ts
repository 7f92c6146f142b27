/** In which language each tenant is told, and why in that one. */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      alter table delivery
        -- The first of the tenant's languages; null when it names none.
        add column wanted_language text collate "C",
        add column language_choice text
          check (language_choice in ('preferred', 'further', 'fallback', 'unstated'))`.execute(database);
  },
};
