/** What every command gets: configuration, how to reach the servers, and how to speak to people and to programs. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database } from '../adapters/postgres/database';
import type { Firebreak } from '../client';
import { requireDatabaseUrl, type Config } from '../config';
import { InputProblem } from '../contract/input-problem';
import type { Sender } from '../contract/principal';
import { policyInForce } from './policy-file';

export interface CliContext {
  readonly config: Config;
  readonly isJson: boolean;
  connect(): Promise<Firebreak>;
  /** @throws DatabaseUnreachable, or DatabaseNotMigrated */
  openDatabase(): Promise<Database>;
  /** `value` for programs (`--json`), `text` for people. */
  print(value: unknown, text: string): void;
  /** What is too long to be held at once, in the words of `print`; piece by piece, as fast as it is read. */
  stream(pieces: AsyncIterable<string>): Promise<void>;
  /** Progress and questions, never on standard output. */
  note(text: string): void;
  /** Who speaks: the configured identity. @throws InputProblem when there is none */
  sender(): Sender;
  readonly passphrase?: string;
}

export function cliContext(config: Config, isJson: () => boolean): CliContext {
  return {
    config,
    get isJson() {
      return isJson();
    },
    connect: () => connect(config),
    openDatabase: () => openMigratedDatabase(config),
    print: (value, text) =>
      void process.stdout.write(`${isJson() ? JSON.stringify(value, undefined, 2) : text}\n`),
    stream: (pieces) => pipeline(Readable.from(pieces), process.stdout, { end: false }),
    note: (text) => void process.stderr.write(`${text}\n`),
    sender: () => configuredSender(config),
    ...(config.keyPassphrase !== undefined && { passphrase: config.keyPassphrase }),
  };
}

async function connect({ temporal, policyFile }: Config): Promise<Firebreak> {
  const { Firebreak } = await import('../client.js');
  return Firebreak.connect({ ...temporal, policy: await policyInForce(policyFile) });
}

/** Whatever tables it has. @throws DatabaseUnreachable */
export async function openDatabaseAsItIs(config: Config): Promise<Database> {
  const { openReachableDatabase } = await import('../adapters/postgres/reachable-database.js');
  return openReachableDatabase({ url: requireDatabaseUrl(config) });
}

async function openMigratedDatabase(config: Config): Promise<Database> {
  const { assertMigrated } = await import('../adapters/postgres/migrate.js');
  const database = await openDatabaseAsItIs(config);
  try {
    await assertMigrated(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

function configuredSender({ principal }: Config): Sender {
  if (principal === undefined)
    throw new InputProblem(
      'nobody is configured to speak: set FIREBREAK_PRINCIPAL and FIREBREAK_ROLE (and FIREBREAK_TEAM for a service team)',
      'FIREBREAK_PRINCIPAL',
    );
  return { ...principal, boundBy: 'cli-identity' };
}

/** Runs with a client and closes it, whatever happens. */
export async function withClient<Answer>(
  context: CliContext,
  use: (firebreak: Firebreak) => Promise<Answer>,
): Promise<Answer> {
  const firebreak = await context.connect();
  try {
    return await use(firebreak);
  } finally {
    await firebreak.close();
  }
}

export async function withDatabase<Answer>(
  { openDatabase }: Pick<CliContext, 'openDatabase'>,
  use: (database: Database) => Promise<Answer>,
): Promise<Answer> {
  const database = await openDatabase();
  try {
    return await use(database);
  } finally {
    await database.destroy();
  }
}
