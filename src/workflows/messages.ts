/**
 * Every message of an incident: its name, its payload, and the description that the Temporal UI shows in its dialogs.
 * This is the public interface; a name once published does not change.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type * as contract from '../contract/messages';
import type { Sender } from '../contract/principal';
import type { DeliveryTotals, EventBody, IncidentEvent } from '../domain/events';
import type { Gate } from '../domain/gates';
import type { UpdateName } from '../domain/intake';
import type { ObligationFacts } from '../domain/obligation-facts';
import type { IncidentFigures } from '../domain/metrics';
import type { IncidentStatus } from '../domain/operator-view';
import type { Plan } from '../domain/response';
import type { TimelineLine } from '../domain/timeline';
import type { Principal, TodoItem } from '../domain/todo';

/** What a caller of an update learns: what was recorded under which number, and how what it made is called. */
export interface Receipt {
  readonly recorded: readonly { readonly seq: number; readonly type: EventBody['type'] }[];
  /** The id of the analysis, the plan version, the anchor … that the message made. */
  readonly id?: string;
  /** What a decision on it has to be bound to. */
  readonly hash?: string;
}

export interface DecisionReceipt {
  readonly gate: string;
  readonly verdict: 'approve' | 'reject';
  readonly approver: string;
  readonly isOpen: boolean;
  /** What the gate still lacks, in sentences. */
  readonly lacks: readonly string[];
}

// Signals

export const approve = defineSignal<[contract.DecisionMessage]>('approve');
export const reject = defineSignal<[contract.DecisionMessage]>('reject');
export const openBug = defineSignal<[contract.OpenEntry]>('openBug');
export const closeBug = defineSignal<[contract.CloseEntry]>('closeBug');
export const reopenBug = defineSignal<[contract.ReopenEntry]>('reopenBug');

/** From a delivery shard to its incident; the numbers are absolute, the last report stands. */
export interface DeliveryReport {
  readonly campaignId: string;
  readonly shard: number;
  readonly totals: DeliveryTotals;
  readonly settled: boolean;
  readonly stopped?: string;
}
export const deliveryProgressed = defineSignal<[DeliveryReport]>('deliveryProgressed');

/** What has waited for its next try is due `now`, because its cause is mended, or stays as it was planned. */
export interface DeliveryResumption {
  readonly deferred: 'now' | 'as-planned';
}
/** To a delivery shard that stands still: go on. Without a payload, what was deferred is due now. */
export const resumeDelivery = defineSignal<[DeliveryResumption?]>('resumeDelivery');

// Updates

/**
 * The updates of people are named and described in `domain/intake`; each takes its message of the contract and answers
 * with a receipt.
 */
export const update = (name: UpdateName) => defineUpdate<Receipt, [Sender]>(name);

/** Several updates in one, all or none: a form that is sent as a whole, at the cost of one in the history. */
export interface TogetherMessage {
  readonly messages: readonly TogetherItem[];
  readonly messageId?: string | undefined;
}
export type TogetherItem = {
  [Name in UpdateName]: { readonly message: Name } & contract.IncidentUpdates[Name];
}[UpdateName];
export const recordTogether = defineUpdate<Receipt, [TogetherMessage]>('recordTogether');

export const decide = defineUpdate<DecisionReceipt, [contract.DecisionMessage]>('decide');

// Queries

export const status = defineQuery<IncidentStatus>('status');

/** The newest lines, as many as one answer holds; with `before`, the newest of those with a lower number. */
export interface TimelinePage {
  readonly before?: number;
}
export const timeline = defineQuery<readonly TimelineLine[], [TimelinePage?]>('timeline');

export const gates = defineQuery<readonly Gate[]>('gates');

/** All that was recorded, in full, for programs: every question about an incident is a function of it. */
export const events = defineQuery<readonly IncidentEvent[]>('events');

/** What those need who evaluate rules outside: see `firebreak obligations`. */
export const obligationFacts = defineQuery<ObligationFacts>('obligationFacts');

/** The plans in full: what approvers read before they sign. */
export const plans = defineQuery<readonly Plan[]>('plans');

/** Its figures, up to now. */
export const metrics = defineQuery<IncidentFigures>('metrics');

/** What one person owes to it now: { by, role, team }. */
export const todo = defineQuery<readonly TodoItem[], [Principal]>('todo');

/** The postmortem as it stands, in Markdown. */
export const postmortemReport = defineQuery<string>('postmortemReport');
