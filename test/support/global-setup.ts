// Starts the servers that the tests of one run share: one PostgreSQL and one Temporal development server. They belong
// to the Jest process; the processes that run test files find them by environment variables. What is given from outside
// (DATABASE_URL, or one of the variables themselves) is used and not started.
import { randomBytes } from 'node:crypto';
import { endGracefully, startPostgres, startTemporal } from '../../scripts/local/servers.mjs';
import { dropTestDatabases } from './postgres';

interface Stoppable {
  stop(): Promise<void>;
}

declare global {
  // The only place that set-up and teardown of a Jest run share.
  var firebreakTestServers: Stoppable | undefined;
}

export default async function globalSetup(): Promise<void> {
  const givenPostgres = process.env['FIREBREAK_TEST_POSTGRES_URL'] ?? process.env['DATABASE_URL'];
  const givenTemporal = process.env['FIREBREAK_TEST_TEMPORAL_ADDRESS'];
  const startingPostgres = startPostgres({ databaseUrl: givenPostgres });
  const startingTemporal = givenTemporal === undefined ? startTemporal() : usedAsItIs(givenTemporal);
  const stopAll = () => stopEach([startingPostgres, startingTemporal]);
  const forgetSignals = endGracefully(stopAll);
  try {
    const [postgres, temporal] = await Promise.all([startingPostgres, startingTemporal]);
    process.env['FIREBREAK_TEST_RUN'] = randomBytes(4).toString('hex');
    process.env['FIREBREAK_TEST_POSTGRES_URL'] = postgres.url;
    process.env['FIREBREAK_TEST_TEMPORAL_ADDRESS'] = temporal.address;
    globalThis.firebreakTestServers = {
      stop: async () => {
        if (!postgres.isOurs) await dropTestDatabases();
        await stopAll();
        forgetSignals();
      },
    };
  } catch (error) {
    await stopAll();
    forgetSignals();
    throw error;
  }
}

function usedAsItIs(address: string): Promise<Stoppable & { address: string }> {
  return Promise.resolve({ address, stop: () => Promise.resolve() });
}

async function stopEach(servers: readonly Promise<Stoppable>[]): Promise<void> {
  await Promise.all(servers.map(stopIfStarted));
}

async function stopIfStarted(starting: Promise<Stoppable>): Promise<void> {
  const server = await starting.catch(() => undefined);
  await server?.stop();
}
