/**
 * How fast notices go out, against what the same machine does without Firebreak in the same run.
 *
 *     npm run bench:delivery -- [tenants, 10000] [rounds, 3] [mails of the slow senders, 2000]
 *     npm run bench:delivery -- million [tenants, 1000000]
 *
 * Senders take turns; the first turn of each is thrown away. All send to the same relay, which says yes at once and
 * counts, in a process of its own. Firebreak is the compiled program: one worker process, its real workflows and
 * activities, PostgreSQL with fsync, Temporal's development server. A small workflow stands for the incident: it
 * identifies, prepares, and after the approval plans and starts the shards. Linux only, for CPU and memory are read from
 * /proc.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareCampaign } from './delivery/campaign';
import { measureMillion } from './delivery/million';
import { noticeIn } from './delivery/notice-as-people-write-it';
import { largestRssMb } from './delivery/processes';
import {
  firebreakSender,
  oneEachSenders,
  poolSender,
  type FirebreakFigures,
  type Sender,
  type Turn,
} from './delivery/senders';
import { surroundings, type Surroundings } from './delivery/surroundings';
import { endingAll, type Ends } from './ending';

const [first, second, third] = process.argv.slice(2);
const isMillion = first === 'million';
const tenants = Number((isMillion ? second : first) ?? (isMillion ? 1_000_000 : 10_000));
const rounds = Number(second ?? 3);
/** One activity and one child a recipient take so long that they send fewer; with 0 they are left out. */
const slowMails = Math.min(Number(third ?? 2000), tenants);

async function compare(ends: Ends, around: Surroundings): Promise<void> {
  const firebreak = firebreakSender(around, tenants);
  await firebreak.send();
  const notice = await noticeIn((await around.relay.figures()).sample);
  const bare = await poolSender(ends, around, 'bare nodemailer pool, rendered beforehand', {
    ...{ notice, rendering: 'pre-rendered', tenants },
  });
  const usual = await poolSender(ends, around, 'Handlebars + markdown-it + pool, own values', {
    ...{ notice, rendering: 'for-each', tenants },
  });
  const oneEach =
    slowMails === 0
      ? []
      : await oneEachSenders(ends, around, notice, {
          activities: slowMails,
          children: Math.ceil(slowMails * 0.15),
        });
  const senders = [bare, firebreak, usual, ...oneEach];
  for (const sender of senders) if (sender !== firebreak) await sender.send();

  const turns = new Map<Sender, Turn[]>(senders.map((sender) => [sender, []]));
  for (let round = 1; round <= rounds; round += 1)
    for (const sender of senders) {
      const turn = await sender.send();
      turns.get(sender)?.push(turn);
      console.log(`round ${String(round)}  ${line(sender, [turn])}`);
    }
  console.log(`\nmedians of ${String(rounds)} rounds; CPU in microseconds a mail`);
  for (const [sender, its] of turns) console.log(line(sender, its));
  sayFirebreak((turns.get(firebreak) ?? []).flatMap((turn) => turn.firebreak ?? []));
  console.log(`a hold stops new mails within ${(await holdMs(around)).toFixed(0)} ms`);
  console.log(`worker, largest RSS: ${largestRssMb(around.pids.worker).toFixed(0)} MB`);
  const ratio = (to: Sender) => median(ratios(turns.get(firebreak) ?? [], turns.get(to) ?? [])).toFixed(2);
  console.log(`ratio to bare pool: ${ratio(bare)}`);
  console.log(`ratio to what people write: ${ratio(usual)}`);
}

/** Round by round, for what disturbs the machine disturbs both. */
function ratios(ours: readonly Turn[], theirs: readonly Turn[]): number[] {
  return ours.map((turn, round) => speedOf(turn) / speedOf(theirs[round] ?? turn));
}

function speedOf({ mails, seconds }: Turn): number {
  return mails / seconds;
}

function line({ title, mails }: Sender, turns: readonly Turn[]): string {
  const of = (value: (turn: Turn) => number) => median(turns.map(value)).toFixed(0);
  const cpu = Object.keys(turns[0]?.cpu ?? {}).map((name) => `${name} ${of((turn) => turn.cpu[name] ?? 0)}`);
  return [
    title.padEnd(46),
    `${of(speedOf).padStart(6)} mails/s`,
    `${String(mails).padStart(6)} mails, one to each recipient, of ${of((turn) => turn.bytesPerMail)} bytes`,
    `CPU ${cpu.join(', ')}`,
  ].join('  ');
}

function sayFirebreak(figures: readonly FirebreakFigures[]): void {
  const of = (value: (one: FirebreakFigures) => number) => median(figures.map(value));
  const withPlanning = of(({ planMs, sendMs }) => (tenants / (planMs + sendMs)) * 1000);
  console.log(
    `\nplanning takes ${(of(({ planMs }) => planMs) / 1000).toFixed(2)} s and is not in the speed above`,
  );
  console.log(`from the approval to the last mail: ${withPlanning.toFixed(0)} mails/s`);
  console.log(`approval to the first accepted mail: ${(of((one) => one.firstMailMs) / 1000).toFixed(2)} s`);
  console.log(
    `history events a recipient: ${of((one) => one.eventsPerMail).toFixed(4)}, those of the starting workflow among them`,
  );
}

/** From the order to hold until the last mail that the relay took, in the middle of a campaign. */
async function holdMs(around: Surroundings): Promise<number> {
  const { relay } = around;
  const campaign = await prepareCampaign(around, tenants);
  await relay.forget();
  campaign.approve().catch(() => undefined);
  while ((await relay.figures()).mails < tenants / 4) await sleep(5);
  const heldAtMs = Date.now();
  await campaign.hold();
  for (let before = -1, mails = 0; mails !== before; mails = (await relay.figures()).mails) {
    before = mails;
    await sleep(2000);
  }
  const { lastAtMs, mails } = await relay.figures();
  await campaign.abandon();
  if (mails >= tenants)
    throw new Error('all mails had gone before the hold could stop any: measure with more tenants');
  return Math.max(0, lastAtMs - heldAtMs);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function sayMachine(): void {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  console.log(
    `${String(cpus().length)} cores, load ${load}, Node ${process.version}, ${String(tenants)} tenants`,
  );
}

endingAll(async (ends) => {
  sayMachine();
  const around = await surroundings(ends, tenants);
  await (isMillion ? measureMillion(around, tenants) : compare(ends, around));
  sayMachine();
}).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
