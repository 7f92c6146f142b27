/**
 * One delivery: a notice on its way to one contact of one tenant. Owns its states, what each outcome of an attempt
 * makes of it, when it is tried again, and when failures of our own stop the line. The ledger keeps the rows.
 */
import type { NoticeKind } from '../contract/messages';
import type { DeliveryTotals } from './events';
import { fingerprintOf } from './fingerprint';
import { addMs, compareInstants, type Instant } from './instant';

/**
 * planned → sending → accepted | deferred | refused | in-doubt; deferred and in-doubt are sent again.
 * accepted → delivered | bounced | acknowledged, by what is heard later (receipts.ts).
 * `refused` and `bounced` are final for their contact, and another row then goes on with the next one; `needs-human` is
 * a task, which ends as `attested` (somebody vouches that the tenant was told by hand) or `waived`.
 * `superseded`: a later notice to the same tenant stands for it, or another contact has acknowledged.
 */
export const deliveryStates = [
  'planned',
  'sending',
  'accepted',
  'deferred',
  'refused',
  'in-doubt',
  'needs-human',
  'delivered',
  'bounced',
  'acknowledged',
  'superseded',
  'attested',
  'waived',
] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** `dashboard`: a published post stands for the notice. `by-hand`: a person's task. */
export type DeliveryChannel = 'email' | 'webhook' | 'dashboard' | 'by-hand';

// Identity

/** What makes a delivery this one and no other. */
export interface DeliveryKey {
  readonly incidentId: string;
  readonly noticeId: string;
  readonly kind: NoticeKind;
  readonly revision: number;
  readonly tenantId: string;
  readonly contactId: string;
  readonly channel: DeliveryChannel;
}

/**
 * 32 hexadecimal digits, the same for every copy: Message-ID and MIME boundary are made of it, so two copies of one
 * notice can be told to be one.
 */
export function deliveryIdentity(key: DeliveryKey): string {
  const { incidentId, noticeId, kind, revision, tenantId, contactId, channel } = key;
  return fingerprintOf([incidentId, noticeId, kind, revision, tenantId, contactId, channel]).slice(0, 32);
}

// Policy

export interface DeliveryPolicy {
  /** Waits after the first, second … temporary refusal; the last one repeats. */
  readonly deferralSeconds: readonly number[];
  /** A wait is lengthened by up to this share of itself, so that deferred mail does not come back all at once. */
  readonly jitterRatio: number;
  /** Wait after a failure of our own or of the relay, such as a relay that cannot be reached. */
  readonly relayPauseSeconds: number;
  /** The kinds that wait for a person while nobody knows whether they went out; the others are sent again. */
  readonly heldInDoubt: readonly NoticeKind[];
  /** So many doubts about one delivery are a matter for a person. */
  readonly maxDoubts: number;
}

export const defaultDeliveryPolicy: DeliveryPolicy = {
  deferralSeconds: [60, 300, 600, 1200, 2400, 3600],
  jitterRatio: 0.1,
  relayPauseSeconds: 60,
  heldInDoubt: [],
  maxDoubts: 5,
};

// Outcomes

/** Failures that say nothing about the recipient: ours or the relay's to mend. */
export type OwnFailure =
  'relay-unreachable' | 'authentication' | 'certificate' | 'sender-refused' | 'content-refused';

/** Why a contact is not tried again. */
export type RefusalReason =
  | 'recipient-refused'
  /** The local part needs SMTPUTF8, and the relay does not offer it. */
  | 'relay-lacks-smtputf8'
  /** A webhook that points elsewhere: where a notice goes is for the directory to say. */
  | 'redirected'
  /** A webhook that is not coming back (410). */
  | 'gone'
  /** A webhook in somebody's inner network, or in ours. */
  | 'address-forbidden'
  | 'secret-unknown'
  /** The dashboard shows no post of the incident. */
  | 'nothing-published';

/** What came of one attempt. `reply` is the receiver's own words and may hold an address: for the ledger only. */
export type AttemptOutcome =
  | { readonly kind: 'accepted'; readonly reply: string; readonly queueId?: string }
  | {
      readonly kind: 'deferred';
      readonly code?: number;
      readonly reply: string;
      /** How long the receiver asks us to wait at least. */
      readonly retryAfterMs?: number;
    }
  | {
      readonly kind: 'refused';
      readonly code?: number;
      readonly reply: string;
      readonly reason?: RefusalReason;
    }
  | { readonly kind: 'in-doubt'; readonly reply: string }
  | {
      readonly kind: 'own-failure';
      readonly failure: OwnFailure;
      readonly code?: number;
      readonly reply: string;
    }
  /** Armed, then left alone: the line was stopped or the lease was lost before this one's turn. */
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'unsendable'; readonly reason: 'cannot-be-rendered' | 'bytes-changed' };

/** The part of a row that its next state depends on. */
export interface AttemptedDelivery {
  /** Temporary refusals so far. */
  readonly deferrals: number;
  /** Attempts so far of which nobody knows the end. */
  readonly doubts: number;
  readonly giveUpAt: Instant;
}

export type Settlement =
  | { readonly state: 'accepted' | 'planned' }
  | {
      readonly state: 'deferred';
      readonly waitMs: number;
      readonly reason: 'recipient-deferred' | OwnFailure;
    }
  | { readonly state: 'refused'; readonly reason: RefusalReason | 'retry-window-ended' }
  | { readonly state: 'in-doubt'; readonly waitMs: number; readonly reason: 'reply-lost' }
  | {
      readonly state: 'needs-human';
      readonly reason: 'cannot-be-rendered' | 'bytes-changed' | 'too-many-doubts';
    };

export interface SettleContext {
  readonly policy: DeliveryPolicy;
  readonly now: Instant;
  /** From 0 up to 1: how much of the jitter this wait gets. */
  readonly chance: number;
}

/** The state that an attempt leaves a delivery in. Total: there is no outcome without an answer. */
export function settlementOf(
  outcome: AttemptOutcome,
  delivery: AttemptedDelivery,
  context: SettleContext,
): Settlement {
  switch (outcome.kind) {
    case 'accepted':
      return { state: 'accepted' };
    case 'not-sent':
      return { state: 'planned' };
    case 'refused':
      return { state: 'refused', reason: outcome.reason ?? 'recipient-refused' };
    case 'deferred':
      return afterDeferral('recipient-deferred', delivery, context, outcome.retryAfterMs);
    case 'own-failure':
      return afterOwnFailure(outcome.failure, delivery, context);
    case 'in-doubt':
      return afterDoubt(delivery, context);
    case 'unsendable':
      return { state: 'needs-human', reason: outcome.reason };
  }
}

function afterDeferral(
  reason: 'recipient-deferred' | 'content-refused',
  delivery: AttemptedDelivery,
  context: SettleContext,
  leastWaitMs = 0,
): Settlement {
  const waitMs = Math.max(deferralMs(delivery.deferrals, context.policy, context.chance), leastWaitMs);
  const isTooLate = compareInstants(addMs(context.now, waitMs), delivery.giveUpAt) > 0;
  return isTooLate
    ? { state: 'refused', reason: 'retry-window-ended' }
    : { state: 'deferred', waitMs, reason };
}

function afterOwnFailure(
  failure: OwnFailure,
  delivery: AttemptedDelivery,
  context: SettleContext,
): Settlement {
  // Refused content may be the filter of one mailbox, so it counts against that recipient. For the others nothing is
  // ever given up: the recipient has not said no.
  if (failure === 'content-refused') return afterDeferral(failure, delivery, context);
  return {
    state: 'deferred',
    waitMs: lengthened(context.policy.relayPauseSeconds, context),
    reason: failure,
  };
}

function afterDoubt(delivery: AttemptedDelivery, context: SettleContext): Settlement {
  if (delivery.doubts + 1 >= context.policy.maxDoubts)
    return { state: 'needs-human', reason: 'too-many-doubts' };
  const waitMs = deferralMs(delivery.doubts, context.policy, context.chance);
  return { state: 'in-doubt', waitMs, reason: 'reply-lost' };
}

/** Milliseconds to wait after `before` earlier refusals. */
export function deferralMs(before: number, policy: DeliveryPolicy, chance: number): number {
  const seconds = policy.deferralSeconds[before] ?? policy.deferralSeconds.at(-1) ?? policy.relayPauseSeconds;
  return lengthened(seconds, { policy, chance });
}

function lengthened(seconds: number, { policy, chance }: Pick<SettleContext, 'policy' | 'chance'>): number {
  return Math.round(seconds * 1000 * (1 + policy.jitterRatio * chance));
}

// The circuit breaker

/** The same failure of our own, so many times in a row with no other outcome between. */
export interface FailureRun {
  readonly failure?: OwnFailure;
  readonly length: number;
}

export const noFailures: FailureRun = { length: 0 };

export const FAILURES_THAT_STOP_THE_LINE = 5;

export function failureRunAfter(run: FailureRun, outcome: AttemptOutcome): FailureRun {
  switch (outcome.kind) {
    case 'own-failure':
      return { failure: outcome.failure, length: outcome.failure === run.failure ? run.length + 1 : 1 };
    case 'accepted':
    case 'deferred':
    case 'refused':
      return noFailures;
    // These say nothing about the relay.
    case 'in-doubt':
    case 'not-sent':
    case 'unsendable':
      return run;
  }
}

export type LineState =
  | { readonly kind: 'running' }
  /** The relay is away: try again later, nobody needs to act. */
  | { readonly kind: 'paused' }
  /** Somebody has to mend something first. */
  | { readonly kind: 'stopped'; readonly reason: Exclude<OwnFailure, 'relay-unreachable'> };

/** Why a shard stands still until a person acts: the relay refuses us, the brake is on, or only held doubts are left. */
export type StopReason = Extract<LineState, { kind: 'stopped' }>['reason'] | 'held' | 'doubts-held';

export function lineStateOf(run: FailureRun): LineState {
  if (run.failure === undefined || run.length < FAILURES_THAT_STOP_THE_LINE) return { kind: 'running' };
  return run.failure === 'relay-unreachable' ? { kind: 'paused' } : { kind: 'stopped', reason: run.failure };
}

/**
 * The same question when a page is through: a page in which nothing but one such failure happened stops the line too,
 * for a shard of four recipients would never see five in a row.
 */
export function lineStateAtEndOf(run: FailureRun, attempts: number): LineState {
  const isAllOfThePage = run.length > 0 && run.length === attempts;
  return isAllOfThePage && run.failure !== 'content-refused'
    ? lineStateOf({ ...run, length: FAILURES_THAT_STOP_THE_LINE })
    : lineStateOf(run);
}

// Totals

export const totalNameOf: Readonly<Record<DeliveryState, keyof DeliveryTotals>> = {
  planned: 'planned',
  sending: 'sending',
  accepted: 'accepted',
  deferred: 'deferred',
  refused: 'refused',
  'in-doubt': 'inDoubt',
  'needs-human': 'needsHuman',
  delivered: 'delivered',
  bounced: 'bounced',
  acknowledged: 'acknowledged',
  superseded: 'superseded',
  attested: 'attested',
  waived: 'waived',
};

export const noDeliveries: DeliveryTotals = {
  planned: 0,
  sending: 0,
  accepted: 0,
  deferred: 0,
  refused: 0,
  inDoubt: 0,
  needsHuman: 0,
  delivered: 0,
  bounced: 0,
  unacknowledged: 0,
  acknowledged: 0,
  superseded: 0,
  attested: 0,
  waived: 0,
};

export const totalNames = Object.keys(noDeliveries) as (keyof DeliveryTotals)[];

export function sumOfTotals(all: readonly DeliveryTotals[]): DeliveryTotals {
  const sums = totalNames.map((name) => [name, all.reduce((sum, totals) => sum + totals[name], 0)] as const);
  return { ...noDeliveries, ...Object.fromEntries(sums) };
}

/**
 * What has come of messages that a relay took, and of what is done by hand, in words; only what there is. What somebody
 * attests is never told as what a machine has seen.
 */
export function laterOutcomes(totals: DeliveryTotals): readonly string[] {
  const told = (name: keyof DeliveryTotals, words: string) =>
    totals[name] === 0 ? [] : [`${totals[name].toLocaleString('en')} ${words}`];
  return [
    ...told('delivered', 'delivered'),
    ...told('acknowledged', 'acknowledged'),
    ...told('unacknowledged', 'accepted and not acknowledged yet'),
    ...told('bounced', 'bounced'),
    ...told('superseded', 'superseded'),
    ...told('attested', 'told by hand as somebody attests'),
    ...told('waived', 'waived'),
  ];
}

/** Nothing is left that the shard could still do: what remains is accepted, refused, or a person's. */
export function isSettled(totals: DeliveryTotals): boolean {
  return totals.planned + totals.sending + totals.deferred + totals.inDoubt === 0;
}

/** Settled, and no acknowledgement is waited for any more. */
export function isOver(totals: DeliveryTotals): boolean {
  return isSettled(totals) && totals.unacknowledged === 0;
}
