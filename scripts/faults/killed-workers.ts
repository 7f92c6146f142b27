/** `kill -9` of workers, one after the other, while a campaign is sent. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeRelayOptions } from '../../test/support/fake-relay';
import type { LocalWorker } from '../local/servers.mjs';
import { connectionsOfAWorker, heldAtLeast, inLab, mostUnrecorded, type Dose, type Lab } from './lab';
import { oneOf, randomFrom } from './random';
import { verdictOf, type Verdict } from './verdict';

const workersThatDeliver = 3;
/** Slow enough that every connection has a message on the wire. */
const delayMs = 60;

const idempotencyHeader = 'X-Idempotency-Key';

/** The relay drops second copies. */
export async function killedBeforeARelayThatCanBeAsked(dose: Dose): Promise<Verdict> {
  const relay = { script: { seed: dose.seed, delayMs, idempotencyHeader } };
  const environment = { FIREBREAK_SMTP_IDEMPOTENCY_HEADER: idempotencyHeader };
  return killed(dose, 'kill -9 of a worker; relay with idempotency key', {
    relay,
    environment,
    duplicatesAtMost: 0,
  });
}

export async function killedBeforeAnyRelay(dose: Dose): Promise<Verdict> {
  return killed(dose, 'kill -9 of a worker; relay that knows nothing', {
    relay: { script: { seed: dose.seed, delayMs } },
    duplicatesAtMost: dose.kills * mostUnrecorded(dose),
  });
}

interface Kind {
  readonly relay: FakeRelayOptions;
  readonly environment?: Record<string, string>;
  readonly duplicatesAtMost: number;
}

function killed(dose: Dose, fault: string, { duplicatesAtMost, ...options }: Kind): Promise<Verdict> {
  return inLab(dose, options, async (lab) => {
    await lab.startWorker('incident');
    const crew = await startCrew(lab);
    await lab.approveNotice();
    await crew.killAmongMails();
    await lab.settled();
    const { dropped } = await lab.relay.counts();
    return verdictOf(lab, {
      fault,
      kills: dose.kills,
      duplicatesAtMost,
      notes: [
        `the relay dropped ${dropped} second copies`,
        `kills × connections is ${dose.kills * connectionsOfAWorker}`,
      ],
    });
  });
}

/** Workers of which each is replaced at once when it is killed. */
async function startCrew(lab: Lab) {
  const { dose, relay } = lab;
  const random = randomFrom('kills', dose.seed);
  const working: LocalWorker[] = [];
  const hire = async () => {
    working.push(await lab.startWorker('delivery'));
  };
  await Promise.all(Array.from({ length: workersThatDeliver }, hire));

  async function killOne(replacements: Promise<void>[]): Promise<void> {
    while (working.length === 0) await sleep(20);
    const victim = oneOf(working, random);
    working.splice(working.indexOf(victim), 1);
    process.kill(victim.pid, 'SIGKILL');
    await victim.ended;
    const replacement = hire();
    // Whoever waits for all of them hears of it; until then it is nobody's unhandled rejection.
    replacement.catch(() => undefined);
    replacements.push(replacement);
  }

  return {
    /** Spread over the first nine tenths of the campaign, by the messages that the relay holds. */
    killAmongMails: async (): Promise<void> => {
      const replacements: Promise<void>[] = [];
      const step = (dose.tenants * 0.9) / dose.kills;
      for (let kill = 0; kill < dose.kills; kill += 1) {
        await heldAtLeast(relay, Math.floor((kill + random()) * step) + 1);
        await killOne(replacements);
      }
      await Promise.all(replacements);
    },
  };
}
