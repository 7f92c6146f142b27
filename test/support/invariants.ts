// What must hold after anything that goes wrong, as questions to evidence: each returns a sentence for every violation
// it finds. Owns the questions; where the evidence comes from is invariants-evidence.ts.
import type { IncidentEvent } from '../../src/domain/events';
import type { HeldMessage } from './fake-relay';

/** One row of the ledger. */
export interface LedgerRow {
  readonly deliveryId: string;
  readonly incidentId: string;
  /** What the campaign of the row sends, and what was approved. */
  readonly noticeId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly address: string | null;
  readonly channel: string;
  readonly rung: number;
  readonly state: string;
  readonly possibleDuplicate: boolean;
  readonly fence: string;
  readonly messageId: string | null;
  readonly bodyHash: string | null;
}

/** One change of state, in the order in which they were written. */
export interface LedgerChange {
  readonly deliveryId: string;
  readonly state: string;
  readonly fence: string;
}

export interface AffectedTenant {
  readonly incidentId: string;
  readonly tenantId: string;
}

export interface IncidentStory {
  readonly incidentId: string;
  readonly events: readonly IncidentEvent[];
}

/** All due instants of an incident as they stood at an instant. */
export interface DueSnapshot {
  readonly incidentId: string;
  readonly takenAt: string;
  readonly dues: readonly { readonly obligation: string; readonly dueAt: string }[];
}

/** Something that is seen outside database and mail: a history, a log, a search attribute, a post. */
export interface OpenText {
  readonly place: string;
  readonly text: string;
}

export interface Evidence {
  readonly rows: readonly LedgerRow[];
  readonly changes: readonly LedgerChange[];
  /** Everybody whom a campaign that was started must reach. */
  readonly affected: readonly AffectedTenant[];
  readonly held: readonly HeldMessage[];
  readonly incidents: readonly IncidentStory[];
  /** In the order in which they were taken. */
  readonly dueSnapshots: readonly DueSnapshot[];
  readonly openTexts: readonly OpenText[];
  /** Stands in every name and address. */
  readonly canary: string;
}

type Question = (evidence: Evidence) => readonly string[];

export const invariants = {
  C1: everyRecipientReachesOneEnd,
  C2: everyAcceptedRowWasAcceptedOnceAndIsAtTheRelay,
  C3: theRelayHoldsNothingThatTheLedgerDoesNotKnow,
  C4: everyRelayedMessageEqualsItsRow,
  C5: nothingLeavesBeforeItsApproval,
  C6: noPostmortemClosesOverAnOpenGatingEntry,
  C7: noDueInstantMovesLaterWithoutADecision,
  /** There is no audit chain to verify. */
  C8: 'not yet',
  C9: theCanaryIsNowhereInTheOpen,
} as const satisfies Readonly<Record<string, Question | 'not yet'>>;

/** Every violation, with the number of its invariant before it. */
export function violationsIn(evidence: Evidence): readonly string[] {
  return Object.entries<Question | 'not yet'>(invariants).flatMap(([number, question]) =>
    question === 'not yet' ? [] : question(evidence).map((sentence) => `${number}: ${sentence}`),
  );
}

// C1

const ends = new Set(['accepted', 'delivered', 'acknowledged', 'needs-human', 'attested', 'waived']);
/** Final for a contact; another row goes on with the next one, or with a person. */
const passedOn = new Set(['refused', 'bounced', 'superseded']);

export function everyRecipientReachesOneEnd({ rows, affected }: Evidence): readonly string[] {
  const byTenant = groupedBy(rows, tenantKeyOf);
  return affected.flatMap((recipient) => {
    const chain = byTenant.get(tenantKeyOf(recipient)) ?? [];
    const open = chain.filter(({ state }) => !ends.has(state) && !passedOn.has(state));
    const ended = chain.filter(({ state }) => ends.has(state));
    const name = `tenant ${recipient.tenantId} of ${recipient.incidentId}`;
    if (chain.length === 0) return [`${name} was never planned`];
    if (open.length > 0) return [`${name} is still ${open.map(({ state }) => state).join(', ')}`];
    if (ended.length !== noticesOf(chain)) return [`${name} has ${ended.length} ends`];
    return [];
  });
}

/** A tenant may be told several notices; each has its own chain of contacts. */
function noticesOf(chain: readonly LedgerRow[]): number {
  return new Set(chain.map(({ noticeId }) => noticeId)).size;
}

// C2

export function everyAcceptedRowWasAcceptedOnceAndIsAtTheRelay({ rows, changes, held }: Evidence) {
  const atTheRelay = new Set(held.map(({ messageId }) => messageId));
  const acceptances = groupedBy(
    changes.filter(({ state }) => state === 'accepted'),
    ({ deliveryId }) => deliveryId,
  );
  return rows.flatMap((row) => {
    const fences = (acceptances.get(row.deliveryId) ?? []).map(({ fence }) => fence);
    if (row.channel !== 'email' || (row.state !== 'accepted' && fences.length === 0)) return [];
    const name = `delivery ${row.deliveryId} (${row.tenantId})`;
    if (fences.length !== 1)
      return [`${name} was accepted ${fences.length} times, under ${fences.join(', ')}`];
    if (!atTheRelay.has(row.messageId ?? '')) return [`${name} is accepted, and the relay never took it`];
    return [];
  });
}

/** A holder whose time was over wrote all the same: fences of one delivery never fall. */
export function staleWritesIn({ changes }: Evidence): readonly string[] {
  const highest = new Map<string, bigint>();
  return changes.flatMap(({ deliveryId, fence, state }) => {
    const last = highest.get(deliveryId) ?? 0n;
    if (BigInt(fence) < last)
      return [`delivery ${deliveryId} became ${state} under fence ${fence} after ${last}`];
    highest.set(deliveryId, BigInt(fence));
    return [];
  });
}

// C3, C4

export function theRelayHoldsNothingThatTheLedgerDoesNotKnow({ rows, held }: Evidence): readonly string[] {
  const known = new Set(rows.map(({ messageId }) => messageId));
  return held
    .filter(({ messageId }) => !known.has(messageId))
    .map(({ messageId }) => `the relay holds ${messageId}, which no row knows`);
}

export function everyRelayedMessageEqualsItsRow({ rows, held }: Evidence): readonly string[] {
  const byMessageId = new Map(rows.map((row) => [row.messageId, row]));
  return held.flatMap((message) => {
    const row = byMessageId.get(message.messageId);
    if (row === undefined) return [];
    const differing = [
      ...(message.recipient === row.address ? [] : ['recipient']),
      ...(message.tenantMarker === row.tenantName ? [] : ['tenant']),
      ...(message.bodyHash === row.bodyHash ? [] : ['body']),
    ];
    return differing.map((what) => `the ${what} of ${message.messageId} is not that of its row`);
  });
}

// C5

export function nothingLeavesBeforeItsApproval({ rows, held, incidents }: Evidence): readonly string[] {
  const approvals = new Map(incidents.flatMap(approvalsIn));
  const byMessageId = new Map(rows.map((row) => [row.messageId, row]));
  return held.flatMap(({ messageId, at }) => {
    const row = byMessageId.get(messageId);
    if (row === undefined) return [];
    const approvedAt = approvals.get(noticeKeyOf(row));
    if (approvedAt === undefined) return [`${messageId} left without an approval of ${row.noticeId}`];
    return at < approvedAt ? [`${messageId} left at ${at}, approved at ${approvedAt}`] : [];
  });
}

function approvalsIn({ incidentId, events }: IncidentStory): readonly (readonly [string, string])[] {
  // The first one that counted; the newest event comes first, so that the oldest stands in the map.
  return [...events].reverse().flatMap((event) => {
    const isApproval = event.type === 'decision-accepted' && event.verdict === 'approve';
    const noticeId = isApproval ? /^notice:(.+)$/.exec(event.gate)?.[1] : undefined;
    return noticeId === undefined ? [] : [[noticeKeyOf({ incidentId, noticeId }), event.at] as const];
  });
}

// C6

export function noPostmortemClosesOverAnOpenGatingEntry({ incidents }: Evidence): readonly string[] {
  return incidents.flatMap(({ incidentId, events }) => {
    const unsettled = new Map<string, string>();
    const gating = new Set<string>();
    return events.flatMap((event) => {
      followEntry(event, unsettled, gating);
      if (event.type !== 'postmortem-completed' && event.type !== 'incident-closed') return [];
      const left = [...unsettled].filter(([ref]) => gating.has(ref));
      return left.map(([ref, state]) => `${event.type} of ${incidentId} over ${ref}, which is ${state}`);
    });
  });
}

function followEntry(event: IncidentEvent, unsettled: Map<string, string>, gating: Set<string>): void {
  switch (event.type) {
    case 'entry-opened':
      unsettled.set(event.ref, 'open');
      if (event.gating) gating.add(event.ref);
      return;
    case 'entry-reopened':
    case 'waiver-expired':
      unsettled.set(event.ref, 'open again');
      return;
    case 'entry-closed':
      if (event.resolution === 'not-planned') unsettled.set(event.ref, 'not planned');
      else unsettled.delete(event.ref);
      return;
    case 'entry-waived':
      unsettled.delete(event.ref);
      return;
    default:
  }
}

// C7

/** What people decide that may move a clock; each is an event with its author and a reason or basis. */
const clockDecisions = new Set<string>([
  'anchor-recorded',
  'anchor-chosen',
  'fact-recorded',
  'undecided-decided',
  'filing-recorded',
]);

export function noDueInstantMovesLaterWithoutADecision({ dueSnapshots, incidents }: Evidence) {
  const storyOf = new Map(incidents.map(({ incidentId, events }) => [incidentId, events]));
  return [...groupedBy(dueSnapshots, ({ incidentId }) => incidentId)].flatMap(([incidentId, snapshots]) =>
    snapshots.slice(1).flatMap((later, index) => {
      const earlier = snapshots[index];
      if (earlier === undefined || isDecidedBetween(storyOf.get(incidentId) ?? [], earlier, later)) return [];
      const before = new Map(earlier.dues.map(({ obligation, dueAt }) => [obligation, dueAt]));
      return later.dues
        .filter(({ obligation, dueAt }) => dueAt > (before.get(obligation) ?? dueAt))
        .map(({ obligation, dueAt }) => `${obligation} of ${incidentId} was put off to ${dueAt} by nobody`);
    }),
  );
}

function isDecidedBetween(events: readonly IncidentEvent[], earlier: DueSnapshot, later: DueSnapshot) {
  return events.some(
    ({ type, role, at }) =>
      clockDecisions.has(type) && role !== 'system' && at >= earlier.takenAt && at <= later.takenAt,
  );
}

// C9

export function theCanaryIsNowhereInTheOpen({ openTexts, canary }: Evidence): readonly string[] {
  const sought = canary.toLowerCase();
  return openTexts
    .filter(({ text }) => text.toLowerCase().includes(sought))
    .map(({ place }) => `a tenant's name or address is in ${place}`);
}

// Keys

function tenantKeyOf({ incidentId, tenantId }: AffectedTenant): string {
  return `${incidentId}\n${tenantId}`;
}

function noticeKeyOf({ incidentId, noticeId }: Pick<LedgerRow, 'incidentId' | 'noticeId'>): string {
  return `${incidentId}\n${noticeId}`;
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
