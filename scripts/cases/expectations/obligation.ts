/** What a rule, a contract or a promise asks at an instant: whether it applies, from when it counts, how its clock stands. */
import { receivedNotices } from '../../../src/adapters/postgres/received-notices';
import {
  isPast,
  obligationsAt,
  type Due,
  type ObligationReading,
} from '../../../src/domain/obligation-clock';
import { promiseDue, type PublicPromise } from '../../../src/domain/promises';
import type { Check, TenantGroup } from '../case-format';
import { isSameMoment } from '../moments';
import { anchorKindOf, isBecause } from '../words';
import { dueDifferences, dueOf } from './due';
import { dutyOf, groupOwed, promiseTo } from './duties';
import { differing, shown, type Situation } from './situation';

export async function obligationDifferences(
  situation: Situation,
  check: Check<'obligation'>,
): Promise<readonly string[]> {
  const found = check.rule === 'promise' ? await promised(situation, check) : await owed(situation, check);
  if (found === undefined) return [`not yet: rule ${check.rule}`];
  return differences(check, found, situation.file.zone);
}

/** In the words of the format. */
interface Found {
  readonly outcome: string;
  readonly because: string;
  readonly clock?: string;
  readonly anchor?: { readonly kind: string; readonly at: string };
  readonly due?: Due;
}

function differences(check: Check<'obligation'>, found: Found, zone: string): string[] {
  const isExplained = check.because === undefined || isBecause(check.because, found.because);
  return [
    ...differing<string>('outcome', check.outcome, found.outcome),
    ...(isExplained ? [] : [`because is: ${found.because}`]),
    ...differing<string>('clock', check.clock, found.clock),
    ...anchorDifferences(check.anchor, found.anchor),
    ...dueDifferences(check, found.due, zone),
  ];
}

function anchorDifferences(wanted: Check<'obligation'>['anchor'], found: Found['anchor']): string[] {
  if (wanted === undefined) return [];
  const isFound =
    wanted === null
      ? found === undefined
      : found !== undefined && anchorKindOf(wanted.kind) === found.kind && isSameMoment(found.at, wanted.at);
  return isFound ? [] : [`anchor is ${shown(found)}, expected ${shown(wanted)}`];
}

// Rules and contracts

async function owed(situation: Situation, check: Check<'obligation'>): Promise<Found | undefined> {
  const duty = dutyOf(situation, check);
  if (duty === undefined) return undefined;
  const { rule, stage, facts, options } = duty;
  const group = groupOwed(situation, check);
  const isTold = group !== undefined && (await isToldOf(situation, group));
  const readings = obligationsAt({
    pack: situation.stage.pack,
    facts,
    options,
    at: situation.now,
    ...(group !== undefined && { isMet: () => isTold }),
  });
  const reading = readings.find((each) => each.stage === stage) ?? readings[0];
  if (reading === undefined)
    return { outcome: 'does-not-apply', because: `${rule.id} asks nothing of this party` };
  return asFound(reading);
}

/** The clock of what does not apply is none; a duty that is suppressed asks for nothing. */
function asFound({ outcome, because, clock, anchor, due, missingFacts }: ObligationReading): Found {
  return {
    outcome: outcome === 'suppressed' ? 'does-not-apply' : outcome === 'refused' ? 'undecided' : outcome,
    because: [because, ...missingFacts].join(' '),
    ...(clock !== undefined && { clock }),
    ...(anchor !== undefined && { anchor }),
    ...(due !== undefined && { due }),
  };
}

/** Delivery counts per recipient: a group is told when each of its tenants has received a notice. */
async function isToldOf(
  { stage, incident, tenants, state }: Situation,
  { group }: TenantGroup,
): Promise<boolean> {
  const received = await Promise.all(
    state.notification.notices.map(({ noticeId }) =>
      receivedNotices(stage.database)(incident.incidentId, noticeId),
    ),
  );
  const told = new Set(received.flat().map(({ tenantId }) => tenantId));
  return tenants.idsOf(group).every((id) => told.has(id));
}

// Promises

async function promised(situation: Situation, check: Check<'obligation'>): Promise<Found> {
  const promise = promiseTo(situation, check);
  if (promise === undefined) return { outcome: 'does-not-apply', because: 'no promise covers them' };
  const due = dueOf(promiseDue(promise));
  return {
    outcome: 'applies',
    because: promise.basis,
    anchor: { kind: 'submission', at: promise.madeAt.at },
    due,
    clock: await promiseClock(situation, check, promise),
  };
}

async function promiseClock(
  situation: Situation,
  check: Check<'obligation'>,
  promise: PublicPromise,
): Promise<string> {
  const group = groupOwed(situation, check);
  if (group !== undefined && (await isToldOf(situation, group))) return 'met';
  return isPast(promiseDue(promise), situation.now) ? 'overdue' : 'running';
}
