// `node deploy/worker-health.mjs <role>`: exit code 0 when Temporal has heard the worker of this container ask for work
// in the last three minutes. A process that merely runs proves nothing.
import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { readConfig } from '../dist/config.js';
import { deliveryTaskQueue, incidentTaskQueue } from '../dist/workflows/names.js';

const silenceLimitMs = 3 * 60_000;
const queues = { incident: incidentTaskQueue, delivery: deliveryTaskQueue };
const workflowTasks = 1; // TaskQueueType, as the API numbers it

/** The SDK calls a worker by process id and host name. */
const isOurs = ({ identity }) => identity?.endsWith(`@${hostname()}`);

function heardAtMs({ lastAccessTime }) {
  return Number(lastAccessTime?.seconds ?? 0) * 1000;
}

async function pollersOf(role) {
  const { address, namespace, tls } = readConfig().temporal;
  const connection = await Connection.connect({ address, tls, connectTimeout: '5s' });
  try {
    const request = { namespace, taskQueue: { name: queues[role] }, taskQueueType: workflowTasks };
    return (await connection.workflowService.describeTaskQueue(request)).pollers ?? [];
  } finally {
    await connection.close();
  }
}

const role = process.argv[2];
if (!(role in queues)) {
  console.error('Usage: node deploy/worker-health.mjs incident|delivery');
  process.exit(2);
}
const heard = (await pollersOf(role)).filter(isOurs).map(heardAtMs);
const isHealthy = heard.some((atMs) => Date.now() - atMs < silenceLimitMs);
if (!isHealthy)
  console.error(`Temporal has not heard the ${role} worker of ${hostname()} in the last three minutes`);
process.exitCode = isHealthy ? 0 : 1;
