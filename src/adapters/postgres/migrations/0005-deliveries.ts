/**
 * The delivery ledger: who gets which notice, and what came of every attempt. The unique constraints are what keeps a
 * notice from reaching anybody twice, whatever the processes above do.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create table delivery_campaign (
        incident_id text collate "C" not null,
        campaign_id text collate "C" not null,
        notice_id text collate "C" not null,
        revision integer not null check (revision > 0),
        kind text not null,
        tenant_set_version integer not null,
        template_revision text not null,
        audience text not null check (audience in ('all', 'added', 'changed', 'removed')),
        mode text not null check (mode in ('live', 'drill')),
        shards integer not null check (shards > 0),
        give_up_at timestamptz not null,
        created_at timestamptz not null default now(),
        primary key (incident_id, campaign_id)
      )`.execute(database);
    // One process works on a shard at a time: the fence rises with every change of hands.
    await sql`
      create table delivery_shard (
        incident_id text collate "C" not null,
        campaign_id text collate "C" not null,
        shard integer not null,
        owner text not null,
        fence bigint not null,
        lease_until timestamptz not null,
        primary key (incident_id, campaign_id, shard)
      )`.execute(database);
    await sql`
      create table delivery (
        delivery_id bigint generated always as identity primary key,
        incident_id text collate "C" not null,
        campaign_id text collate "C" not null,
        shard integer not null,
        notice_id text collate "C" not null,
        notice_kind text not null,
        revision integer not null,
        tenant_id text collate "C" not null,
        contact_id text collate "C",
        channel text not null check (channel in ('email', 'by-hand')),
        -- 0 for the first contact of the tenant's ladder, 1 for the next …
        rung integer not null check (rung >= 0),
        -- As they were when the delivery was planned: a second copy must not differ from the first.
        tenant_name text not null,
        address text,
        language text not null,
        planned_at timestamptz not null default date_trunc('milliseconds', now()),
        state text not null check (state in
          ('planned', 'sending', 'accepted', 'deferred', 'refused', 'in-doubt', 'needs-human')),
        reason text,
        due_at timestamptz not null default now(),
        give_up_at timestamptz not null,
        attempts integer not null default 0,
        deferrals integer not null default 0,
        doubts integer not null default 0,
        possible_duplicate boolean not null default false,
        owner text,
        fence bigint not null default 0,
        message_id text,
        body_hash text,
        reply_code integer,
        reply text,
        queue_id text,
        changed_at timestamptz not null default now(),
        unique (incident_id, notice_id, notice_kind, revision, tenant_id, contact_id, channel),
        check (state = 'needs-human' or (contact_id is not null and address is not null))
      )`.execute(database);
    // A notice has one delivery a rung, whatever its revision …
    await sql`
      create unique index delivery_once_a_notice
        on delivery (incident_id, notice_id, tenant_id, rung)`.execute(database);
    // … and a tenant one first notice in an incident, whichever notice brought it.
    await sql`
      create unique index delivery_first_once_a_tenant
        on delivery (incident_id, tenant_id, rung) where notice_kind = 'first'`.execute(database);
    await sql`
      create unique index delivery_first_once_a_contact
        on delivery (incident_id, tenant_id, contact_id) where notice_kind = 'first'`.execute(database);
    await sql`
      create index delivery_waiting on delivery (incident_id, campaign_id, shard, state, delivery_id)
        include (due_at)`.execute(database);
    await sql`
      create table delivery_event (
        delivery_id bigint not null references delivery,
        at timestamptz not null default now(),
        attempt integer not null,
        fence bigint not null,
        state text not null,
        reason text,
        reply_code integer,
        possible_duplicate boolean not null
      )`.execute(database);
    await sql`create index delivery_event_by_delivery on delivery_event (delivery_id)`.execute(database);
  },
};
