/**
 * The tables of the tenant directory. Filling them is the import's (tenant-import.ts); whole sets of tenants are found
 * by affected-tenants.ts, and in which order the contacts of one are tried is said by contact-ladder.ts.
 */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { AnchorKind } from '../../contract/anchor';
import type { DirectoryContactKind, TenantFacts } from '../../contract/tenant-import';
import type { Instant } from '../../domain/instant';

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
  kind: DirectoryContactKind;
  /** Null for a webhook, which has a URL and the name of its secret instead. */
  email: string | null;
  url: Generated<string | null>;
  secret_name: Generated<string | null>;
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
