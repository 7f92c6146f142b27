/**
 * More than one channel: webhooks among the contacts, deliveries by webhook and dashboard, tasks by hand beside a
 * delivery for what its channel does not meet, and in every campaign the policy by which its ladder was planned.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const migration: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      alter table tenant_contact
        alter column email drop not null,
        add column url text,
        -- The name under which the delivery workers know the secret; the secret itself is never in the database.
        add column secret_name text,
        drop constraint tenant_contact_kind_check,
        add constraint tenant_contact_kind_check
          check (kind in ('security', 'privacy', 'legal', 'administrator', 'webhook')),
        add constraint tenant_contact_way_check check (
          case when kind = 'webhook' then email is null and url is not null and secret_name is not null
               else email is not null and url is null and secret_name is null end)`.execute(database);
    // What campaigns of before were planned by: contacts by kind, e-mail alone.
    await sql`
      alter table delivery_campaign
        add column fallbacks jsonb not null default '[
            {"channel": "email", "contacts": "security"}, {"channel": "email", "contacts": "privacy"},
            {"channel": "email", "contacts": "administrator"}, {"channel": "email", "contacts": "any"}]'
          check (jsonb_typeof(fallbacks) = 'array'),
        add column channels_count_as jsonb not null default '{"email": ["email"], "webhook": [], "dashboard": []}'
          check (jsonb_typeof(channels_count_as) = 'object')`.execute(database);
    await sql`
      alter table delivery_campaign
        alter column fallbacks drop default, alter column channels_count_as drop default`.execute(database);
    await sql`
      alter table delivery
        drop constraint delivery_channel_check,
        add constraint delivery_channel_check check (channel in ('email', 'webhook', 'dashboard', 'by-hand')),
        add column secret_name text,
        add column is_beside boolean not null default false
          constraint delivery_beside_check check (not is_beside or channel = 'by-hand')`.execute(database);
    await sql`drop index delivery_once_a_notice`.execute(database);
    await sql`
      create unique index delivery_once_a_notice
        on delivery (incident_id, notice_id, tenant_id, rung, is_beside)`.execute(database);
    await sql`drop index delivery_first_once_a_tenant`.execute(database);
    await sql`
      create unique index delivery_first_once_a_tenant
        on delivery (incident_id, tenant_id)
        where notice_kind = 'first' and not after_silence and not is_beside
          and state in ('planned', 'sending', 'deferred', 'in-doubt', 'accepted', 'delivered', 'attested')`.execute(
      database,
    );
  },
};
