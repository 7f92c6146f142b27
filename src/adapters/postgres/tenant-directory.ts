/**
 * The tables of the tenant directory and the questions asked of one tenant. Filling them is the import's
 * (tenant-import.ts); whole sets of tenants are found by affected-tenants.ts.
 */
import { type ColumnType, type JSONColumnType, type RawBuilder, sql } from 'kysely';
import type { AnchorKind } from '../../contract/anchor';
import type { ContactKind, TenantFacts } from '../../contract/tenant-import';
import type { Instant } from '../../domain/instant';
import type { Database } from './database';

type Timestamp = ColumnType<Date, Instant, Instant>;
type OptionalTimestamp = ColumnType<Date | null, Instant | null | undefined, Instant | null>;

export interface TenantTable {
  id: string;
  name: string;
  /** ISO 3166-1 alpha-2; null when it is not known. */
  country: string | null;
  /** ISO 3166-2. */
  subdivision: string | null;
  /** A sector word of the rule pack. */
  sector: string | null;
  /** IANA name. */
  time_zone: string;
  /** BCP 47, the preferred one first. */
  languages: string[];
  facts: JSONColumnType<TenantFacts>;
}

export interface TenantContactTable {
  tenant_id: string;
  contact_id: string;
  kind: ContactKind;
  email: string;
  verified_at: OptionalTimestamp;
  bounced_at: OptionalTimestamp;
}

/** Use of a service in a region over [used_from, used_to); still used while used_to is null. */
export interface TenantServiceTable {
  tenant_id: string;
  service: string;
  region: string;
  used_from: Timestamp;
  used_to: OptionalTimestamp;
}

/** "Tell us within so many hours of this": a promise to one tenant (S38). */
export interface TenantContractTable {
  tenant_id: string;
  contract_id: string;
  hours: number;
  anchor: AnchorKind;
  clause: string | null;
}

export interface TenantDirectoryTables {
  tenant: TenantTable;
  tenant_contact: TenantContactTable;
  tenant_service: TenantServiceTable;
  tenant_contract: TenantContractTable;
}

/** One contact as the delivery of a notice needs it. */
export interface LadderContact {
  readonly contactId: string;
  readonly kind: ContactKind;
  readonly email: string;
  readonly isVerified: boolean;
  readonly hasBounced: boolean;
}

/** Whom a notice goes to when its rule names nobody (S42). */
export const defaultContactKinds: readonly ContactKind[] = ['security', 'privacy'];

/**
 * The order in which the contacts of a tenant are tried, for `order by` (S06, S42, S48): every address that bounced
 * comes last; before that the kinds that are asked for, in their order, then administrators, then all others; within
 * a kind verified before unverified. The contact id settles the rest, so the order never depends on chance.
 *
 * @param kinds the kinds that the rule names; the default is security, then privacy.
 * @param table name or alias of `tenant_contact` in the query.
 */
export function contactLadder(
  kinds: readonly ContactKind[] = defaultContactKinds,
  table = 'tenant_contact',
): RawBuilder<unknown> {
  const column = (name: keyof TenantContactTable) => sql.ref(`${table}.${name}`);
  const ranked = [...new Set<ContactKind>([...kinds, 'administrator'])];
  return sql`
    ${column('bounced_at')} is not null,
    coalesce(array_position(${ranked}::text[], ${column('kind')}), ${ranked.length + 1}),
    ${column('verified_at')} is null,
    ${column('contact_id')}`;
}

/** All contacts of one tenant, the first to be tried first. Empty when the tenant has none or does not exist. */
export async function contactsInLadderOrder(
  database: Database,
  tenantId: string,
  kinds: readonly ContactKind[] = defaultContactKinds,
): Promise<LadderContact[]> {
  const { rows } = await sql<LadderContact>`
    select contact_id as "contactId", kind, email,
           verified_at is not null as "isVerified", bounced_at is not null as "hasBounced"
      from tenant_contact
     where tenant_id = ${tenantId}
     order by ${contactLadder(kinds)}`.execute(database);
  return rows;
}
