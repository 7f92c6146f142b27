import fc from 'fast-check';
import {
  defaultDeliveryPolicy,
  deferralMs,
  deliveryIdentity,
  FAILURES_THAT_STOP_THE_LINE,
  failureRunAfter,
  isSettled,
  lineStateAtEndOf,
  lineStateOf,
  noDeliveries,
  noFailures,
  settlementOf,
  type AttemptOutcome,
  type DeliveryKey,
  type OwnFailure,
} from '../../src/domain/delivery';

const policy = { ...defaultDeliveryPolicy, jitterRatio: 0 };
const context = { policy, now: '2026-11-24T08:00:00.000Z', chance: 0 };
const fresh = { deferrals: 0, doubts: 0, giveUpAt: '2026-11-27T08:00:00.000Z' };

const reply = 'as the relay said';
const accepted: AttemptOutcome = { kind: 'accepted', reply };
const deferred: AttemptOutcome = { kind: 'deferred', code: 451, reply };
const refused: AttemptOutcome = { kind: 'refused', code: 550, reply };
const inDoubt: AttemptOutcome = { kind: 'in-doubt', reply };
const ownFailure = (failure: OwnFailure): AttemptOutcome => ({ kind: 'own-failure', failure, reply });

describe('what an outcome makes of a delivery', () => {
  test.each<[AttemptOutcome, object]>([
    [accepted, { state: 'accepted' }],
    [deferred, { state: 'deferred', waitMs: 60_000, reason: 'recipient-deferred' }],
    [refused, { state: 'refused', reason: 'recipient-refused' }],
    [inDoubt, { state: 'in-doubt', waitMs: 60_000, reason: 'reply-lost' }],
    [ownFailure('relay-unreachable'), { state: 'deferred', waitMs: 60_000, reason: 'relay-unreachable' }],
    [ownFailure('content-refused'), { state: 'deferred', waitMs: 60_000, reason: 'content-refused' }],
    [{ kind: 'not-sent' }, { state: 'planned' }],
    [
      { kind: 'unsendable', reason: 'bytes-changed' },
      { state: 'needs-human', reason: 'bytes-changed' },
    ],
  ])('%o', (outcome, settlement) => {
    expect(settlementOf(outcome, fresh, context)).toEqual(settlement);
  });

  test('a recipient that defers past the end of its window is given up for the next contact', () => {
    const late = { ...fresh, giveUpAt: '2026-11-24T08:00:30.000Z' };
    expect(settlementOf(deferred, late, context)).toEqual({ state: 'refused', reason: 'retry-window-ended' });
  });

  test('a failure of our own never gives a recipient up, however late it is', () => {
    const late = { ...fresh, giveUpAt: '2026-11-20T00:00:00.000Z' };
    expect(settlementOf(ownFailure('authentication'), late, context).state).toBe('deferred');
  });

  test('too many doubts are a matter for a person', () => {
    const settlement = settlementOf(inDoubt, { ...fresh, doubts: policy.maxDoubts - 1 }, context);
    expect(settlement).toEqual({ state: 'needs-human', reason: 'too-many-doubts' });
  });
});

describe('waiting after deferrals', () => {
  test('1, 5, 10, 20, 40 minutes, then hourly', () => {
    const minutes = [0, 1, 2, 3, 4, 5, 6, 50].map((before) => deferralMs(before, policy, 0) / 60_000);
    expect(minutes).toEqual([1, 5, 10, 20, 40, 60, 60, 60]);
  });

  test('jitter lengthens a wait by at most its share and never shortens it', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (before, chance) => {
        const plain = deferralMs(before, policy, 0);
        const waited = deferralMs(before, defaultDeliveryPolicy, chance);
        expect(waited).toBeGreaterThanOrEqual(plain);
        expect(waited).toBeLessThanOrEqual(plain * 1.1);
      }),
    );
  });
});

describe('the circuit breaker', () => {
  const runOf = (...outcomes: AttemptOutcome[]) => outcomes.reduce(failureRunAfter, noFailures);
  const five = (outcome: AttemptOutcome) => Array<AttemptOutcome>(FAILURES_THAT_STOP_THE_LINE).fill(outcome);

  test.each<OwnFailure>(['authentication', 'certificate', 'sender-refused', 'content-refused'])(
    'five times %s in a row stops the line',
    (failure) => {
      expect(lineStateOf(runOf(...five(ownFailure(failure))))).toEqual({ kind: 'stopped', reason: failure });
      expect(lineStateOf(runOf(...five(ownFailure(failure)).slice(1)))).toEqual({ kind: 'running' });
    },
  );

  test('an unreachable relay pauses the line, for nobody has to mend anything here', () => {
    expect(lineStateOf(runOf(...five(ownFailure('relay-unreachable'))))).toEqual({ kind: 'paused' });
  });

  test('an answer about a recipient, or another failure, begins a new count', () => {
    const almost = five(ownFailure('authentication')).slice(1);
    expect(lineStateOf(runOf(...almost, accepted, ...almost)).kind).toBe('running');
    expect(lineStateOf(runOf(...almost, ownFailure('certificate'), ...almost)).kind).toBe('running');
    expect(lineStateOf(runOf(...almost, { kind: 'not-sent' }, ownFailure('authentication'))).kind).toBe(
      'stopped',
    );
  });

  test('a page in which nothing but one failure of our own happened stops the line, however small it is', () => {
    const run = runOf(ownFailure('authentication'), ownFailure('authentication'));
    expect(lineStateAtEndOf(run, 2)).toEqual({ kind: 'stopped', reason: 'authentication' });
    expect(lineStateAtEndOf(run, 3)).toEqual({ kind: 'running' });
    expect(lineStateAtEndOf(noFailures, 0)).toEqual({ kind: 'running' });
  });

  test('one refused content may be the filter of one mailbox and stops nothing', () => {
    expect(lineStateAtEndOf(runOf(ownFailure('content-refused')), 1)).toEqual({ kind: 'running' });
  });
});

describe('identity', () => {
  const key: DeliveryKey = {
    incidentId: 'INC-1',
    noticeId: 'first-1',
    kind: 'first',
    revision: 1,
    tenantId: 'acme',
    contactId: 'security-1',
    channel: 'email',
  };

  test('is 32 hexadecimal digits, the same for the same key and different for any other', () => {
    expect(deliveryIdentity(key)).toMatch(/^[0-9a-f]{32}$/);
    expect(deliveryIdentity({ ...key })).toBe(deliveryIdentity(key));
    const others: DeliveryKey[] = [
      { ...key, incidentId: 'INC-2' },
      { ...key, noticeId: 'first-2' },
      { ...key, kind: 'update' },
      { ...key, revision: 2 },
      { ...key, tenantId: 'globex' },
      { ...key, contactId: 'security-2' },
      { ...key, channel: 'by-hand' },
    ];
    const identities = new Set([key, ...others].map(deliveryIdentity));
    expect(identities.size).toBe(others.length + 1);
  });
});

test('a shard is settled when nothing is left that it could still send', () => {
  const totals = { ...noDeliveries, accepted: 5, refused: 1, needsHuman: 1 };
  expect(isSettled(totals)).toBe(true);
  for (const name of ['planned', 'sending', 'deferred', 'inDoubt'] as const) {
    expect(isSettled({ ...totals, [name]: 1 })).toBe(false);
  }
});
