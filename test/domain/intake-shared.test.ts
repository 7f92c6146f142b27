import type { Sender } from '../../src/contract/principal';
import { optional } from '../../src/domain/intake/optional';
import { Refusal, refuseIf, required, type RefusalType } from '../../src/domain/intake/refusal';
import { nextAlarm } from '../../src/domain/alarms';
import {
  hours,
  incidentInMemory,
  people,
  played,
  refusalOf,
  step,
  type Content,
  type MemoryIncident,
  type MessageName,
  type Step,
} from '../support/incidents';

const { responder, executive, forensics } = people;
const occurrence = { kind: 'occurrence', at: '2026-11-01', precision: 'day', basis: 'a log' } as const;
const recordedOnce = step('recordAnchor', responder, occurrence);

function refusal<Name extends MessageName>(
  given: readonly Step[],
  name: Name,
  sender: Sender,
  content: Content<Name>,
  type: RefusalType,
  sentence: string,
) {
  const send = (incident: MemoryIncident) => refusalOf(incident, name, sender, content);
  return [`${name}: ${sentence}`, { given, send, type, sentence }] as const;
}

test.each([
  refusal(
    [],
    'recordFact',
    responder,
    { value: 3 },
    'Incomplete',
    'text, name and impact are all missing: there is nothing to record',
  ),
  refusal(
    [],
    'recordAnchor',
    responder,
    { ...occurrence, at: hours(1), precision: 'second' },
    'Malformed',
    `at ${hours(1)} lies in the future; an anchor is something that happened`,
  ),
  refusal(
    [recordedOnce],
    'recordAnchor',
    responder,
    { ...occurrence, supersedes: 'occurrence-1' },
    'Incomplete',
    'reason is missing: say why the earlier anchor is corrected',
  ),
  refusal(
    [],
    'recordAnchor',
    responder,
    { ...occurrence, supersedes: 'occurrence-1', reason: 'an older log' },
    'NotKnown',
    'there is no anchor occurrence-1 to supersede',
  ),
  refusal(
    [],
    'recordAnchor',
    responder,
    { ...occurrence, supersedes: 'detection-1', reason: 'an older log' },
    'Malformed',
    'anchor detection-1 is of kind detection, not occurrence',
  ),
  refusal(
    [],
    'chooseAnchor',
    executive,
    { anchor: 'occurrence-1', reason: 'it is surer' },
    'NotKnown',
    'there is no anchor occurrence-1',
  ),
  refusal(
    [
      recordedOnce,
      step('recordAnchor', responder, { ...occurrence, supersedes: 'occurrence-1', reason: 'an older log' }),
    ],
    'chooseAnchor',
    executive,
    { anchor: 'occurrence-1', reason: 'it is surer' },
    'Stale',
    'anchor occurrence-1 is superseded by occurrence-2',
  ),
])('%s', (_, { given, send, type, sentence }) => {
  const found = send(played(given));
  expect({ type: found?.type, sentence: found?.message }).toEqual({ type, sentence });
});

describe('facts', () => {
  test('a participant of any capacity may record one', () => {
    expect(
      refusalOf(incidentInMemory(), 'recordFact', forensics, { text: 'the disk is imaged' }),
    ).toBeUndefined();
  });

  test('a message may hold a fact and the impact, each an event of its own', () => {
    const events = incidentInMemory().send('recordFact', responder, {
      text: 'acme has called',
      impact: { customers: ['acme'] },
    });
    expect(events.map(({ type }) => type)).toEqual(['fact-recorded', 'impact-stated']);
    expect(events[1]).toMatchObject({ impact: { customers: ['acme'], customerData: [], ownSystems: [] } });
  });
});

describe('anchors', () => {
  test('are numbered by kind', () => {
    const incident = played([recordedOnce, recordedOnce]);
    expect(incident.state.anchors.map(({ anchorId }) => anchorId)).toEqual([
      'detection-1',
      'occurrence-1',
      'occurrence-2',
    ]);
  });

  test('one that a correction replaced is not corrected again: correct the correction', () => {
    const correction = { ...occurrence, supersedes: 'occurrence-1', reason: 'an older log' };
    const incident = played([recordedOnce, step('recordAnchor', responder, correction)]);
    expect(refusalOf(incident, 'recordAnchor', responder, correction)?.type).toBe('Stale');
  });

  test.each([
    ['2026-13-45', 'day'],
    ['2026-99', 'month'],
    ['2026-11-01T99:99:99Z', 'second'],
  ] as const)('%s is no date, and no clock may break on it', (at, precision) => {
    const incident = incidentInMemory();
    const found = refusalOf(incident, 'recordAnchor', responder, {
      kind: 'detection',
      at,
      precision,
      basis: 'a log',
      supersedes: 'detection-1',
      reason: 'mistyped',
    });
    expect(found?.type).toBe('Malformed');
    expect(nextAlarm(incident.state)?.at).toBeDefined();
  });

  test.each([
    ['2026-11', 'second'],
    ['2026-11-01T08:00:00Z', 'day'],
    ['2026-11-01', 'month'],
  ] as const)('%s is not of precision %s', (at, precision) => {
    const found = refusalOf(incidentInMemory(), 'recordAnchor', responder, { ...occurrence, at, precision });
    expect(found?.type).toBe('Malformed');
  });
});

describe('refusals', () => {
  test('carry a type for programs and a sentence for people', () => {
    expect(() => {
      refuseIf('ask the SRT');
    }).toThrow(new Refusal('NotAllowed', 'ask the SRT'));
    expect(() => required(undefined, 'title is missing')).toThrow(
      new Refusal('Incomplete', 'title is missing'),
    );
  });

  test('are not made of what is there, empty or false', () => {
    refuseIf(undefined);
    expect([required('', 'x'), required(false, 'x'), required(0, 'x')]).toEqual(['', false, 0]);
  });
});

test('what is not there leaves no field behind', () => {
  expect(Object.keys(optional({ there: '', absent: undefined, no: false }))).toEqual(['there', 'no']);
});
