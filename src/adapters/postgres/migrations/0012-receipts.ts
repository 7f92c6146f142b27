/**
 * What happens after a relay has taken a message: states beyond the acceptance, the time to acknowledge, receipts as
 * they came in, and what people vouch for.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      alter table delivery_campaign
        -- From the notice; absent where nobody is asked.
        add column acknowledge_within_hours double precision check (acknowledge_within_hours > 0),
        -- How its shards send, so that one can be started again long after its incident has ended.
        add column policy jsonb not null default '{}' check (jsonb_typeof(policy) = 'object')`.execute(
      database,
    );
    await sql`
      alter table delivery
        -- Until then an acknowledgement is waited for.
        add column acknowledge_by timestamptz
          constraint delivery_acknowledge_by_check check (acknowledge_by is null or state in ('accepted', 'delivered')),
        -- An earlier contact was told and did not acknowledge.
        add column after_silence boolean not null default false,
        drop constraint delivery_state_check,
        add constraint delivery_state_check check (state in
          ('planned', 'sending', 'accepted', 'deferred', 'refused', 'in-doubt', 'needs-human',
           'delivered', 'bounced', 'acknowledged', 'superseded', 'attested', 'waived')),
        drop constraint delivery_check,
        add constraint delivery_check check (
          state in ('needs-human', 'attested', 'waived', 'superseded')
          or (contact_id is not null and address is not null))`.execute(database);
    // What came later than its acceptance is looked up by its identity, which is the left side of its Message-ID.
    await sql`
      create index delivery_by_identity on delivery (split_part(message_id, '@', 1))
        where message_id is not null`.execute(database);
    await sql`
      create index delivery_to_acknowledge on delivery (incident_id, campaign_id, shard, acknowledge_by)
        include (state) where acknowledge_by is not null`.execute(database);
    await sql`
      create index delivery_after_silence on delivery (incident_id, campaign_id, shard, state)
        where after_silence`.execute(database);
    // Who was told and is asked again has its first notice already. An acknowledgement may come after a bounce, when
    // another contact holds the place: it is left out.
    await sql`drop index delivery_first_once_a_tenant`.execute(database);
    await sql`
      create unique index delivery_first_once_a_tenant
        on delivery (incident_id, tenant_id)
        where notice_kind = 'first' and not after_silence
          and state in ('planned', 'sending', 'deferred', 'in-doubt', 'accepted', 'delivered', 'attested')`.execute(
      database,
    );
    await sql`
      create table delivery_receipt (
        receipt_id bigint generated always as identity primary key,
        -- SHA-256 of what came in: the same twice is once.
        digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
        kind text not null check (kind in ('delivered', 'bounced', 'acknowledged', 'unreadable')),
        is_permanent boolean not null default true,
        -- As the report names the message.
        identity text,
        -- Enhanced status code (RFC 3463), and the words of the relay, which may hold an address.
        status text,
        diagnostic text,
        outcome text not null check (outcome in ('applied', 'unchanged', 'early', 'unknown', 'unreadable')),
        problem text,
        delivery_id bigint references delivery,
        received_at timestamptz not null default now(),
        -- When the shard of a bounced delivery was told to go on with the next contact.
        woken_at timestamptz
      )`.execute(database);
    await sql`
      create index delivery_receipt_early on delivery_receipt (delivery_id) where outcome = 'early'`.execute(
      database,
    );
    await sql`
      create index delivery_receipt_to_wake on delivery_receipt (receipt_id)
        where kind = 'bounced' and outcome = 'applied' and woken_at is null`.execute(database);
    // Vouched for by a person, never seen by a machine; rows are only ever added.
    await sql`
      create table delivery_by_hand (
        incident_id text collate "C" not null,
        settlement_id text collate "C" not null,
        delivery_id bigint not null references delivery,
        verdict text not null check (verdict in ('attested', 'waived')),
        channel text check (channel in ('post', 'phone', 'in-person')),
        done_at timestamptz,
        reference text,
        reason text,
        by_principal text not null,
        by_role text not null,
        recorded_at timestamptz not null default now(),
        primary key (incident_id, settlement_id, delivery_id),
        check (verdict = 'waived' or (channel is not null and done_at is not null and reference is not null)),
        check (verdict = 'attested' or reason is not null)
      )`.execute(database);
  },
};
