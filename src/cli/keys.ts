/** `firebreak keys …`: make an approver's key, enroll it, list and revoke the enrolled ones. */
import { Command } from 'commander';
import { z } from 'zod';
import { generateKeyFiles, readPublicKeyFile } from '../adapters/approver-key-files';
import { approverKeyStore } from '../adapters/postgres/approver-key-store';
import type {
  ApproverKeyStore,
  EnrollmentOutcome,
  RegisteredKey,
} from '../adapters/postgres/approver-key-store';
import type { Database } from '../adapters/postgres/database';
import { ApproverId } from '../contract/decision';
import { InputProblem } from '../contract/input-problem';
import { Role } from '../contract/principal';
import type { Instant } from '../domain/instant';

export interface KeysContext {
  openDatabase(): Promise<Database>;
  /** `value` for programs (`--json`), `text` for people. */
  print(value: unknown, text: string): void;
  readonly passphrase?: string | undefined;
}

interface EnrollOptions {
  readonly id: string;
  readonly role: readonly string[];
  readonly publicKey: string;
  readonly by: string;
  readonly validFrom?: string;
  readonly validTo?: string;
}

export function keysCommand(context: KeysContext): Command {
  const keys = new Command('keys').description('keys with which approvers sign their decisions');
  addGenerate(keys, context);
  addEnroll(keys, context);
  addList(keys, context);
  addRevoke(keys, context);
  return keys;
}

function addGenerate(keys: Command, context: KeysContext): void {
  keys
    .command('generate')
    .description('make an Ed25519 key under the passphrase in FIREBREAK_KEY_PASSPHRASE')
    .requiredOption('--out <file>', 'where the private key goes; the public one goes to <file>.pub')
    .action(async ({ out }: { out: string }) => {
      const key = await generateKeyFiles(out, context.passphrase);
      context.print(
        key,
        `Key ${key.keyId}\nprivate: ${key.privateKeyFile} (keep it)\npublic:  ${key.publicKeyFile} (enroll it)`,
      );
    });
}

function addEnroll(keys: Command, context: KeysContext): void {
  keys
    .command('enroll')
    .description('let a key decide in the given roles; the same call by a second person confirms it')
    .requiredOption('--id <id>', 'opaque id of the approver')
    .requiredOption('--role <role...>', `one or more of ${Role.options.join(', ')}`)
    .requiredOption('--public-key <file>', 'the .pub file of the key')
    .requiredOption('--by <id>', 'opaque id of who enrolls it')
    .option('--valid-from <instant>', 'first signing time that counts; now unless given')
    .option('--valid-to <instant>', 'last signing time that counts')
    .action(async (options: EnrollOptions) => {
      const wanted = await keyToEnroll(options);
      const { outcome, key } = await withStore(context, (store) => store.enroll(wanted));
      context.print({ outcome, ...key }, enrollmentText(outcome, key));
    });
}

function addList(keys: Command, context: KeysContext): void {
  keys
    .command('list')
    .description('every key that was ever enrolled')
    .action(async () => {
      const registered = await withStore(context, (store) => store.list());
      context.print(
        registered,
        registered.length === 0 ? 'No key is enrolled.' : registered.map(lineOf).join('\n'),
      );
    });
}

function addRevoke(keys: Command, context: KeysContext): void {
  keys
    .command('revoke')
    .description('from now on nothing that the key signed counts; this cannot be undone')
    .argument('<key-id>', 'as "keys list" shows it')
    .requiredOption('--by <id>', 'opaque id of who revokes it')
    .action(async (keyId: string, { by }: { by: string }) => {
      const revokedBy = opaqueIdOf(by, '--by');
      const { outcome, key } = await withStore(context, (store) => store.revoke(keyId, revokedBy));
      context.print({ outcome, ...key }, lineOf(key));
    });
}

async function keyToEnroll(options: EnrollOptions) {
  return {
    approverId: opaqueIdOf(options.id, '--id'),
    roles: options.role.map(roleOf),
    enrolledBy: opaqueIdOf(options.by, '--by'),
    ...periodOf(options),
    publicKeyPem: await readPublicKeyFile(options.publicKey),
  };
}

function periodOf({ validFrom, validTo }: EnrollOptions): { validFrom?: Instant; validTo?: Instant } {
  const from = validFrom === undefined ? undefined : instantOf(validFrom, '--valid-from');
  const to = validTo === undefined ? undefined : instantOf(validTo, '--valid-to');
  if (to !== undefined && to <= (from ?? new Date().toISOString())) {
    throw new InputProblem(
      `--valid-to "${to}" is not after the time from which the key is good.`,
      '--valid-to',
    );
  }
  return { ...(from !== undefined && { validFrom: from }), ...(to !== undefined && { validTo: to }) };
}

async function withStore<Result>(
  context: KeysContext,
  use: (store: ApproverKeyStore) => Promise<Result>,
): Promise<Result> {
  const database = await context.openDatabase();
  try {
    return await use(approverKeyStore(database));
  } finally {
    await database.destroy();
  }
}

function roleOf(text: string): Role {
  const role = Role.safeParse(text);
  if (role.success) return role.data;
  throw new InputProblem(`--role "${text}" is not a role; use one of ${Role.options.join(', ')}.`, '--role');
}

function opaqueIdOf(text: string, option: string): string {
  if (ApproverId.safeParse(text).success) return text;
  throw new InputProblem(
    `${option} "${text}" is not an id; use 1 to 200 letters, digits and . _ @ : / + - only.`,
    option,
  );
}

function instantOf(text: string, option: string): Instant {
  if (z.iso.datetime({ offset: true }).safeParse(text).success) return new Date(text).toISOString();
  throw new InputProblem(`${option} "${text}" is not a time; write it like 2026-11-23T15:20:00Z.`, option);
}

function enrollmentText(outcome: EnrollmentOutcome, key: RegisteredKey): string {
  const said: Record<EnrollmentOutcome, string> = {
    enrolled: 'enrolled',
    confirmed: 'confirmed by a second person',
    unchanged: 'enrolled already, nothing changed',
  };
  return `Key ${key.keyId} is ${said[outcome]}.\n${lineOf(key)}`;
}

function lineOf(key: RegisteredKey): string {
  const since = `from ${key.validFrom}${key.validTo === undefined ? '' : ` to ${key.validTo}`}`;
  const confirmed = key.confirmedBy === undefined ? 'not confirmed' : `confirmed by ${key.confirmedBy}`;
  const state =
    key.revokedAt === undefined ? since : `REVOKED at ${key.revokedAt} by ${String(key.revokedBy)}`;
  return `${key.keyId}  ${key.approverId}  ${key.roles.join(', ')}  ${state}  enrolled by ${key.enrolledBy}, ${confirmed}`;
}
