/** What every command gets: configuration, how to reach the servers, and how to speak to people and to programs. */
import { openDatabase, type Database } from '../adapters/postgres/database';
import { Firebreak } from '../client';
import { requireDatabaseUrl, type Config } from '../config';
import { InputProblem } from '../contract/input-problem';
import type { Sender } from '../contract/principal';

export interface CliContext {
  readonly config: Config;
  readonly isJson: boolean;
  connect(): Promise<Firebreak>;
  openDatabase(): Promise<Database>;
  /** `value` for programs (`--json`), `text` for people. */
  print(value: unknown, text: string): void;
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
    connect: () => Firebreak.connect(config.temporal),
    openDatabase: () => Promise.resolve(openDatabase({ url: requireDatabaseUrl(config) })),
    print: (value, text) =>
      void process.stdout.write(`${isJson() ? JSON.stringify(value, undefined, 2) : text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    sender: () => configuredSender(config),
    ...(config.keyPassphrase !== undefined && { passphrase: config.keyPassphrase }),
  };
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
  context: CliContext,
  use: (database: Database) => Promise<Answer>,
): Promise<Answer> {
  const database = await context.openDatabase();
  try {
    return await use(database);
  } finally {
    await database.destroy();
  }
}
