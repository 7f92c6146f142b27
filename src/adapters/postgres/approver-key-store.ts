/**
 * The register of approver keys in PostgreSQL: who may sign decisions, in which roles, since when and until when.
 * The database's clock dates every row. Private keys never come here; making and reading key files is
 * approver-key-files.ts.
 */
import { createPublicKey } from 'node:crypto';
import { type ColumnType, type Selectable, sql } from 'kysely';
import type { ApproverKeyRegister } from '../../activities/verify-decision';
import type { ApproverKey } from '../../contract/decision';
import { InputProblem } from '../../contract/input-problem';
import type { Role } from '../../contract/principal';
import type { Instant } from '../../domain/instant';
import { keyIdOf, publicKeyPemOf } from '../approver-key-files';
import type { Database } from './database';

type DefaultNow = ColumnType<Date, Instant | undefined, never>;
type OptionalTimestamp = ColumnType<Date | null, Instant | undefined, unknown>;

export interface ApproverKeyTable {
  key_id: string;
  approver_id: string;
  public_key_pem: string;
  roles: Role[];
  valid_from: DefaultNow;
  valid_to: OptionalTimestamp;
  revoked_at: OptionalTimestamp;
  revoked_by: string | null;
  enrolled_by: string;
  /** The second person, who enrolled the same key with the same facts. */
  confirmed_by: string | null;
  enrolled_at: DefaultNow;
}

export interface ApproverKeyTables {
  approver_key: ApproverKeyTable;
}

/** A key with its history, for people. */
export interface RegisteredKey extends ApproverKey {
  readonly enrolledBy: string;
  readonly enrolledAt: Instant;
  readonly confirmedBy?: string;
  readonly revokedBy?: string;
}

export interface KeyToEnroll {
  readonly approverId: string;
  readonly roles: readonly Role[];
  readonly publicKeyPem: string;
  readonly enrolledBy: string;
  /** From now on unless given; until revoked unless given. */
  readonly validFrom?: Instant;
  readonly validTo?: Instant;
}

export type EnrollmentOutcome = 'enrolled' | 'confirmed' | 'unchanged';

/** A repeated call reports `outcome: 'unchanged'` and changes nothing. */
export interface ApproverKeyStore extends ApproverKeyRegister {
  /**
   * A new key is `enrolled`; the same key with the same facts by a second person is `confirmed`.
   * @throws InputProblem for a key that is not Ed25519, is enrolled with other facts, or was revoked
   */
  enroll(key: KeyToEnroll): Promise<{ outcome: EnrollmentOutcome; key: RegisteredKey }>;
  /**
   * For good: a key that was revoked never comes back.
   * @throws InputProblem for a key that was never enrolled
   */
  revoke(keyId: string, revokedBy: string): Promise<{ outcome: 'revoked' | 'unchanged'; key: RegisteredKey }>;
  /** Every key ever enrolled, by approver, then by time. */
  list(): Promise<RegisteredKey[]>;
}

export function approverKeyStore(database: Database): ApproverKeyStore {
  const findKey = (keyId: string) => findRegisteredKey(database, keyId);
  return {
    findKey,
    enroll: (key) => enroll(database, key),
    revoke: (keyId, revokedBy) => revoke(database, keyId, revokedBy),
    list: () => list(database),
  };
}

async function enroll(database: Database, wanted: KeyToEnroll) {
  const publicKeyPem = publicKeyPemOf(wanted.publicKeyPem, 'the public key');
  const keyId = keyIdOf(createPublicKey(publicKeyPem));
  const roles = [...new Set(wanted.roles)].sort();
  if (await insertNew(database, keyId, { ...wanted, publicKeyPem, roles })) {
    return { outcome: 'enrolled' as const, key: await requireKey(database, keyId) };
  }
  refuseOtherFacts(await requireKey(database, keyId), wanted.approverId, roles);
  const isConfirmed = await confirm(database, keyId, wanted.enrolledBy);
  const outcome: EnrollmentOutcome = isConfirmed ? 'confirmed' : 'unchanged';
  return { outcome, key: await requireKey(database, keyId) };
}

async function insertNew(database: Database, keyId: string, key: KeyToEnroll): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await database
    .insertInto('approver_key')
    .values({
      key_id: keyId,
      approver_id: key.approverId,
      public_key_pem: key.publicKeyPem,
      roles: [...key.roles],
      enrolled_by: key.enrolledBy,
      confirmed_by: null,
      revoked_by: null,
      ...(key.validFrom === undefined ? {} : { valid_from: key.validFrom }),
      ...(key.validTo === undefined ? {} : { valid_to: key.validTo }),
    })
    .onConflict((conflict) => conflict.column('key_id').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Two people at once: the condition on the row decides, one confirms and the other changes nothing. */
async function confirm(database: Database, keyId: string, confirmedBy: string): Promise<boolean> {
  const { numUpdatedRows } = await database
    .updateTable('approver_key')
    .set({ confirmed_by: confirmedBy })
    .where('key_id', '=', keyId)
    .where('confirmed_by', 'is', null)
    .where('enrolled_by', '<>', confirmedBy)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

function refuseOtherFacts(key: RegisteredKey, approverId: string, roles: readonly Role[]): void {
  if (key.revokedAt !== undefined) {
    throw new InputProblem(
      `Key ${key.keyId} was revoked at ${key.revokedAt} and stays so; make a new one with "firebreak keys generate".`,
      'public-key',
    );
  }
  if (key.approverId === approverId && key.roles.join() === roles.join()) return;
  throw new InputProblem(
    `Key ${key.keyId} is enrolled already for ${key.approverId} as ${key.roles.join(', ')}; to change that, revoke it and enroll a new key.`,
    'public-key',
  );
}

async function revoke(database: Database, keyId: string, revokedBy: string) {
  const { numUpdatedRows } = await database
    .updateTable('approver_key')
    .set({ revoked_at: sql<Date>`now()`, revoked_by: revokedBy })
    .where('key_id', '=', keyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  const outcome = numUpdatedRows > 0n ? ('revoked' as const) : ('unchanged' as const);
  return { outcome, key: await requireKey(database, keyId) };
}

async function list(database: Database): Promise<RegisteredKey[]> {
  const rows = await database
    .selectFrom('approver_key')
    .selectAll()
    .orderBy('approver_id')
    .orderBy('enrolled_at')
    .orderBy('key_id')
    .execute();
  return rows.map(keyOf);
}

async function requireKey(database: Database, keyId: string): Promise<RegisteredKey> {
  const key = await findRegisteredKey(database, keyId);
  if (key !== undefined) return key;
  throw new InputProblem(
    `No key ${keyId} is enrolled; "firebreak keys list" shows those that are.`,
    'key-id',
  );
}

async function findRegisteredKey(database: Database, keyId: string): Promise<RegisteredKey | undefined> {
  const row = await database
    .selectFrom('approver_key')
    .selectAll()
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  return row && keyOf(row);
}

function keyOf(row: Selectable<ApproverKeyTable>): RegisteredKey {
  return {
    keyId: row.key_id,
    approverId: row.approver_id,
    publicKeyPem: row.public_key_pem,
    roles: row.roles,
    validFrom: row.valid_from.toISOString(),
    enrolledBy: row.enrolled_by,
    enrolledAt: row.enrolled_at.toISOString(),
    ...(row.valid_to && { validTo: row.valid_to.toISOString() }),
    ...(row.revoked_at && { revokedAt: row.revoked_at.toISOString() }),
    ...(row.revoked_by !== null && { revokedBy: row.revoked_by }),
    ...(row.confirmed_by !== null && { confirmedBy: row.confirmed_by }),
  };
}
