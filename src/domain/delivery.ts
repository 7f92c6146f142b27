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
 * `refused` is final for its contact, and another row then goes on with the next one; `needs-human` is a task.
 */
export type DeliveryState =
  'planned' | 'sending' | 'accepted' | 'deferred' | 'refused' | 'in-doubt' | 'needs-human';

export type DeliveryChannel = 'email' | 'by-hand';

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
  /** What to do when nobody knows whether a message went out: a lost breach notice is worse than two. */
  readonly inDoubt: 'resend' | 'hold';
  /** So many doubts about one delivery are a matter for a person. */
  readonly maxDoubts: number;
}

export const defaultDeliveryPolicy: DeliveryPolicy = {
  deferralSeconds: [60, 300, 600, 1200, 2400, 3600],
  jitterRatio: 0.1,
  relayPauseSeconds: 60,
  inDoubt: 'resend',
  maxDoubts: 5,
};

// Outcomes

/** Failures that say nothing about the recipient: ours or the relay's to mend. */
export type OwnFailure =
  'relay-unreachable' | 'authentication' | 'certificate' | 'sender-refused' | 'content-refused';

/** What came of one attempt. `reply` is the relay's own words and may hold an address: for the ledger only. */
export type AttemptOutcome =
  | { readonly kind: 'accepted'; readonly reply: string; readonly queueId?: string }
  | { readonly kind: 'deferred'; readonly code: number; readonly reply: string }
  | { readonly kind: 'refused'; readonly code?: number; readonly reply: string }
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
  | { readonly state: 'refused'; readonly reason: 'recipient-refused' | 'retry-window-ended' }
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
      return { state: 'refused', reason: 'recipient-refused' };
    case 'deferred':
      return afterDeferral('recipient-deferred', delivery, context);
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
): Settlement {
  const waitMs = deferralMs(delivery.deferrals, context.policy, context.chance);
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
};

/** Nothing is left that the shard could still do: what remains is accepted, refused, or a person's. */
export function isSettled(totals: DeliveryTotals): boolean {
  return totals.planned + totals.sending + totals.deferred + totals.inDoubt === 0;
}
