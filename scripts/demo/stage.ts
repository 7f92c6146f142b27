/** The stage of the demo: real servers on this machine, a worker of its own, an inbox with its little troubles. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, startTemporal, startWorker, type LocalWorker } from '../local/servers.mjs';
import { startSmtpInbox, type SmtpInbox } from '../local/smtp-inbox.mjs';
import { openDatabase, type Database } from '../../src/adapters/postgres/database';
import { migrateToLatest } from '../../src/adapters/postgres/migrate';
import { Firebreak } from '../../src/client';
import type { Policy } from '../../src/contract/policy';

const projectDirectory = join(__dirname, '..', '..');

export interface Stage {
  readonly firebreak: Firebreak;
  readonly database: Database;
  readonly inbox: SmtpInbox;
  readonly uiUrl: string | undefined;
  readonly temporalAddress: string;
  /** Everything the demo leaves for people to read. */
  readonly outDirectory: string;
  stop(): Promise<void>;
}

export async function setStage(policy: Policy): Promise<Stage> {
  const ends: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end().catch(() => undefined);
  };
  try {
    return await raise(policy, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function raise(
  policy: Policy,
  ends: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Stage> {
  const outDirectory = freshDirectory();
  const [postgres, temporal, inbox] = await Promise.all([
    noted(ends, startPostgres({ databaseUrl: process.env['DATABASE_URL'] })),
    noted(ends, startTemporal({ ui: true })),
    noted(ends, startInbox(join(outDirectory, 'inbox'))),
  ]);
  const database = openDatabase({ url: postgres.url });
  ends.push(() => database.destroy());
  await migrateToLatest(database);
  const firebreak = await Firebreak.connect({ address: temporal.address, policy });
  ends.push(() => firebreak.close());
  await noted(
    ends,
    workerFor({ temporalAddress: temporal.address, databaseUrl: postgres.url, inbox, outDirectory }),
  );
  return {
    firebreak,
    database,
    inbox,
    uiUrl: temporal.uiUrl,
    temporalAddress: temporal.address,
    outDirectory,
    stop,
  };
}

async function noted<Server extends { stop(): Promise<void> }>(
  ends: (() => Promise<void>)[],
  starting: Promise<Server>,
): Promise<Server> {
  const server = await starting;
  ends.push(() => server.stop());
  return server;
}

function freshDirectory(): string {
  const directory = join(projectDirectory, '.cache', 'demo');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** One mailbox does not exist any more, and one relay greylists: both happen in every campaign of this size. */
function startInbox(directory: string): Promise<SmtpInbox> {
  return startSmtpInbox({
    directory,
    script: {
      atRecipient: (address, tries) => {
        if (address.startsWith('no-such-mailbox')) return { code: 550, text: 'no such mailbox' };
        if (address.startsWith('greylisted') && tries === 1)
          return { code: 451, text: 'greylisted, try again' };
        return undefined;
      },
    },
  });
}

interface WorkerSurroundings {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly inbox: SmtpInbox;
  readonly outDirectory: string;
}

function workerFor({
  temporalAddress,
  databaseUrl,
  inbox,
  outDirectory,
}: WorkerSurroundings): Promise<LocalWorker> {
  return startWorker({
    logFile: join(outDirectory, 'worker.log'),
    environment: {
      TEMPORAL_ADDRESS: temporalAddress,
      DATABASE_URL: databaseUrl,
      FIREBREAK_SMTP_URL: `smtp://${inbox.host}:${String(inbox.port)}`,
      FIREBREAK_MAIL_FROM: 'security@ci-provider.example',
      FIREBREAK_MAIL_FROM_NAME: 'Security at CI Provider',
      FIREBREAK_MESSAGE_ID_DOMAIN: 'ci-provider.example',
      FIREBREAK_DRILL_MAILBOX: join(outDirectory, 'drill-mailbox'),
    },
  });
}
