/**
 * The yardsticks: a loop over all tenants around nodemailer's pool, without a ledger, in a process of its own. Waits for
 * orders, answers when the last mail is accepted, ends with its owner.
 */
import { createTransport } from 'nodemailer';
import { preRendered, renderedForEach, type WrittenNotice } from './notice-as-people-write-it';

export interface PoolOrder {
  readonly port: number;
  readonly notice: WrittenNotice;
  readonly rendering: 'pre-rendered' | 'for-each';
  readonly tenants: number;
}

const connections = 16;
const lanes = 32;

process.on('message', (order: PoolOrder) => {
  send(order).then(
    () => process.send?.('done'),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function send({ port, notice, rendering, tenants }: PoolOrder): Promise<void> {
  const pool = createTransport({
    ...{ host: '127.0.0.1', port, ignoreTLS: true, pool: true as const },
    maxConnections: connections,
    maxMessages: Infinity,
  });
  const render = rendering === 'pre-rendered' ? preRendered(notice) : renderedForEach(notice);
  let next = 0;
  const lane = async () => {
    for (let tenant = ++next; tenant <= tenants; tenant = ++next) await pool.sendMail(render(tenant));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  pool.close();
}
