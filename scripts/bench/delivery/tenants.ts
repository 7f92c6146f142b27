/** The tenants of a measurement, made inside the database: each uses the service "bench" and has one contact. */
import { sql } from 'kysely';
import type { Database } from '../../../src/adapters/postgres/database';

/** Names and addresses are those of notice-as-people-write-it.ts. */
export async function addTenants(database: Database, tenants: number): Promise<void> {
  const numbered = sql`generate_series(1, ${tenants}::integer) as number`;
  const id = sql`'t' || lpad(number::text, 7, '0')`;
  await sql`
    insert into tenant (id, name, country, time_zone, languages)
    select ${id},
           case when number % 10 = 0 then 'Müller & Söhne ' || lpad(number::text, 7, '0')
                else 'Tenant ' || lpad(number::text, 7, '0') || ' Inc.' end,
           'DE', 'Europe/Berlin', '{en}'
      from ${numbered}`.execute(database);
  await sql`
    insert into tenant_contact (tenant_id, contact_id, kind, email)
    select ${id}, 'security-1', 'security', 'security@' || ${id} || '.example' from ${numbered}`.execute(
    database,
  );
  await sql`
    insert into tenant_service (tenant_id, service, region, used_from)
    select ${id}, 'bench', 'eu', '2026-01-01' from ${numbered}`.execute(database);
  await sql`vacuum analyze tenant, tenant_contact, tenant_service`.execute(database);
}
