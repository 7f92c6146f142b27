/** A worker that dies at the two worst moments: just before the final dot, and when only the relay knows that it came. */
import { sql } from 'kysely';
import type { FakeRelay } from '../../test/support/fake-relay';
import type { RelayScript } from '../../test/support/fake-relay-script';
import { eventually, firstAddress, heldAtLeast, inLab, mostUnrecorded, type Dose, type Lab } from './lab';
import { oneOf, randomFrom } from './random';
import { verdictOf, type Verdict } from './verdict';

const killsOf = ({ kills, isFull }: Dose) => (isFull ? Math.min(10, kills) : 1);

export function killedBeforeTheFinalDot(dose: Dose): Promise<Verdict> {
  const kills = killsOf(dose);
  const everybody = Array.from({ length: dose.tenants }, (_, index) => firstAddress(index));
  const random = randomFrom('before-dot', dose.seed);
  const victims = Array.from({ length: kills }, () => oneOf(everybody, random));
  const rules = victims.map((only) => ({
    fate: { kind: 'freeze', at: 'before-dot' } as const,
    only,
    firstTries: 1,
  }));
  const script: RelayScript = { seed: dose.seed, rules };
  return inLab(dose, { relay: { script } }, async (lab) => {
    await lab.startWorker('incident');
    let worker = await lab.startWorker('delivery');
    await lab.approveNotice();
    let killed = 0;
    const tooEarly: string[] = [];
    // One that was on its way when another stood still has used up its first try: there may be fewer than victims.
    while (await standsStillAgain(lab)) {
      const stoodStill = await lab.relay.frozen();
      process.kill(worker.pid, 'SIGKILL');
      await worker.ended;
      killed += 1;
      tooEarly.push(...(await takenOf(lab.relay, stoodStill)));
      worker = await lab.startWorker('delivery');
    }
    await lab.settled();
    return verdictOf(lab, {
      fault: 'killed exactly before the final dot',
      kills: killed,
      // Of the others that were on the wire; those that stood still had not been taken.
      duplicatesAtMost: killed * mostUnrecorded(dose),
      violations: [
        ...(killed === 0 ? ['no message stood still: the fault did not happen'] : []),
        ...tooEarly.map((messageId) => `${messageId} was taken without its final dot`),
      ],
    });
  });
}

/** @returns false when everything has been sent instead */
async function standsStillAgain(lab: Lab): Promise<boolean> {
  let isFrozen = false;
  await eventually(async () => {
    isFrozen = (await lab.relay.frozen()).length > 0;
    return isFrozen || (await lab.isAtRest());
  }, 300_000);
  return isFrozen;
}

async function takenOf(relay: FakeRelay, recipients: readonly string[]): Promise<readonly string[]> {
  const held = await relay.held();
  return held.filter(({ recipient }) => recipients.includes(recipient)).map(({ messageId }) => messageId);
}

export function killedBetweenAcceptanceAndRecord(dose: Dose): Promise<Verdict> {
  const kills = killsOf(dose);
  return inLab(dose, { relay: { script: { seed: dose.seed, delayMs: 20 } } }, async (lab) => {
    await lab.startWorker('incident');
    let worker = await lab.startWorker('delivery');
    await lab.approveNotice();
    let unrecorded = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      await heldAtLeast(lab.relay, Math.floor((dose.tenants * (kill + 0.5)) / (kills + 1)));
      await whileNothingCanBeRecorded(lab, async () => {
        unrecorded += await acceptedAndUnrecorded(lab);
        process.kill(worker.pid, 'SIGKILL');
        await worker.ended;
      });
      worker = await lab.startWorker('delivery');
    }
    await lab.settled();
    return verdictOf(lab, {
      fault: 'killed exactly between acceptance and record',
      kills,
      duplicatesAtMost: kills * mostUnrecorded(dose),
      notes: [`${unrecorded} messages were at the relay and not in the ledger when the worker died`],
      violations: unrecorded === 0 ? ['no message was caught between the two: the fault did not happen'] : [],
    });
  });
}

/** What comes of an attempt is written down with an event; nobody can write one while this table is locked. */
async function whileNothingCanBeRecorded({ stage }: Lab, action: () => Promise<void>): Promise<void> {
  await stage.database.transaction().execute(async (transaction) => {
    await sql`lock table delivery_event in share row exclusive mode`.execute(transaction);
    await action();
  });
}

/** Waits until every connection stands still before the lock. @returns how many messages only the relay knows of */
async function acceptedAndUnrecorded({ stage, relay }: Lab): Promise<number> {
  let last = -1;
  await eventually(
    async () => {
      const { held } = await relay.counts();
      const isStill = held === last;
      last = held;
      return isStill;
    },
    10_000,
    300,
  );
  const atTheRelay = new Set((await relay.held()).map(({ messageId }) => messageId));
  const sending = await stage.database
    .selectFrom('delivery')
    .select('message_id')
    .where('state', '=', 'sending')
    .execute();
  return sending.filter((row) => atTheRelay.has(row.message_id ?? '')).length;
}
