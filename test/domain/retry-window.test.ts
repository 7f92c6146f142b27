import { addMs, epochMsOf } from '../../src/domain/instant';
import type { ObligationGroup } from '../../src/domain/obligations';
import { defaultPolicy } from '../../src/domain/policy';
import { heldKinds, retryWindowMs } from '../../src/domain/retry-window';
import { hours, incidentInMemory, obligationGroup, play, proposedNotice } from '../support/incidents';

const hourMs = 3_600_000;
const policy = { relayRetryWindowMinutes: 120, fallbackLadderMinutes: 60 };

/** The hour, counted from the declaration, in which a deferring contact gives way when the campaign begins at `beginsAt`. */
function givesWayAt(groups: readonly ObligationGroup[], beginsAt = 0): number {
  const incident = incidentInMemory({ policy, answers: { groups } });
  play(incident, proposedNotice);
  const now = hours(beginsAt);
  const end = addMs(now, retryWindowMs(incident.state, now));
  return (epochMsOf(end) - epochMsOf(hours(0))) / hourMs;
}

describe('a contact that keeps deferring gives way to the next one', () => {
  test('so long before the earliest deadline that the further contacts still fit in', () => {
    const groups = [
      obligationGroup({ dueAt: hours(48) }),
      obligationGroup({ ruleId: 'x', dueAt: hours(24) }),
    ];
    expect(givesWayAt(groups)).toBe(23);
  });

  test('never before the retries of a relay are over, however late it is', () => {
    expect(givesWayAt([obligationGroup({ dueAt: hours(24) })], 23)).toBe(25);
    expect(givesWayAt([obligationGroup({ dueAt: hours(24) })], 90)).toBe(92);
  });

  test('after three days at the latest, however far the deadline, or without any', () => {
    expect(givesWayAt([obligationGroup({ dueAt: hours(720) })])).toBe(72);
    expect(givesWayAt([])).toBe(72);
  });
});

test('only those kinds are held in doubt that the policy names', () => {
  expect(heldKinds(defaultPolicy.deliveriesInDoubt)).toEqual([]);
  expect(heldKinds({ ...defaultPolicy.deliveriesInDoubt, update: 'hold', final: 'hold' })).toEqual([
    'update',
    'final',
  ]);
});
