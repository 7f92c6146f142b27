/**
 * The measured process of incident-cost.ts: workflows of one kind, and activities that answer at once with what the real
 * ones answered when the story was recorded. It tells its CPU time when asked, and ends with its owner.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { activityInfo } from '@temporalio/activity';
import {
  bundleWorkflowCode,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { readDecisionToken } from '../../src/domain/decision-token';

export interface CostOrder {
  readonly kind: 'firebreak' | 'bare';
  readonly address: string;
  readonly taskQueues: readonly string[];
  /** By activity type, in the order of the calls of one workflow. */
  readonly answers: Readonly<Record<string, readonly unknown[]>>;
}

const dist = join(__dirname, '..', '..', 'dist');
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

async function main(): Promise<void> {
  const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as CostOrder;
  Runtime.install({ logger: quiet });
  const connection = await NativeConnection.connect({ address: order.address });
  const code = await codeOf(order.kind);
  const activities = answering(order.answers);
  const workers = await Promise.all(
    order.taskQueues.map((taskQueue) =>
      Worker.create({ connection, taskQueue, activities, maxCachedWorkflows: 500, ...code }),
    ),
  );
  process.on('message', () => process.send?.({ ...process.cpuUsage(), rssBytes: process.memoryUsage.rss() }));
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
  await Promise.all(workers.map((worker) => worker.run()));
}

async function codeOf(
  kind: CostOrder['kind'],
): Promise<Pick<WorkerOptions, 'workflowBundle' | 'dataConverter'>> {
  const dataConverter = { payloadConverterPath: join(dist, 'workflows', 'payload-converter.js') };
  if (kind === 'firebreak')
    return { workflowBundle: { codePath: join(dist, 'workflow-bundle.js') }, dataConverter };
  const workflowsPath = join(__dirname, 'bare-workflow.ts');
  return { workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: quiet }) };
}

function answering(
  answers: CostOrder['answers'],
): Record<string, (input: { readonly token?: string }) => Promise<unknown>> {
  const calls = new Map<string, number>();
  return Object.fromEntries(
    Object.entries(answers).map(([type, recorded]) => [
      type,
      (input) => {
        const key = `${activityInfo().workflowExecution?.runId ?? ''} ${type}`;
        const call = calls.get(key) ?? 0;
        calls.set(key, call + 1);
        const answer = recorded[Math.min(call, recorded.length - 1)];
        return Promise.resolve(input.token === undefined ? answer : accepted(input.token));
      },
    ]),
  );
}

/** A decision names its incident, so the recorded answer would not do. */
function accepted(token: string): unknown {
  const reading = readDecisionToken(token);
  if (reading.kind === 'unreadable') throw new Error(reading.problem);
  const { sub, gate, gen, obj, dec, jti } = reading.claims;
  const approver = { id: sub, roles: ['executive-incident-manager'] };
  const issuedAt = new Date().toISOString();
  return {
    kind: 'accepted',
    approver,
    gate,
    generation: gen,
    objectHash: obj,
    verdict: dec,
    tokenId: jti,
    issuedAt,
    keyId: 'bench',
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
