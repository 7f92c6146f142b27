import { bundledPack } from './exercise';
import { evaluateSpot, instantOf, type Spot } from './spots';
import { states } from './spots-of-the-states';
import {
  africaAndMiddleEast,
  agreements,
  americas,
  asiaPacific,
  europe,
  federal,
  fedramp,
} from './spots-of-the-world';

const groups: readonly (readonly [string, readonly Spot[]])[] = [
  ['Europe', europe],
  ['the United States, federal', federal],
  ['FedRAMP', fedramp],
  ['the states', states],
  ['the Americas', americas],
  ['Asia and the Pacific', asiaPacific],
  ['Africa and the Middle East', africaAndMiddleEast],
  ['agreements', agreements],
];

const named = (spots: readonly Spot[]) =>
  spots.map((spot) => [`${spot[0]} (${spot[1].in ?? ''})`, spot] as const);

describe.each(groups)('%s', (_group, spots) => {
  test.each(named(spots))('%s: due as the text says', (_name, [rule, facts, due]) => {
    const { outcome, steps } = evaluateSpot(rule, facts);

    const isPolicy = due.startsWith('policy');
    const [first] = steps;
    expect(outcome).toBe('applies');
    expect(Date.parse((isPolicy ? first?.softDueAt : first?.dueAt) ?? '')).toBe(instantOf(due, facts.on));
    if (isPolicy) expect(first?.dueAt).toBeUndefined();
  });

  test.each(named(spots))('%s: a near miss owes nothing', (_name, [rule, facts, , nearMiss]) => {
    const { outcome, because } = evaluateSpot(rule, { ...facts, ...nearMiss });

    expect(['does-not-apply', 'suppressed']).toContain(outcome);
    expect(because).not.toBe('');
  });
});

/** What everybody owes has no near miss. */
const owedByEverybody = ['policy-default-undue-delay'];

test('every rule that is applied stands in a case that was written by hand', () => {
  const written = new Set([
    ...groups.flatMap(([, spots]) => spots.map(([rule]) => rule)),
    ...owedByEverybody,
  ]);
  const missing = bundledPack().rules.filter(
    ({ id, disabled }) => disabled === undefined && !written.has(id),
  );
  expect(missing.map(({ id }) => id)).toEqual([]);
});

test('the policy of the provider is owed anywhere, and is never law', () => {
  const { outcome, steps } = evaluateSpot('policy-default-undue-delay', { in: 'AQ', from: 'determination' });

  expect(outcome).toBe('applies');
  expect(Date.parse(steps[0]?.softDueAt ?? '')).toBe(instantOf('policy 24 h'));
  expect(steps[0]?.dueAt).toBeUndefined();
});

const nextBusinessDay = '2026-11-20T05:00:00Z';
const thirdBusinessDay = '2026-11-24T05:00:00Z';

test.each([
  ['us-fedramp-iec-b-pain1-2', 1, nextBusinessDay, thirdBusinessDay],
  ['us-fedramp-iec-b-pain3-5', 3, nextBusinessDay, thirdBusinessDay],
  ['us-fedramp-iec-c-pain1', 1, nextBusinessDay, nextBusinessDay],
  ['us-fedramp-iec-c-pain2', 2, '24 h', nextBusinessDay],
  ['us-fedramp-iec-c-pain3-5', 4, '6 h', '6 h'],
  ['us-fedramp-iec-d-pain1-2', 1, '24 h', '24 h'],
  ['us-fedramp-iec-d-pain1-2', 2, '6 h', '6 h'],
  ['us-fedramp-iec-d-pain3-5', 5, '3 h', '3 h'],
])(
  '%s at potential impact %d: the next report and the last follow class and impact',
  (rule, impact, next, last) => {
    const facts = { ...fedramp.find(([id]) => id === rule)?.[1], potentialImpact: impact };
    const dueOf = (stage: string, from: string) =>
      Date.parse(
        evaluateSpot(rule, { ...facts, from }).steps.find((step) => step.stage === stage)?.dueAt ?? '',
      );

    expect(dueOf('update', `after:${rule}`)).toBe(instantOf(next, facts.on));
    expect(dueOf('final', 'recovery')).toBe(instantOf(last, facts.on));
  },
);
