/**
 * A due instant never moves later without a decision that the row names, and what was met never changes: both held by
 * the database itself, whoever writes to it.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      alter table obligation
        -- What people said last before its due instant was allowed to become later; null while nothing was.
        add column due_decision text`.execute(database);
    await sql`
      create function refuse_silent_delay() returns trigger language plpgsql as $$
      begin
        raise exception 'the due instant of % (%) never moves later without a decision', new.rule_id, new.stage
          using errcode = 'check_violation';
      end $$`.execute(database);
    await sql`
      create trigger obligation_no_silent_delay before update on obligation
        for each row when (
          old.due_at is not null and old.outcome in ('applies', 'undecided')
          and new.outcome in ('applies', 'undecided')
          and (new.due_at is null or new.due_at > old.due_at)
          and (new.due_decision is null or new.due_decision is not distinct from old.due_decision))
        execute function refuse_silent_delay()`.execute(database);
    await sql`
      create function refuse_change_of_met() returns trigger language plpgsql as $$
      begin
        raise exception 'the obligation % (%) is met, and what is met never changes', new.rule_id, new.stage
          using errcode = 'check_violation';
      end $$`.execute(database);
    await sql`
      create trigger obligation_met_is_final before update on obligation
        for each row when (
          old.met_at is not null
          and (new.met_at, new.due_at, new.outcome, new.explain)
              is distinct from (old.met_at, old.due_at, old.outcome, old.explain))
        execute function refuse_change_of_met()`.execute(database);
  },
};
