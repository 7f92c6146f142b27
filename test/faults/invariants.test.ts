/** Each invariant finds its violation: to evidence in which everything is right, one thing that is wrong is added. */
import type { IncidentEvent } from '../../src/domain/events';
import type { HeldMessage } from '../support/fake-relay';
import {
  invariants,
  staleWritesIn,
  violationsIn,
  type Evidence,
  type LedgerRow,
} from '../support/invariants';
import { readableText } from '../support/invariants-evidence';

const incidentId = 'INC-1';

function row(number: number, changes: Partial<LedgerRow> = {}): LedgerRow {
  return {
    deliveryId: String(number),
    incidentId,
    noticeId: 'first-1',
    tenantId: `t${number}`,
    tenantName: `Tenant ${number}`,
    address: `security@t${number}.example`,
    channel: 'email',
    rung: 0,
    state: 'accepted',
    possibleDuplicate: false,
    fence: '1',
    messageId: `m${number}@provider.example`,
    bodyHash: `hash-${number}`,
    ...changes,
  };
}

function held(number: number, changes: Partial<HeldMessage> = {}): HeldMessage {
  return {
    messageId: `m${number}@provider.example`,
    recipient: `security@t${number}.example`,
    bodyHash: `hash-${number}`,
    tenantMarker: `Tenant ${number}`,
    at: '2026-11-24T10:00:05.000Z',
    ...changes,
  };
}

function event(at: string, body: object): IncidentEvent {
  return { seq: 1, at, by: 'somebody', role: 'legal', boundBy: 'claim', ...body } as unknown as IncidentEvent;
}

const approval = event('2026-11-24T10:00:00.000Z', {
  type: 'decision-accepted',
  gate: 'notice:first-1',
  verdict: 'approve',
});
const gatingEntry = event('2026-11-24T09:00:00.000Z', { type: 'entry-opened', ref: 'BUG-1', gating: true });
const closed = event('2026-11-24T11:00:00.000Z', {
  type: 'entry-closed',
  ref: 'BUG-1',
  resolution: 'resolved',
});
const completed = event('2026-11-24T12:00:00.000Z', { type: 'postmortem-completed' });

const due = (takenAt: string, dueAt: string) => ({
  incidentId,
  takenAt,
  dues: [{ obligation: 't1 gdpr-33 initial', dueAt }],
});

/** A tenant told, one that refused and has become a person's task, and a third told at the second contact. */
const sound: Evidence = {
  rows: [
    row(1),
    row(2, { state: 'refused', messageId: null }),
    row(21, { tenantId: 't2', rung: 1, state: 'needs-human', address: null, messageId: null }),
    row(3, { state: 'refused', messageId: null }),
    row(31, { tenantId: 't3', rung: 1 }),
  ],
  changes: [
    { deliveryId: '1', state: 'in-doubt', fence: '1' },
    { deliveryId: '1', state: 'accepted', fence: '2' },
    { deliveryId: '31', state: 'accepted', fence: '2' },
  ],
  affected: ['t1', 't2', 't3'].map((tenantId) => ({ incidentId, tenantId })),
  held: [held(1), held(31)],
  incidents: [{ incidentId, events: [gatingEntry, approval, closed, completed] }],
  dueSnapshots: [
    due('2026-11-24T10:00:00.000Z', '2026-11-27T10:00:00.000Z'),
    due('2026-11-24T11:00:00.000Z', '2026-11-26T10:00:00.000Z'),
  ],
  openTexts: [{ place: 'the history of INC-1', text: '{"tenants":3}' }],
  canary: 'kanari77',
};

const storyOf = (...events: readonly IncidentEvent[]): Partial<Evidence> => ({
  incidents: [{ incidentId, events }],
});
const plus = (...rows: readonly LedgerRow[]): Partial<Evidence> => ({ rows: [...sound.rows, ...rows] });
const without = (deliveryId: string) => sound.rows.filter((each) => each.deliveryId !== deliveryId);

test('where nothing is wrong, nothing is found', () => {
  expect(violationsIn(sound)).toEqual([]);
});

test.each<[keyof typeof invariants, string, Partial<Evidence>, string]>([
  [
    'C1',
    'a tenant that was never planned',
    { affected: [...sound.affected, { incidentId, tenantId: 't9' }] },
    'tenant t9 of INC-1 was never planned',
  ],
  [
    'C1',
    'a tenant that is not at its end',
    { rows: [...without('1'), row(1, { state: 'in-doubt' })] },
    'tenant t1 of INC-1 is still in-doubt',
  ],
  ['C1', 'a refusal that nobody follows up', { rows: without('21') }, 'tenant t2 of INC-1 has 0 ends'],
  [
    'C1',
    'a tenant with two ends',
    plus(row(4, { tenantId: 't1', rung: 1, state: 'needs-human' })),
    'tenant t1 of INC-1 has 2 ends',
  ],
  [
    'C2',
    'two acceptances of one row',
    { changes: [...sound.changes, { deliveryId: '1', state: 'accepted', fence: '3' }] },
    'delivery 1 (t1) was accepted 2 times, under 2, 3',
  ],
  [
    'C2',
    'an accepted row that the relay never took',
    { held: [held(31)] },
    'delivery 1 (t1) is accepted, and the relay never took it',
  ],
  [
    'C3',
    'a message that no row knows',
    { held: [...sound.held, held(9)] },
    'the relay holds m9@provider.example, which no row knows',
  ],
  [
    'C4',
    'a message with the address of another',
    { held: [held(1, { recipient: 'security@t2.example' }), held(31)] },
    'the recipient of m1@provider.example is not that of its row',
  ],
  [
    'C4',
    'a message with the name of another tenant',
    { held: [held(1, { tenantMarker: 'Tenant 2' }), held(31)] },
    'the tenant of m1@provider.example is not that of its row',
  ],
  [
    'C4',
    'a second copy with other bytes',
    { held: [...sound.held, held(1, { bodyHash: 'another' })] },
    'the body of m1@provider.example is not that of its row',
  ],
  [
    'C5',
    'a message before the approval',
    { held: [held(1, { at: '2026-11-24T09:59:59.999Z' }), held(31)] },
    'm1@provider.example left at 2026-11-24T09:59:59.999Z, approved at 2026-11-24T10:00:00.000Z',
  ],
  [
    'C5',
    'messages without any approval',
    storyOf(),
    'm1@provider.example left without an approval of first-1',
  ],
  [
    'C6',
    'a postmortem over an open entry',
    storyOf(approval, gatingEntry, completed),
    'postmortem-completed of INC-1 over BUG-1, which is open',
  ],
  [
    'C6',
    'a closing over an entry that is open again',
    storyOf(
      approval,
      gatingEntry,
      closed,
      event('2026-11-24T11:30:00.000Z', { type: 'entry-reopened', ref: 'BUG-1' }),
      event('2026-11-24T12:00:00.000Z', { type: 'incident-closed' }),
    ),
    'incident-closed of INC-1 over BUG-1, which is open again',
  ],
  [
    'C6',
    'a postmortem over what nobody plans to mend and nobody has waived',
    storyOf(
      approval,
      gatingEntry,
      event('2026-11-24T11:00:00.000Z', { type: 'entry-closed', ref: 'BUG-1', resolution: 'not-planned' }),
      completed,
    ),
    'postmortem-completed of INC-1 over BUG-1, which is not planned',
  ],
  [
    'C7',
    'a due instant that was put off',
    {
      dueSnapshots: [
        due('2026-11-24T10:30:00.000Z', '2026-11-26T10:00:00.000Z'),
        due('2026-11-24T10:40:00.000Z', '2026-11-27T10:00:00.000Z'),
      ],
    },
    't1 gdpr-33 initial of INC-1 was put off to 2026-11-27T10:00:00.000Z by nobody',
  ],
  [
    'C9',
    'a name in a log',
    { openTexts: [{ place: 'the file worker-0.log', text: 'sent to KANARI77@t1.example' }] },
    "a tenant's name or address is in the file worker-0.log",
  ],
])('%s finds %s', (number, _, changes, sentence) => {
  const found = violationsIn({ ...sound, ...changes });

  expect(found).toContain(`${number}: ${sentence}`);
  expect(new Set(found.map((each) => each.slice(0, 2)))).toEqual(new Set([number]));
});

test('a due instant may move later when somebody has decided so', () => {
  const decided = event('2026-11-24T10:35:00.000Z', {
    type: 'anchor-chosen',
    anchorId: 'A2',
    reason: 'found out',
  });
  const dueSnapshots = [
    due('2026-11-24T10:30:00.000Z', '2026-11-26T10:00:00.000Z'),
    due('2026-11-24T10:40:00.000Z', '2026-11-27T10:00:00.000Z'),
  ];
  expect(violationsIn({ ...sound, ...storyOf(approval, decided), dueSnapshots })).toEqual([]);
});

test('an entry that was waived may stay open', () => {
  const waived = event('2026-11-24T11:00:00.000Z', { type: 'entry-waived', ref: 'BUG-1' });
  expect(violationsIn({ ...sound, ...storyOf(approval, gatingEntry, waived, completed) })).toEqual([]);
});

test('a write under a fence that has passed is found', () => {
  const changes = [...sound.changes, { deliveryId: '1', state: 'deferred', fence: '1' }];
  expect(staleWritesIn(sound)).toEqual([]);
  expect(staleWritesIn({ ...sound, changes })).toEqual(['delivery 1 became deferred under fence 1 after 2']);
});

test('the audit chain is not there yet, and nothing says that it holds', () => {
  expect(invariants.C8).toBe('not yet');
});

test('a name inside the payload of a history is readable', () => {
  const payload = { data: new TextEncoder().encode('{"name":"kanari77"}') };
  expect(readableText({ events: [payload, { data: Buffer.from('kanari78') }] })).toMatch(
    /kanari77.*kanari78/,
  );
});
