/** Everything that is compared: each sends one mail to every tenant, and is measured in the same way. */
import type { Ends } from '../ending';
import { prepareCampaign } from './campaign';
import type { WrittenNotice } from './notice-as-people-write-it';
import { oneEachTaskQueue, type OneEachOrder } from './one-each-worker';
import type { PoolOrder } from './pool-sender';
import { cpuMsOf, startHelper } from './processes';
import type { SinkFigures } from './sink';
import type { Surroundings } from './surroundings';
import type { CampaignTimes } from './workflows';

export interface Turn {
  readonly seconds: number;
  readonly mails: number;
  readonly bytesPerMail: number;
  /** Microseconds a mail, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly firebreak?: FirebreakFigures;
}

export interface FirebreakFigures extends CampaignTimes {
  readonly firstMailMs: number;
  readonly eventsPerMail: number;
}

export interface Sender {
  readonly title: string;
  readonly mails: number;
  send(): Promise<Turn>;
}

/** Its seconds are those from the start of the shards to the end of the last; its CPU has the planning in it. */
export function firebreakSender(around: Surroundings, tenants: number): Sender {
  return {
    title: 'Firebreak: ledger, Temporal, own values',
    mails: tenants,
    async send() {
      const campaign = await prepareCampaign(around, tenants);
      const approvedAtMs = Date.now();
      let times: CampaignTimes | undefined;
      const turn = await counted(around, tenants, around.pids, async () => {
        times = await campaign.approve();
        return times.sendMs / 1000;
      });
      if (times === undefined) throw new Error('the campaign has no times');
      const eventsPerMail = (await campaign.events()) / tenants;
      return { ...turn, firebreak: { ...times, firstMailMs: turn.firstAtMs - approvedAtMs, eventsPerMail } };
    },
  };
}

export async function poolSender(
  ends: Ends,
  around: Surroundings,
  title: string,
  order: Omit<PoolOrder, 'port'>,
): Promise<Sender> {
  const helper = await startHelper(ends, 'pool-sender.ts');
  const { relay } = around;
  const message: PoolOrder = { ...order, port: relay.port };
  const pids = { worker: helper.pid, sink: relay.pid };
  return {
    title,
    mails: order.tenants,
    send: () => counted(around, order.tenants, pids, () => secondsOf(() => helper.ask(message))),
  };
}

/** @param mails how many each of the two sends: they are slow */
export async function oneEachSenders(
  ends: Ends,
  around: Surroundings,
  notice: WrittenNotice,
  mails: { readonly activities: number; readonly children: number },
): Promise<Sender[]> {
  const { client, temporalAddress: address, relay, pids } = around;
  const order: OneEachOrder = { address, port: relay.port, notice };
  const helper = await startHelper(ends, 'one-each-worker.ts', order);
  const processes = { worker: helper.pid, server: pids.server, sink: relay.pid };
  let runs = 0;
  const sender = (title: string, workflow: string, tenants: number): Sender => ({
    title,
    mails: tenants,
    send: () => {
      runs += 1;
      const run = {
        workflowId: `${workflow}-${String(runs)}`,
        taskQueue: oneEachTaskQueue,
        args: [{ tenants, window: 100 }],
      };
      return counted(around, tenants, processes, () =>
        secondsOf(() => client.workflow.execute(workflow, run)),
      );
    },
  });
  return [
    sender('one activity a recipient, 100 at a time', 'oneActivityEach', mails.activities),
    sender('one child workflow a recipient, 100 at a time', 'oneChildEach', mails.children),
  ];
}

async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now();
  await action();
  return (performance.now() - begunMs) / 1000;
}

/** @throws when the relay did not get exactly one mail for every recipient */
async function counted(
  { relay }: Surroundings,
  mails: number,
  pids: Readonly<Record<string, number>>,
  send: () => Promise<number>,
): Promise<Turn & SinkFigures> {
  await relay.forget();
  const before = cpuMsOfAll(pids);
  const seconds = await send();
  const after = cpuMsOfAll(pids);
  const cpu = Object.fromEntries(
    Object.keys(pids).map((name) => [name, (((after[name] ?? 0) - (before[name] ?? 0)) * 1000) / mails]),
  );
  const figures = await relay.figures();
  if (figures.mails !== mails || figures.recipients !== mails)
    throw new Error(
      `the relay got ${String(figures.mails)} mails to ${String(figures.recipients)} recipients, not ${String(mails)}`,
    );
  return { ...figures, seconds, cpu, bytesPerMail: figures.bytes / mails };
}

function cpuMsOfAll(pids: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuMsOf(pid)]));
}
