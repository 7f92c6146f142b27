import fc from 'fast-check';
import {
  findEntry,
  findingsWithoutEntry,
  followUpPhase,
  isPostmortemComplete,
  isSettled,
  unansweredClasses,
  unsettledEntries,
  unsettledGatingEntries,
} from '../../src/domain/follow-up';
import { apply } from '../../src/domain/incident';
import { sampleEvents } from '../support/arbitraries';
import {
  blankIncident,
  containment,
  eradication,
  entries,
  given,
  hours,
  incidentInMemory,
  people,
  play,
  played,
  recovery,
  runTracks,
  watch,
  type GivenEvent,
  type MemoryIncident,
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
  ['postmortem', true, true, [open('BUG-1'), sampleEvents['postmortem-completed']]],
  ['reviewing', true, true, [open('DCR-1', { gating: false }), sampleEvents['postmortem-completed']]],
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

describe('a complete postmortem', () => {
  const complete = sampleEvents['postmortem-completed'];
  const isCompleteAfter = (...events: readonly GivenEvent[]) =>
    isPostmortemComplete(given(open('BUG-1'), resolved('BUG-1'), complete, ...events).followUp);

  test('stays so while nothing that it rests on is undone', () => {
    expect(isCompleteAfter()).toBe(true);
    expect(isCompleteAfter(open('DCR-1', { gating: false }))).toBe(true);
  });

  test.each<[string, readonly GivenEvent[]]>([
    ['a gating entry is reopened', [sampleEvents['entry-reopened']]],
    ['a gating entry is found later', [open('BUG-2')]],
    [
      'a resolved entry is closed as not planned after all',
      [{ type: 'entry-closed', ref: 'BUG-1', resolution: 'not-planned' }],
    ],
    ['the intruder is back', [sampleEvents['sign-of-breach-reported']]],
    [
      'a waiver runs out',
      [
        sampleEvents['entry-reopened'],
        sampleEvents['entry-waived'],
        complete,
        sampleEvents['waiver-expired'],
      ],
    ],
  ])('is open again when %s', (_, events) => {
    expect(isCompleteAfter(...events)).toBe(false);
  });

  test('that was undone can be complete again', () => {
    expect(isCompleteAfter(sampleEvents['entry-reopened'], resolved('BUG-1'), complete)).toBe(true);
  });

  test('that was undone brings its phase back', () => {
    const { followUp } = given(open('BUG-1'), resolved('BUG-1'), complete, sampleEvents['entry-reopened']);
    expect(followUpPhase(followUp, true, true)).toBe('postmortem');
  });
});

describe('an entry that nobody moves', () => {
  const dayMs = 86_400_000;
  /** Days pass one by one, and what time brings about happens. */
  const afterDays = (count: number, incident = withOpenBug()) => {
    for (let day = 0; day < count; day += 1) {
      incident.pass(dayMs);
      runTracks(incident);
      runTracks(incident);
    }
    return incident;
  };
  const withOpenBug = (more: { owner?: string } = {}) => {
    const incident = incidentInMemory({ policy: { escalateAfterReminders: 3 } });
    incident.send('openEntry', people.responder, { ref: 'BUG-1', title: 'mend it', ...more });
    return incident;
  };
  const escalationsIn = ({ events }: MemoryIncident) =>
    events.filter((event) => event.type === 'entries-escalated');

  test('is not escalated before the reminders that the policy gives it', () => {
    expect(escalationsIn(afterDays(2))).toEqual([]);
  });

  test('is escalated at the last of them, once', () => {
    const incident = afterDays(3);
    expect(escalationsIn(incident)).toMatchObject([{ refs: ['BUG-1'], leadsOf: [], at: hours(72) }]);
    expect(findEntry(incident.state.followUp, 'BUG-1')).toMatchObject({ escalatedAt: hours(72) });
  });

  test('is escalated again after as many more', () => {
    expect(escalationsIn(afterDays(6)).map(({ at }) => at)).toEqual([hours(72), hours(144)]);
  });

  test('names the owner whose lead is to know', () => {
    const incident = played(containment, eradication, recovery, watch);
    incident.send('openEntry', people.responder, { ref: 'BUG-1', title: 'mend it', owner: 'ben' });
    expect(escalationsIn(afterDays(3, incident))).toMatchObject([{ leadsOf: ['ben'] }]);
  });

  test('counts anew when something was done about it', () => {
    const incident = afterDays(2);
    incident.send('closeEntry', people.responder, { ref: 'BUG-1', resolution: 'not-planned' });
    expect(escalationsIn(afterDays(2, incident))).toEqual([]);
    expect(escalationsIn(afterDays(1, incident))).toHaveLength(1);
  });

  test('is called escalated no more when something was done about it', () => {
    const incident = afterDays(3);
    incident.send('assignEntry', people.responder, { ref: 'BUG-1', owner: 'cleo' });
    expect(findEntry(incident.state.followUp, 'BUG-1')?.escalatedAt).toBeUndefined();
  });

  test('that is without owner and open after the response has one reminder a day, not two', () => {
    const incident = played(containment, eradication, recovery, watch);
    incident.send('openEntry', people.responder, { ref: 'BUG-1', title: 'mend it' });
    afterDays(1, incident);
    expect(findEntry(incident.state.followUp, 'BUG-1')?.reminders).toBe(1);
  });

  test('reminds for ever', () => {
    const { events } = afterDays(40);
    expect(events.filter(({ type }) => type === 'entries-reminded')).toHaveLength(40);
  });

  test('counts the same from the last reminder alone, for the earlier ones need not be kept', () => {
    const { events } = afterDays(2);
    const last = events.findLast(({ type }) => type === 'entries-reminded');
    const kept = events.filter((event) => event.type !== 'entries-reminded' || event === last);
    expect(findEntry(kept.reduce(apply, blankIncident()).followUp, 'BUG-1')?.reminders).toBe(2);
  });
});

test('a suggestion that is accepted names the version of the procedure that it changed, and who was asked', () => {
  const incident = incidentInMemory();
  incident.send('postmortem', people.responder, {
    part: 'suggestion',
    text: 'Call communications within the hour.',
    verdict: 'accepted',
    consulted: 'communications',
    procedure: 'SOP-7 version 4',
  });
  expect(incident.state.followUp.report.suggestions).toEqual([
    {
      text: 'Call communications within the hour.',
      verdict: 'accepted',
      consulted: 'communications',
      procedure: 'SOP-7 version 4',
    },
  ]);
});

test('an entry keeps the priority that it was opened with', () => {
  const incident = incidentInMemory();
  incident.send('openEntry', people.responder, { ref: 'BUG-1', title: 'mend it', priority: 'P1' });
  expect(findEntry(incident.state.followUp, 'BUG-1')?.priority).toBe('P1');
});
