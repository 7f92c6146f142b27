/** What came of a fault: the figures of its row in the table, and every invariant that did not hold. */
import { evidenceOf } from '../../test/support/invariants-evidence';
import {
  everyRelayedMessageEqualsItsRow,
  invariants,
  staleWritesIn,
  violationsIn,
  type Evidence,
} from '../../test/support/invariants';
import { canary, type Lab } from './lab';

export interface Verdict {
  readonly fault: string;
  readonly tenants: number;
  readonly kills: number;
  readonly accepted: number;
  /** Tenants that no message has reached, and of whom no person knows. */
  readonly lost: number;
  /** Messages at the relay beyond the first of a Message-ID. */
  readonly duplicates: number;
  readonly wrongTenant: number;
  /** Deliveries of which somebody did not know for a while whether they had gone out. */
  readonly doubts: number;
  readonly seed: number;
  readonly violations: readonly string[];
  readonly notes: readonly string[];
}

export interface Findings {
  readonly fault: string;
  readonly kills?: number;
  /** More duplicates than this are a violation; those that there may be must be flagged. */
  readonly duplicatesAtMost?: number;
  readonly violations?: readonly string[];
  readonly notes?: readonly string[];
}

/** Asks all invariants; a worker must be there to answer for the incident. */
export async function verdictOf(lab: Lab, findings: Findings): Promise<Verdict> {
  const { stage, relay, story, dueSnapshots, dose } = lab;
  const evidence = await evidenceOf({ stage, relay, incidentIds: [story.incidentId], dueSnapshots, canary });
  const { fault, kills = 0, duplicatesAtMost = 0, violations = [], notes = [] } = findings;
  const duplicates = duplicatesIn(evidence);
  return {
    fault,
    tenants: dose.tenants,
    kills,
    accepted: evidence.rows.filter(({ state }) => state === 'accepted').length,
    lost: lostIn(evidence).length,
    duplicates: duplicates.length,
    wrongTenant: everyRelayedMessageEqualsItsRow(evidence).filter((each) => !each.startsWith('the body'))
      .length,
    doubts: new Set(
      evidence.changes.filter(({ state }) => state === 'in-doubt').map(({ deliveryId }) => deliveryId),
    ).size,
    seed: dose.seed,
    violations: [
      ...violationsIn(evidence),
      ...staleWritesIn(evidence),
      ...lostIn(evidence).map((tenant) => `tenant ${tenant} is lost`),
      ...unflagged(evidence, duplicates),
      ...(duplicates.length > duplicatesAtMost
        ? [`${duplicates.length} duplicates, and at most ${duplicatesAtMost} can be explained`]
        : []),
      ...violations,
    ],
    notes,
  };
}

function lostIn({ rows, affected, held }: Evidence): readonly string[] {
  const atTheRelay = new Set(held.map(({ messageId }) => messageId));
  const cared = new Set(
    rows
      .filter(({ state, messageId }) => state === 'needs-human' || atTheRelay.has(messageId ?? ''))
      .map(({ tenantId }) => tenantId),
  );
  return affected.map(({ tenantId }) => tenantId).filter((tenant) => !cared.has(tenant));
}

/** One Message-ID for every copy beyond the first. */
function duplicatesIn({ held }: Evidence): readonly string[] {
  const seen = new Set<string>();
  return held.flatMap(({ messageId }) => {
    if (seen.has(messageId)) return [messageId];
    seen.add(messageId);
    return [];
  });
}

function unflagged({ rows }: Evidence, duplicates: readonly string[]): readonly string[] {
  const flagged = new Set(rows.filter((row) => row.possibleDuplicate).map(({ messageId }) => messageId));
  return [...new Set(duplicates)]
    .filter((messageId) => !flagged.has(messageId))
    .map((messageId) => `${messageId} came twice, and its row does not say that it may have`);
}

// The table

const columns: readonly (readonly [string, (verdict: Verdict) => string | number])[] = [
  ['fault', ({ fault }) => fault],
  ['tenants', ({ tenants }) => tenants],
  ['kills', ({ kills }) => kills],
  ['accepted', ({ accepted }) => accepted],
  ['lost', ({ lost }) => lost],
  ['duplicated on the wire', ({ duplicates }) => duplicates],
  ['wrong tenant', ({ wrongTenant }) => wrongTenant],
  ['in doubt for a while', ({ doubts }) => doubts],
  ['seed', ({ seed }) => seed],
  [
    'verdict',
    ({ violations }) => (violations.length === 0 ? 'holds' : `**${violations.length} violations**`),
  ],
];

/** As Markdown. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const head = [lineOf(columns.map(([name]) => name)), lineOf(columns.map(() => '---'))];
  return [...head, ...verdicts.map(rowOf)].join('\n');
}

/** Its line in the table. */
export function rowOf(verdict: Verdict): string {
  return lineOf(columns.map(([, cell]) => String(cell(verdict))));
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** What was asked of no fault, because there is nothing yet to ask. */
export const notAsked: readonly string[] = Object.entries(invariants)
  .filter(([, question]) => question === 'not yet')
  .map(([number]) => number);
