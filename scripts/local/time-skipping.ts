/**
 * A Temporal server on which time is skipped: 72 hours pass in seconds. For what plays incidents at their own dates,
 * the tests and the cases.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import searchAttributes from '../../tools/temporal/search-attributes.json';
import { findTimeSkippingServer, guardedVersionOf } from './servers.mjs';

/** temporal.api.enums.v1.IndexedValueType */
const typeCodes = new Map([
  ['Keyword', 2],
  ['Int', 3],
  ['Bool', 5],
  ['Datetime', 6],
  ['KeywordList', 7],
]);

/**
 * A time-skipping server of its own. Its clock is shared by everything in it; whoever takes one calls `teardown()` in
 * the end. It cannot list workflows.
 */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const program = findTimeSkippingServer();
  if (program === undefined) {
    throw new Error(
      'There is no time-skipping test server yet. Run "node scripts/setup.mjs --for test" to get it.',
    );
  }
  speakOnlyOfWarnings();
  const environment = await started(guardedVersionOf(program));
  await registerSearchAttributes(environment);
  return environment;
}

/** The SDK gives the server five seconds to start, which is short on a machine that does other things as well. */
async function started(path: string, attempts = 8): Promise<TestWorkflowEnvironment> {
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
  } catch (error) {
    if (attempts === 1 || !String(error).includes('did not start within')) throw error;
    return started(path, attempts - 1);
  }
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
    `tools/temporal/search-attributes.json has the type "${type}", which scripts/local/time-skipping.ts does not know.`,
  );
}

let isQuiet = false;

function speakOnlyOfWarnings(): void {
  if (isQuiet) return;
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    // The core warns of what this server, unlike the real one, does not have.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  isQuiet = true;
}
