import fc from 'fast-check';
import {
  findEntry,
  findingsWithoutEntry,
  followUpPhase,
  isSettled,
  unansweredClasses,
  unsettledEntries,
  unsettledGatingEntries,
} from '../../src/domain/follow-up';
import { sampleEvents } from '../support/arbitraries';
import {
  containment,
  eradication,
  entries,
  given,
  people,
  play,
  played,
  recovery,
  watch,
  type GivenEvent,
} from '../support/incidents';

const open = (ref: string, more: { gating?: boolean; kind?: 'bug' | 'process' } = {}): GivenEvent => ({
  ...sampleEvents['entry-opened'],
  ref,
  ...more,
});
const duplicate = (ref: string, duplicateOf: string): GivenEvent => ({
  type: 'entry-closed',
  ref,
  resolution: 'duplicate-of',
  duplicateOf,
});
const resolved = (ref: string): GivenEvent => ({ type: 'entry-closed', ref, resolution: 'resolved' });
const isSettledAfter = (...events: readonly GivenEvent[]) => {
  const { followUp } = given(open('BUG-1'), open('BUG-2'), ...events);
  const entry = findEntry(followUp, 'BUG-1');
  return entry !== undefined && isSettled(followUp, entry);
};

describe('an entry is settled', () => {
  test.each<[string, readonly GivenEvent[], boolean]>([
    ['not while it is open', [], false],
    ['when it is resolved', [resolved('BUG-1')], true],
    [
      'not when it is not planned',
      [{ type: 'entry-closed', ref: 'BUG-1', resolution: 'not-planned' }],
      false,
    ],
    ['not as a duplicate of an open one', [duplicate('BUG-1', 'BUG-2')], false],
    ['as a duplicate of a resolved one', [duplicate('BUG-1', 'BUG-2'), resolved('BUG-2')], true],
    [
      'as a duplicate of a waived one',
      [duplicate('BUG-1', 'BUG-2'), { ...sampleEvents['entry-waived'], ref: 'BUG-2' }],
      true,
    ],
    ['not as a duplicate of what nobody knows', [duplicate('BUG-1', 'BUG-9')], false],
    ['not in a circle', [duplicate('BUG-1', 'BUG-2'), duplicate('BUG-2', 'BUG-1')], false],
    ['when it is waived', [sampleEvents['entry-waived']], true],
    [
      'not once the waiver has run out',
      [sampleEvents['entry-waived'], sampleEvents['waiver-expired']],
      false,
    ],
    ['not when it is reopened', [resolved('BUG-1'), sampleEvents['entry-reopened']], false],
    [
      'not when the one it duplicates is reopened',
      [duplicate('BUG-1', 'BUG-2'), resolved('BUG-2'), { ...sampleEvents['entry-reopened'], ref: 'BUG-2' }],
      false,
    ],
  ])('%s', (_, events, expected) => {
    expect(isSettledAfter(...events)).toBe(expected);
  });
});

test('a chain of duplicates is settled exactly when its end is resolved', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.boolean(), (length, isEndResolved) => {
      const refs = Array.from({ length }, (_, index) => `BUG-${String(index)}`);
      const links = refs.slice(1).map((ref, index) => duplicate(refs[index] ?? '', ref));
      const end = isEndResolved ? [resolved(refs.at(-1) ?? '')] : [];
      const { followUp } = given(...refs.map((ref) => open(ref)), ...links, ...end);
      expect(unsettledEntries(followUp)).toHaveLength(isEndResolved ? 0 : length);
    }),
  );
});

test('only what gates holds the postmortem, everything holds the review', () => {
  const { followUp } = given(open('BUG-1'), open('P-1', { gating: false, kind: 'process' }));
  expect(unsettledGatingEntries(followUp).map(({ ref }) => ref)).toEqual(['BUG-1']);
  expect(unsettledEntries(followUp).map(({ ref }) => ref)).toEqual(['BUG-1', 'P-1']);
});

test('an entry says whether it was found during the response or afterwards', () => {
  const incident = played(entries, containment, eradication, recovery, watch);
  play(incident, [() => incident.send('openEntry', people.responder, { ref: 'BUG-2', title: 'later' })]);
  expect(incident.state.followUp.entries.map(({ foundIn }) => foundIn)).toEqual(['response', 'postmortem']);
});

test('each of the six finding classes is answered by a finding or by none found', () => {
  const part = sampleEvents['postmortem-part-recorded'];
  const { report } = given(part, { ...part, part: 'none-found', class: 'manual-error' }).followUp;
  expect(unansweredClasses(report)).toEqual([
    'procedural-failure',
    'process-flaw',
    'communication-breakdown',
    'unknown-attack-vector',
  ]);
});

test('a key finding needs a bug or change request of its own; another finding needs none', () => {
  const finding = sampleEvents['postmortem-part-recorded'];
  expect(findingsWithoutEntry(given(finding).followUp)).toHaveLength(1);
  expect(findingsWithoutEntry(given(open('BUG-1'), finding).followUp)).toEqual([]);
  expect(findingsWithoutEntry(given(open('BUG-1', { kind: 'process' }), finding).followUp)).toHaveLength(1);
  expect(findingsWithoutEntry(given({ ...finding, key: false }).followUp)).toEqual([]);
});

test.each<[string, boolean, boolean, readonly GivenEvent[]]>([
  ['collecting', false, true, []],
  ['postmortem', true, true, []],
  ['reviewing', true, true, [open('BUG-1'), sampleEvents['postmortem-completed']]],
  ['reviewing', true, false, [open('BUG-1')]],
  ['resolved', true, true, [sampleEvents['postmortem-completed']]],
  ['resolved', true, false, []],
])('the phase is %s (stable: %j, postmortem needed: %j)', (phase, isStable, needsPostmortem, events) => {
  expect(followUpPhase(given(...events).followUp, isStable, needsPostmortem)).toBe(phase);
});

test('a verdict of the postmortem can be changed; a party signs off once', () => {
  const part = sampleEvents['postmortem-part-recorded'];
  const { report } = given(
    { ...part, part: 'sufficiency', verdict: 'yes', text: 'at first sight' },
    { ...part, part: 'sufficiency', verdict: 'no', text: 'on reflection' },
    { ...part, part: 'sign-off', party: 'storage-team' },
    { ...part, part: 'sign-off', party: 'storage-team' },
  ).followUp;
  expect(report.sufficiency).toEqual({ verdict: 'no', reason: 'on reflection' });
  expect(report.signOffs).toEqual(['storage-team']);
});
