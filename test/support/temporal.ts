// The two Temporal servers of the tests: the time-skipping one, where 72 hours pass in seconds, and the real
// development server of the run.
import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { findTimeSkippingServer, guardedVersionOf } from '../../scripts/local/servers.mjs';
import searchAttributes from '../../tools/temporal/search-attributes.json';

/** temporal.api.enums.v1.IndexedValueType */
const typeCodes = new Map([
  ['Keyword', 2],
  ['Int', 3],
  ['Bool', 5],
  ['Datetime', 6],
  ['KeywordList', 7],
]);

/**
 * A time-skipping server of its own. Its clock is shared by everything in it, so take one for each test file and
 * `teardown()` it in `afterAll`. It cannot list workflows.
 */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const program = findTimeSkippingServer();
  if (program === undefined) {
    throw new Error(
      'There is no time-skipping test server yet. Run "node scripts/setup.mjs --for test" to get it.',
    );
  }
  speakOnlyOfWarnings();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: guardedVersionOf(program) } },
  });
  await registerSearchAttributes(environment);
  return environment;
}

// A start or an upsert with an unregistered attribute is rejected.
async function registerSearchAttributes({ connection, namespace }: TestWorkflowEnvironment): Promise<void> {
  const entries = Object.entries(searchAttributes).map(
    ([name, type]) => [name, typeCodes.get(type) ?? refuseType(type)] as const,
  );
  await connection.operatorService.addSearchAttributes({
    namespace: namespace ?? 'default',
    searchAttributes: Object.fromEntries(entries),
  });
}

function refuseType(type: string): never {
  throw new Error(
    `tools/temporal/search-attributes.json has the type "${type}", which test/support/temporal.ts does not know.`,
  );
}

export interface DevServerClient {
  /** host:port, for programs that a test starts. */
  readonly address: string;
  readonly client: Client;
  /** For workers of this process; the client uses it, too. */
  readonly connection: NativeConnection;
  close(): Promise<void>;
}

/** A client of the run's development server. Everybody shares its namespace: use ids and task queues of your own. */
export async function devServerClient(): Promise<DevServerClient> {
  const address = process.env['FIREBREAK_TEST_TEMPORAL_ADDRESS'];
  if (address === undefined) {
    throw new Error(
      'This test needs Temporal, which Jest starts only for the folders listed in jest.config.cjs (withServers).',
    );
  }
  speakOnlyOfWarnings();
  const connection = await NativeConnection.connect({ address });
  return { address, client: new Client({ connection }), connection, close: () => connection.close() };
}

let isQuiet = false;

function speakOnlyOfWarnings(): void {
  if (isQuiet) return;
  Runtime.install({ logger: new DefaultLogger('WARN') });
  isQuiet = true;
}
