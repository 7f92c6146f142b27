// The Temporal server of the stories: the time-skipping one, where 72 hours pass in seconds.
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
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

let isQuiet = false;

function speakOnlyOfWarnings(): void {
  if (isQuiet) return;
  Runtime.install({ logger: new DefaultLogger('WARN') });
  isQuiet = true;
}
