// Messages that wait together for a worker which has to learn the workflow anew: what it makes of them replays.
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import {
  bundleWorkflowCode,
  NativeConnection,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { startTemporal } from '../../scripts/local/servers.mjs';
import { actsWhenTold, ask, go } from '../support/workflows-with-empty-task';

jest.setTimeout(120_000);

const taskQueue = 'message-order';
const patienceMs = 60_000;

let server: Awaited<ReturnType<typeof startTemporal>>;
let connection: NativeConnection;
let client: Client;
let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  server = await startTemporal();
  connection = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection: await Connection.connect({ address: server.address }) });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: require.resolve('../support/workflows-with-empty-task'),
    workflowInterceptorModules: [require.resolve('../../src/workflows/interceptors')],
  });
});

afterAll(async () => {
  await client.connection.close();
  await connection.close();
  await server.stop();
});

async function whileSomebodyWorks(happens: () => Promise<unknown>): Promise<void> {
  const activities = { act: () => Promise.resolve() };
  const worker = await Worker.create({ connection, taskQueue, workflowBundle, activities });
  await worker.runUntil(happens);
}

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const endsAtMs = Date.now() + patienceMs;
  while (!(await isTrue())) {
    if (Date.now() > endsAtMs) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function isTaskPending(handle: WorkflowHandle): Promise<boolean> {
  return Boolean((await handle.describe()).raw.pendingWorkflowTask);
}

test('an update that came before a signal, both taken by a worker that knows nothing yet, replays', async () => {
  const handle = await client.workflow.start(actsWhenTold, { taskQueue, workflowId: 'order' });
  await whileSomebodyWorks(() => eventually(async () => !(await isTaskPending(handle))));

  const answer = handle.executeUpdate(ask);
  await eventually(() => isTaskPending(handle));
  await handle.signal(go);
  await whileSomebodyWorks(() => handle.result());

  await expect(answer).resolves.toBe('answered');
  await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory());
});
