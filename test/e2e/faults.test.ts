/**
 * Quick doses of what is broken on purpose: real workers, a relay in a process of its own, and every invariant asked
 * afterwards. `npm run test:faults` plays the full ones; the seed plays the same again: FIREBREAK_TEST_SEED=<number>.
 */
import { untidyBounces } from '../../scripts/faults/bounces';
import { killedBeforeTheFinalDot, killedBetweenAcceptanceAndRecord } from '../../scripts/faults/crash-points';
import { killedBeforeARelayThatCanBeAsked } from '../../scripts/faults/killed-workers';
import type { Dose } from '../../scripts/faults/lab';
import { overlappingLeases, stoppedForThreeLeases } from '../../scripts/faults/leases';
import { toldToEnd, unrenderableNotices } from '../../scripts/faults/our-own';
import {
  lateReplies,
  lockedOut,
  randomRefusals,
  rateLimits,
  swallowedReplies,
} from '../../scripts/faults/troubled-relay';
import type { Verdict } from '../../scripts/faults/verdict';

const seed = Number(process.env['FIREBREAK_TEST_SEED'] ?? Date.now() % 1_000_000);
const dose: Dose = { tenants: 100, kills: 2, seed, isFull: false };

const limitMs = 300_000;

test.concurrent.each<[string, (dose: Dose) => Promise<Verdict>]>([
  [
    'a worker that is killed loses nobody, and a relay with an idempotency key takes no copy',
    killedBeforeARelayThatCanBeAsked,
  ],
  [
    'a message without its final dot is not sent, and goes out when its worker is replaced',
    killedBeforeTheFinalDot,
  ],
  [
    'what only the relay knows of is sent again, the same to the byte and flagged',
    killedBetweenAcceptanceAndRecord,
  ],
  ['a worker that was stopped for three leases writes nothing when it wakes', stoppedForThreeLeases],
  ['two workers with overlapping leases lose and confuse nothing', overlappingLeases],
  ['a worker that is told to end leaves nothing in doubt', toldToEnd],
  ['a reply that is swallowed is a doubt, and ends in a flagged copy', swallowedReplies],
  ['a reply that comes late is a reply', lateReplies],
  ['a relay that limits its rate gets everything in the end', rateLimits(452)],
  ['a relay that locks us out makes nobody fail', lockedOut],
  ['random refusals end as the oracle says', randomRefusals],
  ['a notice that cannot be rendered for some reaches all the others', unrenderableNotices],
  ['bounces may come twice, late, early, or be none', untidyBounces],
])(
  '%s',
  async (_, play) => {
    expect(await play(dose)).toMatchObject({ seed, lost: 0, wrongTenant: 0, violations: [] });
  },
  limitMs,
);
