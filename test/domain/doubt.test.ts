import { settlementOfDoubt, type Doubt, type Evidence, type Finding } from '../../src/domain/doubt';
import { addMs } from '../../src/domain/instant';

const since = '2026-01-05T10:00:00.000Z';
const doubt: Doubt = {
  deliveryId: '1',
  kind: 'first',
  channel: 'email',
  messageId: 'm@provider.example',
  armedAt: '2026-01-05T09:59:00.000Z',
  since,
};
const quietMs = 120_000;

const settled = (
  finding: Finding,
  { afterMs = quietMs, heldInDoubt = [] as readonly Doubt['kind'][] } = {},
) => settlementOfDoubt(doubt, finding, { policy: { heldInDoubt }, now: addMs(since, afterMs), quietMs });

test.each<Evidence>(['log-has-it', 'journal-has-it'])(
  'what the relay is known to have is accepted at once, with what shows it (%s)',
  (evidence) => {
    const finding = { evidence, queueId: '3D441984550', note: 'sent' };
    expect(settled(finding, { afterMs: 0, heldInDoubt: ['first'] })).toEqual({
      state: 'accepted',
      ...finding,
    });
  },
);

test('a relay that keeps one copy gets another one, and nobody a second', () => {
  expect(settled({ evidence: 'relay-keeps-one' }, { afterMs: 0, heldInDoubt: ['first'] })).toEqual({
    state: 'planned',
    evidence: 'relay-keeps-one',
  });
});

test('what a whole log does not have was never taken: it goes out, and the next copy is the first', () => {
  expect(settled({ evidence: 'log-lacks-it' }, { heldInDoubt: ['first'] })).toEqual({
    state: 'planned',
    evidence: 'log-lacks-it',
    isPossibleDuplicate: false,
  });
});

test.each<Evidence>(['log-lacks-it', 'not-seen'])(
  'before the quiet time is over, %s means nothing',
  (evidence) => {
    expect(settled({ evidence }, { afterMs: quietMs - 1, heldInDoubt: ['first'] })).toEqual({
      state: 'in-doubt',
      reason: 'not-seen-yet',
      dueAt: addMs(since, quietMs),
    });
  },
);

test.each<Evidence>(['not-seen', 'none'])(
  'what proves nothing sends a possible duplicate (%s)',
  (evidence) => {
    expect(settled({ evidence })).toEqual({ state: 'planned', evidence, isPossibleDuplicate: true });
  },
);

test('where there is nothing to ask, nothing is waited for', () => {
  expect(settled({ evidence: 'none' }, { afterMs: 0 })).toMatchObject({ state: 'planned' });
});

test.each<Evidence>(['not-seen', 'none'])(
  'a kind that the policy holds waits for a person instead (%s)',
  (evidence) => {
    expect(settled({ evidence }, { heldInDoubt: ['first'] })).toEqual({
      state: 'in-doubt',
      reason: 'held',
      evidence,
    });
    expect(settled({ evidence }, { heldInDoubt: ['update'] })).toMatchObject({ state: 'planned' });
  },
);
