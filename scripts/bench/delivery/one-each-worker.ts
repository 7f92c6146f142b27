/** The worker of the two designs that samples show, in a process of its own; the mail goes through nodemailer's pool. */
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createTransport } from 'nodemailer';
import { preRendered, type WrittenNotice } from './notice-as-people-write-it';

export interface OneEachOrder {
  readonly address: string;
  readonly port: number;
  readonly notice: WrittenNotice;
}

export const oneEachTaskQueue = 'one-each';
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

async function work({ address, port, notice }: OneEachOrder): Promise<void> {
  Runtime.install({ logger: quiet });
  const pool = createTransport({
    ...{ host: '127.0.0.1', port, ignoreTLS: true, pool: true as const },
    maxConnections: 16,
    maxMessages: Infinity,
  });
  const render = preRendered(notice);
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: oneEachTaskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: require.resolve('./workflows'),
      logger: quiet,
    }),
    activities: {
      sendOne: async (tenant: number) => {
        await pool.sendMail(render(tenant));
      },
    },
  });
  process.send?.('ready');
  await worker.run();
}

process.once('message', (order: OneEachOrder) => {
  work(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit());
