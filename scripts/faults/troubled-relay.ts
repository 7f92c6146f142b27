/** A relay that swallows replies, answers late, greylists, limits, locks us out, or says no: everybody ends as they must. */
import type { FakeRelayOptions } from '../../test/support/fake-relay';
import { endOfAddress, fateOf, type RelayScript, type Rule } from '../../test/support/fake-relay-script';
import { deliveryWorkflowId } from '../../src/workflows/names';
import { eventually, firstAddress, inLab, secondAddress, tenantId, type Dose, type Lab } from './lab';
import { verdictOf, type Findings, type Verdict } from './verdict';

const troubles = (dose: Dose, rules: readonly Rule[], more: Partial<RelayScript> = {}): RelayScript => ({
  seed: dose.seed,
  rules,
  ...more,
});

/** A handful of addresses, however many there are. */
const aFew = ({ tenants }: Dose, addresses = 10): number => Math.min(1, addresses / tenants);

/** In full, the mailer waits the ten minutes of RFC 5321 until it gives up. */
export function swallowedReplies(dose: Dose): Promise<Verdict> {
  const fate = { kind: 'swallow', ...(!dose.isFull && { closeAfterMs: 1000 }) } as const;
  const script = troubles(dose, [{ fate, share: aFew(dose), firstTries: 1 }]);
  return through(dose, script, {
    fault: dose.isFull ? 'relay swallows replies for ever' : 'relay swallows replies, then closes',
    // What was swallowed had been taken; sent again, it is there twice and says so.
    duplicatesAtMost: swallowedIn(dose, script),
  });
}

function swallowedIn({ tenants }: Dose, script: RelayScript): number {
  const addresses = Array.from({ length: tenants }, (_, index) => firstAddress(index));
  return addresses.filter((address) => fateOf(script, address, 1).kind === 'swallow').length;
}

export function lateReplies(dose: Dose): Promise<Verdict> {
  const ms = dose.isFull ? 30_000 : 1500;
  const script = troubles(dose, [{ fate: { kind: 'late', ms }, share: aFew(dose, 30) }]);
  return through(dose, script, { fault: `relay answers ${String(ms / 1000)} s late` });
}

export function greylisting(dose: Dose): Promise<Verdict> {
  const script = troubles(dose, [{ fate: { kind: 'reply', at: 'recipient', code: 451 }, firstTries: 1 }]);
  return through(dose, script, { fault: 'relay greylists every first attempt' });
}

export function rateLimits(code: 421 | 452): (dose: Dose) => Promise<Verdict> {
  return (dose) => {
    const rateLimit = { messages: Math.ceil(dose.tenants / 10), perMs: 500, code };
    return through(dose, troubles(dose, [], { rateLimit }), {
      fault: `relay limits its rate (${String(code)})`,
    });
  };
}

export function randomRefusals(dose: Dose): Promise<Verdict> {
  const script = troubles(dose, [
    { fate: { kind: 'reply', at: 'recipient', code: 550 }, share: 0.02 },
    { fate: { kind: 'reply', at: 'recipient', code: 450 }, share: 0.06, eachTry: true },
    { fate: { kind: 'reply', at: 'message', code: 451 }, share: 0.04, eachTry: true },
  ]);
  return through(dose, script, { fault: '10 % random 4xx, 2 % 5xx' });
}

export function lockedOut(dose: Dose): Promise<Verdict> {
  const credentials = { user: 'firebreak', password: 'right' };
  const script = troubles(dose, [], { loginEndsAfter: Math.floor(dose.tenants / 2) });
  return inLab(dose, { relay: { script, credentials } }, async (lab) => {
    await lab.startWorker();
    await lab.approveNotice();
    const failed = await untilLinesStop(lab);
    await lab.relay.follow({ seed: dose.seed });
    await resume(lab);
    await lab.settled();
    return verdictOf(lab, {
      fault: 'relay fails authentication from the n-th mail',
      violations: failed.map((state) => `a delivery became ${state} because of our own password`),
    });
  });
}

/** Plays a campaign through a relay and compares every end with the oracle's. */
function through(dose: Dose, script: RelayScript, findings: Findings): Promise<Verdict> {
  const relay: FakeRelayOptions = { script };
  return inLab(dose, { relay }, async (lab) => {
    await lab.startWorker();
    await lab.approveNotice();
    await lab.settled();
    const { deferred, refused } = await lab.relay.counts();
    return verdictOf(lab, {
      ...findings,
      violations: await unlikeTheOracle(lab, script),
      notes: [`the relay put off ${deferred} and refused ${refused} times`],
    });
  });
}

async function unlikeTheOracle({ stage, dose }: Lab, script: RelayScript): Promise<readonly string[]> {
  const rows = await stage.database.selectFrom('delivery').select(['tenant_id', 'rung', 'state']).execute();
  const stateOf = new Map(rows.map((row) => [`${row.tenant_id} ${row.rung}`, row.state]));
  return Array.from({ length: dose.tenants }, (_, index) => index).flatMap((index) =>
    expectedStates(script, index).flatMap((expected, rung) => {
      const state = stateOf.get(`${tenantId(index)} ${rung}`) ?? 'missing';
      return state === expected ? [] : [`contact ${rung} of ${tenantId(index)} is ${state}, not ${expected}`];
    }),
  );
}

/** Along the ladder of contacts, a refusal passes on to the next and in the end to a person. */
function expectedStates(script: RelayScript, index: number): readonly string[] {
  const ladder = index % 2 === 0 ? [firstAddress(index), secondAddress(index)] : [firstAddress(index)];
  const states: string[] = [];
  for (const address of ladder) {
    const end = endOfAddress(script, address);
    states.push(end);
    if (end === 'accepted') return states;
  }
  return [...states, 'needs-human'];
}

/** @returns states that no delivery may have because of us */
async function untilLinesStop(lab: Lab): Promise<readonly string[]> {
  await eventually(async () => {
    const deliveries = await countsOf(lab);
    const isQuiet = (deliveries.get('sending') ?? 0) + (deliveries.get('in-doubt') ?? 0) === 0;
    return isQuiet && (await reasonsOf(lab)).includes('authentication');
  });
  const counts = await countsOf(lab);
  return ['refused', 'needs-human'].filter((state) => counts.has(state));
}

async function countsOf({ stage }: Lab): Promise<ReadonlyMap<string, number>> {
  const rows = await stage.database
    .selectFrom('delivery')
    .select(({ fn }) => ['state', fn.countAll<string>().as('count')])
    .groupBy('state')
    .execute();
  return new Map(rows.map(({ state, count }) => [state, Number(count)]));
}

async function reasonsOf({ stage }: Lab): Promise<readonly (string | null)[]> {
  const rows = await stage.database.selectFrom('delivery').select('reason').distinct().execute();
  return rows.map(({ reason }) => reason);
}

async function resume({ stage, story: { incidentId } }: Lab): Promise<void> {
  const { campaign_id: campaignId, shards } = await stage.database
    .selectFrom('delivery_campaign')
    .select(['campaign_id', 'shards'])
    .executeTakeFirstOrThrow();
  for (let shard = 0; shard < shards; shard += 1) {
    const handle = stage.temporal.workflow.getHandle(deliveryWorkflowId(incidentId, campaignId, shard));
    // A shard that was through before the lock has ended.
    await handle.signal('resumeDelivery').catch(() => undefined);
  }
}
