/**
 * What happened, in the past tense: the only thing that changes an incident. Messages and results of activities become
 * events; state, timeline and reports are functions of their list.
 */
import type { AnchorKind, Moment } from '../contract/anchor';
import type { ConcernedService, Impact } from '../contract/declaration';
import type {
  Confidence,
  EntryKind,
  EntryResolution,
  FactValue,
  FindingClass,
  NoticeStage,
  PlannedTask,
  PlanKind,
  PlanOption,
  PostmortemPart,
  Recommendation,
  RecoveryPart,
} from '../contract/messages';
import type { UnreadLanguage } from '../contract/notice-languages';
import type { Binding, Role } from '../contract/principal';
import type { Fingerprint } from './fingerprint';
import type { Instant } from './instant';
import type { FilingJudgement } from './lateness';
import type { ObligationAssessment } from './obligations';

/** Who is behind an event. `system` stands for the workflow itself. */
export interface Author {
  readonly by: string;
  readonly role: Role | 'system';
  readonly team?: string;
  readonly capacity?: string;
  readonly boundBy: Binding;
}

export const theSystem: Author = { by: 'firebreak', role: 'system', boundBy: 'system' };

export interface RecordedAnchor extends Moment {
  readonly anchorId: string;
  readonly kind: AnchorKind;
  readonly basis: string;
}

export interface AffectedTenantsRequest {
  readonly services: readonly { readonly service: string; readonly regions: readonly string[] }[];
  readonly from: Instant;
  readonly to?: Instant;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly excludeReason?: string;
  readonly changed: readonly string[];
  readonly everyFactChanged: boolean;
  readonly reason: string;
}

/** Counts alone: which tenants they are is known to the database. */
export interface TenantSetResult {
  readonly version: number;
  readonly tenants: number;
  readonly excluded: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly digest: Fingerprint;
}

/** Whom there is still something to tell, by the ledger; counts alone. */
export interface TenantCoverage {
  readonly tenantSetVersion: number;
  /** Affected, and no notice has gone to them. */
  readonly untold: number;
  /** Told before their facts changed. */
  readonly outdated: number;
  /** Told, and no longer affected. */
  readonly notWithdrawn: number;
}

/** Deliveries of one shard by state; absolute numbers, so that a report may be lost or doubled without harm. */
export interface DeliveryTotals {
  readonly planned: number;
  readonly sending: number;
  readonly accepted: number;
  readonly deferred: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly needsHuman: number;
  readonly delivered: number;
  readonly bounced: number;
  /** Told, and asked for an acknowledgement that is waited for or asked for again; counted under nothing else. */
  readonly unacknowledged: number;
  readonly acknowledged: number;
  readonly superseded: number;
  /** Told by hand, as a named person vouches; no machine has seen it. */
  readonly attested: number;
  /** Not told, by decision. */
  readonly waived: number;
}

export interface AcceptedDecision {
  readonly gate: string;
  readonly generation: number;
  readonly objectHash: Fingerprint;
  readonly verdict: 'approve' | 'reject';
  readonly approver: string;
  readonly approverRoles: readonly string[];
  readonly tokenId: string;
  readonly keyId: string;
  readonly issuedAt: Instant;
  readonly reason?: string;
}

type SharedEvent =
  | {
      readonly type: 'declared';
      readonly services: number;
      /** Of the policy that is pinned to the incident. */
      readonly policyDigest: Fingerprint;
    }
  | { readonly type: 'service-added'; readonly service: ConcernedService }
  | {
      readonly type: 'fact-recorded';
      readonly text?: string;
      readonly name?: string;
      readonly value?: FactValue;
    }
  | { readonly type: 'impact-stated'; readonly impact: Impact }
  | {
      readonly type: 'anchor-recorded';
      readonly anchor: RecordedAnchor;
      readonly supersedes?: string;
      readonly reason?: string;
    }
  | { readonly type: 'anchor-chosen'; readonly anchorId: string; readonly reason: string }
  | { readonly type: 'message-refused'; readonly message: string; readonly problem: string }
  | {
      /** The one event that grows: it counts what is refused beyond so many messages an hour. */
      readonly type: 'further-messages-refused';
      readonly count: number;
      readonly messages: readonly string[];
      readonly until: Instant;
    }
  | {
      /** Events that were taken out of the list because later ones stand for them. */
      readonly type: 'story-shortened';
      readonly types: readonly { readonly type: string; readonly count: number }[];
    }
  | {
      readonly type: 'decision-received';
      readonly decisionId: string;
      readonly token: string;
      readonly claimedBy: string;
    }
  | ({ readonly type: 'decision-accepted'; readonly decisionId: string } & AcceptedDecision)
  | {
      readonly type: 'decision-refused';
      readonly decisionId: string;
      readonly code: string;
      readonly problem: string;
    }
  | { readonly type: 'step-failed'; readonly step: string; readonly problem: string }
  | { readonly type: 'step-retried'; readonly step: string; readonly reason: string }
  | { readonly type: 'deadlines-neared'; readonly clocks: readonly string[]; readonly dueAt: Instant }
  | { readonly type: 'deadlines-missed'; readonly clocks: readonly string[]; readonly dueAt: Instant }
  | { readonly type: 'latest-safe-start-reached'; readonly dueAt: Instant }
  | { readonly type: 'on-call-paged'; readonly idempotencyKey: string }
  | {
      /** What was told to a body outside, under whose authority (S08). */
      readonly type: 'information-shared';
      readonly with: string;
      readonly what: string;
      readonly under: string;
      readonly evidence: readonly string[];
    }
  | { readonly type: 'incident-closed' };

type ResponseEvent =
  | {
      readonly type: 'analysis-recorded';
      readonly analysisId: string;
      readonly text: string;
      readonly evidence: readonly string[];
    }
  | {
      readonly type: 'emergency-action-recorded';
      readonly actionId: string;
      readonly what: string;
      readonly why: string;
      readonly service?: string;
      readonly track?: PlannedTask['track'];
      readonly reviewDueAt: Instant;
    }
  | {
      readonly type: 'emergency-action-reviewed';
      readonly actionId: string;
      readonly verdict: 'upheld' | 'criticised';
      readonly reason: string;
    }
  | { readonly type: 'sign-of-breach-reported'; readonly what: string; readonly evidence: readonly string[] }
  | {
      readonly type: 'plan-proposed';
      readonly plan: PlanKind;
      readonly version: number;
      readonly objective: string;
      readonly restsOn: readonly string[];
      readonly tasks: readonly PlannedTask[];
      readonly recommendation?: Recommendation;
      readonly options: readonly PlanOption[];
      readonly hash: Fingerprint;
    }
  | {
      readonly type: 'agreement-given';
      readonly plan: PlanKind;
      readonly version: number;
      readonly verdict: 'agree' | 'decline';
      readonly party: string;
      readonly reason?: string;
    }
  | {
      readonly type: 'task-completed';
      readonly service: string;
      readonly track: PlannedTask['track'];
      readonly what: string;
      readonly evidence: readonly string[];
    }
  | { readonly type: 'service-marked-unaffected'; readonly service: string; readonly reason: string }
  | {
      readonly type: 'outside-statement-recorded';
      readonly service: string;
      readonly statement: string;
      readonly evidence: readonly string[];
    }
  | {
      readonly type: 'foothold-recorded';
      readonly foothold: string;
      readonly service?: string;
      readonly evidence: readonly string[];
    }
  | {
      readonly type: 'foothold-evicted';
      readonly foothold: string;
      readonly service?: string;
      readonly confidence: Confidence;
      readonly evidence: readonly string[];
    }
  | {
      readonly type: 'vulnerability-recorded';
      readonly vulnerability: string;
      readonly state: VulnerabilityState;
      readonly service?: string;
      readonly reason?: string;
      readonly expiresAt?: Instant;
      readonly evidence: readonly string[];
    }
  | {
      readonly type: 'root-cause-stated';
      readonly verdict: 'removed' | 'not-proven';
      readonly confidence?: Confidence;
      readonly doneInstead?: string;
      readonly evidence: readonly string[];
    }
  | { readonly type: 'recovery-confirmed'; readonly reason: string }
  | {
      readonly type: 'recovery-recorded';
      readonly service: string;
      readonly part: RecoveryPart;
      readonly text: string;
      readonly evidence: readonly string[];
      readonly goodAt?: Instant;
      readonly vulnerability?: string;
      readonly overrideReason?: string;
    }
  | { readonly type: 'watch-started'; readonly endsAt: Instant; readonly controls: string }
  | {
      readonly type: 'watch-ended';
      readonly planCarriedOut: string;
      readonly noSignOfBreach: string;
      readonly findings?: string;
    }
  | { readonly type: 'containment-alarm-raised'; readonly services: readonly string[] };

export type VulnerabilityState = 'known' | 'mitigated' | 'accepted' | 'unknown';

type NotificationEvent =
  | {
      readonly type: 'determined';
      readonly customerReportable: 'yes' | 'no' | 'undetermined';
      readonly basis: string;
    }
  | {
      readonly type: 'affected-tenants-requested';
      readonly version: number;
      readonly request: AffectedTenantsRequest;
    }
  | ({
      readonly type: 'affected-tenants-identified';
      /** Absent in histories from before it was counted. */
      readonly coverage?: TenantCoverage;
    } & TenantSetResult)
  | {
      readonly type: 'removed-tenants-left';
      readonly tenantSetVersion: number;
      readonly reason: string;
    }
  | {
      /** As a named person vouches; no machine has seen it. */
      readonly type: 'told-by-hand';
      readonly settlementId: string;
      readonly tenantId: string;
      /** Of this notice alone; of all that have left unless given. */
      readonly noticeId?: string;
      readonly channel: 'post' | 'phone' | 'in-person';
      readonly doneAt: Instant;
      readonly reference: string;
      readonly reason?: string;
    }
  | {
      readonly type: 'telling-waived';
      readonly settlementId: string;
      readonly tenantId: string;
      readonly noticeId?: string;
      readonly reason: string;
    }
  | {
      readonly type: 'hand-settlement-written';
      readonly settlementId: string;
      /** None when nothing of the tenant waited for a person. */
      readonly deliveries: number;
      readonly campaigns: readonly string[];
    }
  | {
      readonly type: 'obligations-assessed';
      readonly assessment: ObligationAssessment;
      readonly factsRevision: number;
      /** What people said since the last one, on which a later due instant rests; absent when they said nothing. */
      readonly decision?: string;
    }
  | {
      readonly type: 'undecided-decided';
      readonly ruleId: string;
      readonly applies: boolean;
      readonly reason: string;
    }
  | {
      readonly type: 'notice-proposed';
      readonly noticeId: string;
      readonly revision: number;
      readonly stage: NoticeStage;
      readonly contentHash: Fingerprint;
      readonly standing?: true;
    }
  | {
      readonly type: 'notice-prepared';
      readonly noticeId: string;
      readonly revision: number;
      readonly objectHash: Fingerprint;
      readonly templateHash: Fingerprint;
      readonly tenantSetVersion: number;
      readonly packDigest: Fingerprint;
      readonly lacks: readonly string[];
      /** What recipients read and the notice is not written in. */
      readonly unreadLanguages: readonly UnreadLanguage[];
    }
  | {
      readonly type: 'campaign-started';
      readonly noticeId: string;
      readonly campaignId: string;
      readonly shards: number;
      readonly totals: DeliveryTotals;
    }
  | { readonly type: 'shards-started'; readonly campaignId: string }
  | {
      readonly type: 'delivery-progressed';
      readonly campaignId: string;
      readonly shard: number;
      readonly totals: DeliveryTotals;
      readonly settled: boolean;
      readonly stopped?: string;
    }
  | {
      /** From the ledger itself; only now does anything count as settled. */
      readonly type: 'deliveries-counted';
      readonly campaignId: string;
      /** `seq` of the last event that had told something of them when the count began. */
      readonly news: number;
      readonly shards: readonly DeliveryTotals[];
      /** Absent in histories from before it was counted. */
      readonly coverage?: TenantCoverage;
    }
  | {
      readonly type: 'hold-proposed';
      readonly holdId: string;
      readonly notices: readonly string[];
      readonly duties: readonly string[];
      readonly reason: string;
      readonly until: Instant;
      readonly hash: Fingerprint;
    }
  | { readonly type: 'repetition-due'; readonly noticeId: string; readonly dueAt: Instant }
  | {
      readonly type: 'notice-repeated';
      readonly noticeId: string;
      readonly campaignId: string;
      readonly shards: number;
      readonly totals: DeliveryTotals;
    }
  | { readonly type: 'delivery-held'; readonly order: number; readonly reason: string }
  | { readonly type: 'delivery-resumed'; readonly order: number; readonly reason: string }
  | {
      readonly type: 'doubts-decided';
      readonly order: number;
      readonly campaignId: string;
      readonly decision: 'accepted' | 'resend';
      readonly messageIds?: readonly string[];
      readonly reason: string;
    }
  | {
      /** The ledger says so now, and the shards have been woken. */
      readonly type: 'delivery-order-carried-out';
      readonly order: number;
      /** Doubts that it settled, when it was about those. */
      readonly settled?: number;
    }
  | { readonly type: 'standing-update-ended'; readonly noticeId: string; readonly reason: string }
  | { readonly type: 'hold-released'; readonly holdId: string; readonly reason: string }
  | { readonly type: 'hold-expired'; readonly holdId: string; readonly wasInForce: boolean }
  | {
      readonly type: 'filing-recorded';
      readonly ruleId: string;
      readonly stage: string;
      readonly reference: string;
      /** The first instant that it can mean. */
      readonly submittedAt: Instant;
      /** As it was written, where it was not written to the second. */
      readonly submitted?: Moment;
      /** The anchors in force when it was recorded; absent in histories from before filings were judged. */
      readonly countsFrom?: readonly string[];
      readonly evidence: readonly string[];
    }
  | {
      readonly type: 'filing-judged';
      readonly ruleId: string;
      readonly stage: string;
      readonly submittedAt: Instant;
      readonly judgement: FilingJudgement;
    }
  | {
      readonly type: 'promise-recorded';
      readonly promiseId: string;
      readonly text: string;
      readonly hours: number;
      readonly madeAt: Moment;
      readonly covers: 'all' | readonly string[];
      readonly basis: string;
    };

type StatusPostEvent =
  | {
      readonly type: 'status-post-proposed';
      readonly postId: string;
      readonly revision: number;
      readonly contentHash: Fingerprint;
      /** Nothing else may go where everybody reads it (S49). */
      readonly tlp: 'CLEAR';
    }
  | {
      readonly type: 'status-post-published';
      readonly postId: string;
      readonly revision: number;
      /** The issue on the dashboard that the post belongs to. */
      readonly issueId: string;
      readonly isResolved: boolean;
    };

type FollowUpEvent =
  | {
      readonly type: 'entry-opened';
      readonly ref: string;
      readonly title: string;
      readonly kind: EntryKind;
      readonly owner?: string;
      readonly gating: boolean;
      readonly priority?: string;
    }
  | {
      readonly type: 'entry-closed';
      readonly ref: string;
      readonly resolution: EntryResolution;
      readonly duplicateOf?: string;
    }
  | { readonly type: 'entry-reopened'; readonly ref: string; readonly reason: string }
  | { readonly type: 'entry-assigned'; readonly ref: string; readonly owner: string }
  | {
      readonly type: 'entry-waived';
      readonly ref: string;
      readonly reason: string;
      readonly expiresAt: Instant;
    }
  | { readonly type: 'waiver-expired'; readonly ref: string }
  | {
      readonly type: 'entries-reminded';
      readonly refs: readonly string[];
      readonly because: 'unowned' | 'open';
      /** By entry, how often it was named since it last changed, this time included; the last event stands. */
      readonly times?: readonly number[];
    }
  | {
      /** Reminders alone did not move them: raised to the executive and to the leads of their owners (S59). */
      readonly type: 'entries-escalated';
      readonly refs: readonly string[];
      readonly leadsOf: readonly string[];
    }
  | {
      /** The register outside the incident holds its process failures as they stand (S60). */
      readonly type: 'process-register-updated';
      readonly entries: number;
      readonly digest: Fingerprint;
    }
  | {
      /** The engineers' tracker said how its issues stand; it was given one for each entry that had none (S56). */
      readonly type: 'tracker-asked';
      readonly issues: readonly {
        readonly ref: string;
        readonly link: string;
        readonly state: 'open' | 'resolved' | 'not-planned';
      }[];
    }
  | { readonly type: 'triage-declared-done'; readonly nothingToFix?: string }
  | {
      readonly type: 'postmortem-part-recorded';
      readonly part: PostmortemPart;
      readonly text: string;
      readonly evidence: readonly string[];
      readonly class?: FindingClass;
      readonly key?: boolean;
      readonly entry?: string;
      readonly verdict?: 'yes' | 'no' | 'accepted' | 'rejected';
      readonly consulted?: string;
      readonly procedure?: string;
      readonly party?: string;
    }
  | { readonly type: 'postmortem-completed' };

export type EventBody = SharedEvent | ResponseEvent | NotificationEvent | StatusPostEvent | FollowUpEvent;
export type EventType = EventBody['type'];
export type EventOf<Type extends EventType> = Extract<EventBody, { readonly type: Type }>;

/** Recorded once, never changed; `at` is when the incident learned of it, `happenedAt` when it was so. */
export interface Recording extends Author {
  readonly seq: number;
  readonly at: Instant;
  readonly happenedAt?: Instant;
  readonly messageId?: string;
}
export type IncidentEvent = EventBody & Recording;

/** When the thing itself happened, as far as anybody said so. */
export function happenedAt(event: Recording): Instant {
  return event.happenedAt ?? event.at;
}
