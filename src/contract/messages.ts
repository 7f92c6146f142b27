/**
 * Every message that a person or a service sends to a running incident. One flat object each, because people type
 * them in the Temporal UI; types are those of the wire, where a default may be left out. The workflow checks the same shapes without zod (domain/message-shapes.ts).
 */
import { z } from 'zod';
import { AnchorKind, Moment, Precision } from './anchor';
import { ConcernedService, Impact, Tlp } from './declaration';
import { Sender } from './principal';
import { StatusPostId } from './status-post';

const text = z.string().min(1).max(10_000);
const line = z.string().min(1).max(500);
const reason = z.string().min(1).max(2000);
const evidence = z.array(line).max(50).default([]);
const instant = z.iso.datetime({ offset: true });

const message = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject({ ...Sender.shape, ...shape });

/** Body of the signals `approve` and `reject` and of the update `decide`: nothing but the signed token. */
export const DecisionMessage = z.strictObject({ token: z.string().min(1).max(12_288) });
export type DecisionMessage = z.input<typeof DecisionMessage>;

// Follow-up entries

export const EntryKind = z.enum(['bug', 'change-request', 'process', 'improvement']);
export type EntryKind = z.input<typeof EntryKind>;

export const OpenEntry = message({
  ref: line,
  title: line,
  kind: EntryKind.default('bug'),
  owner: line.optional(),
  gating: z.boolean().default(true),
  priority: line.optional(),
});
export type OpenEntry = z.input<typeof OpenEntry>;

export const EntryResolution = z.enum(['resolved', 'not-planned', 'duplicate-of']);
export type EntryResolution = z.input<typeof EntryResolution>;

export const CloseEntry = message({
  ref: line,
  resolution: EntryResolution.default('resolved'),
  duplicateOf: line.optional(),
});
export type CloseEntry = z.input<typeof CloseEntry>;

export const ReopenEntry = message({ ref: line, reason });
export type ReopenEntry = z.input<typeof ReopenEntry>;

/** The same three changes as one update, for callers that need the answer. */
export const RecordEntry = message({
  change: z.enum(['open', 'close', 'reopen']),
  ref: line,
  title: line.optional(),
  kind: EntryKind.optional(),
  owner: line.optional(),
  gating: z.boolean().optional(),
  priority: line.optional(),
  resolution: EntryResolution.optional(),
  duplicateOf: line.optional(),
  reason: reason.optional(),
});
export type RecordEntry = z.input<typeof RecordEntry>;

export const AssignEntry = message({ ref: line, owner: line });
export type AssignEntry = z.input<typeof AssignEntry>;

export const WaiveEntry = message({ ref: line, reason, expiresAt: instant });
export type WaiveEntry = z.input<typeof WaiveEntry>;

// Facts

export const FactValue = z.union([
  z.string().min(1).max(500),
  z.number(),
  z.boolean(),
  z.array(line).max(100),
]);
export type FactValue = z.input<typeof FactValue>;

/** A sentence for the timeline, a named fact that rules read, a new impact statement, or several of them. */
export const RecordFact = message({
  text: text.optional(),
  name: line.optional(),
  value: FactValue.optional(),
  impact: Impact.optional(),
});
export type RecordFact = z.input<typeof RecordFact>;

export const RecordAnchor = message({
  kind: AnchorKind,
  ...Moment.shape,
  basis: reason,
  supersedes: line.optional(),
  reason: reason.optional(),
});
export type RecordAnchor = z.input<typeof RecordAnchor>;

export const ChooseAnchor = message({ anchor: line, reason });
export type ChooseAnchor = z.input<typeof ChooseAnchor>;

export const AddServices = message({ services: z.array(ConcernedService).min(1).max(100) });
export type AddServices = z.input<typeof AddServices>;

// Response

export const RecordAnalysis = message({ text, evidence });
export type RecordAnalysis = z.input<typeof RecordAnalysis>;

/** With `track`, work of the service's own team that no plan names: it counts as done, and is reviewed. */
export const RecordEmergencyAction = message({
  what: text,
  why: reason,
  service: line.optional(),
  track: z.enum(['containment', 'eradication', 'recovery']).optional(),
});
export type RecordEmergencyAction = z.input<typeof RecordEmergencyAction>;

export const ReviewEmergencyAction = message({
  action: line,
  verdict: z.enum(['upheld', 'criticised']),
  reason,
});
export type ReviewEmergencyAction = z.input<typeof ReviewEmergencyAction>;

export const ReportSignOfBreach = message({ what: text, evidence });
export type ReportSignOfBreach = z.input<typeof ReportSignOfBreach>;

/** What is told to a body outside, such as law enforcement, and under whose authority (S08). */
export const RecordSharing = message({ with: line, what: text, under: line, evidence });
export type RecordSharing = z.input<typeof RecordSharing>;

export const PlanKind = z.enum(['containment', 'eradication']);
export type PlanKind = z.input<typeof PlanKind>;

export const PlannedTask = z.strictObject({
  service: line,
  what: line,
  track: z.enum(['containment', 'eradication', 'recovery']),
  supporter: line.optional(),
});
export type PlannedTask = z.input<typeof PlannedTask>;

/** The four factors on which an eradication recommendation rests (S19). */
export const Recommendation = z.strictObject({
  technique: text,
  nature: text,
  scope: text,
  depthOfPenetration: text,
  repercussions: text,
});
export type Recommendation = z.input<typeof Recommendation>;

export const PlanOption = z.strictObject({ option: line, businessImpact: text });
export type PlanOption = z.input<typeof PlanOption>;

export const ProposePlan = message({
  kind: PlanKind,
  objective: text,
  restsOn: z.array(line).max(100).default([]),
  tasks: z.array(PlannedTask).min(1, 'name at least one task').max(500),
  recommendation: Recommendation.optional(),
  options: z.array(PlanOption).max(20).default([]),
});
export type ProposePlan = z.input<typeof ProposePlan>;

/** `service` is the one that a service team speaks for; security-response agrees for itself and leaves it out. */
export const Agree = message({
  kind: PlanKind,
  version: z.int().min(1),
  verdict: z.enum(['agree', 'decline']),
  service: line.optional(),
  reason: reason.optional(),
});
export type Agree = z.input<typeof Agree>;

export const CompleteTask = message({
  service: line,
  track: z.enum(['containment', 'eradication', 'recovery']),
  what: line,
  evidence,
});
export type CompleteTask = z.input<typeof CompleteTask>;

export const MarkUnaffected = message({ service: line, reason });
export type MarkUnaffected = z.input<typeof MarkUnaffected>;

/** What the owner of a service outside our house has stated to have done. */
export const RecordOutsideStatement = message({ service: line, statement: text, evidence });
export type RecordOutsideStatement = z.input<typeof RecordOutsideStatement>;

export const Confidence = z.enum(['low', 'medium', 'high']);
export type Confidence = z.input<typeof Confidence>;

/** A foothold becomes known with `state: known`, and evicted with a claim (S16). */
export const RecordEviction = message({
  foothold: line,
  state: z.enum(['known', 'evicted']),
  service: line.optional(),
  confidence: Confidence.optional(),
  evidence,
});
export type RecordEviction = z.input<typeof RecordEviction>;

export const RecordVulnerability = message({
  vulnerability: line,
  state: z.enum(['known', 'mitigated', 'accepted', 'unknown']),
  service: line.optional(),
  evidence,
  reason: reason.optional(),
  expiresAt: instant.optional(),
});
export type RecordVulnerability = z.input<typeof RecordVulnerability>;

export const StateRootCause = message({
  verdict: z.enum(['removed', 'not-proven']),
  confidence: Confidence.optional(),
  evidence,
  doneInstead: text.optional(),
});
export type StateRootCause = z.input<typeof StateRootCause>;

export const ConfirmRecovery = message({ reason });
export type ConfirmRecovery = z.input<typeof ConfirmRecovery>;

export const RecoveryPart = z.enum([
  'baseline',
  'last-known-good',
  'restore',
  'inspection',
  'consultation',
  'restored',
]);
export type RecoveryPart = z.input<typeof RecoveryPart>;

/** One record of a service's recovery (S25–S32); which fields a part needs is said by the refusal. */
export const RecordRecovery = message({
  service: line,
  part: RecoveryPart,
  text,
  evidence,
  goodAt: instant.optional(),
  vulnerability: line.optional(),
  overrideReason: reason.optional(),
});
export type RecordRecovery = z.input<typeof RecordRecovery>;

/** Without `endsAt` it lasts as long as the policy says for the severity. */
export const StartWatch = message({ endsAt: instant.optional(), controls: text });
export type StartWatch = z.input<typeof StartWatch>;

/** Both exit checks in words: the plan was carried out (S34); no sign of breach remains (S35). */
export const EndWatch = message({
  planCarriedOut: reason,
  noSignOfBreach: reason,
  findings: text.optional(),
});
export type EndWatch = z.input<typeof EndWatch>;

// Notification

export const Determine = message({
  customerReportable: z.enum(['yes', 'no', 'undetermined']),
  basis: reason,
});
export type Determine = z.input<typeof Determine>;

const serviceUse = z.strictObject({ service: line, regions: z.array(line).max(100).default([]) });
const tenantIds = z.array(line).max(1000, 'at most 1,000 ids in a message; import longer lists by reference');

export const SetAffectedTenants = message({
  services: z.array(serviceUse).max(100).default([]),
  from: instant,
  to: instant.optional(),
  include: tenantIds.default([]),
  exclude: tenantIds.default([]),
  excludeReason: reason.optional(),
  changed: tenantIds.default([]),
  everyFactChanged: z.boolean().default(false),
  reason,
});
export type SetAffectedTenants = z.input<typeof SetAffectedTenants>;

/** That those who were told and are no longer affected are not to get a withdrawal. */
export const LeaveRemovedTenants = message({ tenantSetVersion: z.int().min(1), reason });
export type LeaveRemovedTenants = z.input<typeof LeaveRemovedTenants>;

/** Somebody vouches that a tenant which no message reaches was told by hand. `noticeId` when only one notice is meant. */
export const AttestDelivery = message({
  tenantId: line,
  noticeId: line.optional(),
  channel: z.enum(['post', 'phone', 'in-person']),
  at: instant,
  reference: line,
  reason: reason.optional(),
});
export type AttestDelivery = z.input<typeof AttestDelivery>;

/** That a tenant which no message reaches is not told by hand. */
export const WaiveDelivery = message({ tenantId: line, noticeId: line.optional(), reason });
export type WaiveDelivery = z.input<typeof WaiveDelivery>;

export const DecideUndecided = message({ ruleId: line, applies: z.boolean(), reason });
export type DecideUndecided = z.input<typeof DecideUndecided>;

/** `by-difference` gives every tenant the kind that it is owed: first, supplementary, withdrawal, or nothing. */
export const NoticeStage = z.enum([
  'first',
  'supplementary',
  'correction',
  'withdrawal',
  'update',
  'final',
  'by-difference',
]);
export type NoticeStage = z.input<typeof NoticeStage>;

/** What one tenant gets. */
export const NoticeKind = NoticeStage.exclude(['by-difference']);
export type NoticeKind = z.input<typeof NoticeKind>;

/** The text itself lies in the database; the message carries its reference and hash. */
export const ProposeNotice = message({
  noticeId: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'begin with a letter or digit, then letters, digits and . _ - only'),
  revision: z.int().min(1),
  stage: NoticeStage,
  contentHash: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal'),
  /** Of an update: approved once, it is sent again without news at every repetition of the duty. */
  standing: z.boolean().optional(),
});
export type ProposeNotice = z.input<typeof ProposeNotice>;

/** A post on the service health dashboard (S49); its text lies in the database as that of a notice does. */
export const ProposeStatusPost = message({
  postId: StatusPostId,
  revision: z.int().min(1),
  contentHash: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal'),
  tlp: Tlp,
});
export type ProposeStatusPost = z.input<typeof ProposeStatusPost>;

const holdId = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'begin with a letter or digit, then letters, digits and . _ - only');

/** Notices by id, duties by rule id; a hold never stops a duty that it does not name. */
export const HoldScope = z.strictObject({
  notices: z.array(line).max(100).default([]),
  duties: z.array(line).max(100).default([]),
});
export type HoldScope = z.input<typeof HoldScope>;

/** Asks legal and an executive incident manager to keep notices back until an instant. */
export const HoldNotice = message({ holdId: holdId.optional(), scope: HoldScope, reason, until: instant });
export type HoldNotice = z.input<typeof HoldNotice>;

export const ReleaseHold = message({ holdId: line, reason });
export type ReleaseHold = z.input<typeof ReleaseHold>;

/** The brake of operators: no more mail of this incident leaves until it is resumed. */
export const HoldDelivery = message({ reason });
export type HoldDelivery = z.input<typeof HoldDelivery>;

/** Deliveries go on, after a hold or when the cause of a stopped line is mended. */
export const ResumeDelivery = message({ reason });
export type ResumeDelivery = z.input<typeof ResumeDelivery>;

/**
 * What is to become of deliveries that may have gone out and are held for that: the relay has them, or they are sent
 * once more. Message-IDs are written without angle brackets; all that are held unless given.
 */
export const SettleDoubts = message({
  campaignId: line,
  decision: z.enum(['accepted', 'resend']),
  messageIds: z
    .array(z.string().regex(/^[!-~]{1,300}$/, 'must be a Message-ID'))
    .min(1)
    .max(1000)
    .optional(),
  reason,
});
export type SettleDoubts = z.input<typeof SettleDoubts>;

/** A standing update is not sent again any more. */
export const EndStandingUpdate = message({ noticeId: line, reason });
export type EndStandingUpdate = z.input<typeof EndStandingUpdate>;

/** Takes a step again that failed for good, when its cause is mended. */
export const RetryStep = message({ step: z.string().min(1).max(1000), reason });
export type RetryStep = z.input<typeof RetryStep>;

/** `submittedAt` is written to the second unless `precision` says otherwise: a day when only the day is known. */
export const RecordFiling = message({
  ruleId: line,
  stage: line,
  reference: line,
  submittedAt: Moment.shape.at,
  precision: Precision.optional(),
  zone: Moment.shape.zone,
  evidence,
});
export type RecordFiling = z.input<typeof RecordFiling>;

/**
 * A public promise to tell those affected within so many hours of `madeAt`, a moment of the given `precision`. `covers`
 * is everybody affected, or tenant ids: then who becomes known later is not reached by it.
 */
export const RecordPromise = message({
  text,
  hours: z.int().min(1),
  madeAt: Moment.shape.at,
  precision: Precision,
  zone: Moment.shape.zone,
  covers: z.union([z.enum(['all']), tenantIds.min(1, 'name at least one tenant')]),
  basis: reason,
});
export type RecordPromise = z.input<typeof RecordPromise>;

// Postmortem

export const FindingClass = z.enum([
  'technical-lapse',
  'procedural-failure',
  'manual-error',
  'process-flaw',
  'communication-breakdown',
  'unknown-attack-vector',
]);
export type FindingClass = z.input<typeof FindingClass>;

export const PostmortemPart = z.enum([
  'sequence-of-events',
  'technical-summary',
  'actors',
  'response-review',
  'finding',
  'none-found',
  'sufficiency',
  'completeness',
  'suggestion',
  'sign-off',
  'requirement',
]);
export type PostmortemPart = z.input<typeof PostmortemPart>;

/** One part of the postmortem (S50–S63); which fields a part needs is said by the refusal. */
export const Postmortem = message({
  part: PostmortemPart,
  text,
  evidence,
  class: FindingClass.optional(),
  key: z.boolean().optional(),
  entry: line.optional(),
  verdict: z.enum(['yes', 'no', 'accepted', 'rejected']).optional(),
  consulted: line.optional(),
  procedure: line.optional(),
  party: line.optional(),
});
export type Postmortem = z.input<typeof Postmortem>;

export const DeclareTriageDone = message({ nothingToFix: reason.optional() });
export type DeclareTriageDone = z.input<typeof DeclareTriageDone>;

/** Every update that a person sends, by its name. */
export const incidentUpdates = {
  recordEntry: RecordEntry,
  assignEntry: AssignEntry,
  waiveEntry: WaiveEntry,
  recordFact: RecordFact,
  recordAnchor: RecordAnchor,
  chooseAnchor: ChooseAnchor,
  addServices: AddServices,
  recordAnalysis: RecordAnalysis,
  recordEmergencyAction: RecordEmergencyAction,
  reviewEmergencyAction: ReviewEmergencyAction,
  reportSignOfBreach: ReportSignOfBreach,
  recordSharing: RecordSharing,
  proposePlan: ProposePlan,
  agree: Agree,
  completeTask: CompleteTask,
  markUnaffected: MarkUnaffected,
  recordOutsideStatement: RecordOutsideStatement,
  recordEviction: RecordEviction,
  recordVulnerability: RecordVulnerability,
  stateRootCause: StateRootCause,
  confirmRecovery: ConfirmRecovery,
  recordRecovery: RecordRecovery,
  startWatch: StartWatch,
  endWatch: EndWatch,
  determine: Determine,
  setAffectedTenants: SetAffectedTenants,
  leaveRemovedTenants: LeaveRemovedTenants,
  attestDelivery: AttestDelivery,
  waiveDelivery: WaiveDelivery,
  decideUndecided: DecideUndecided,
  proposeNotice: ProposeNotice,
  proposeStatusPost: ProposeStatusPost,
  recordFiling: RecordFiling,
  recordPromise: RecordPromise,
  holdNotice: HoldNotice,
  releaseHold: ReleaseHold,
  holdDelivery: HoldDelivery,
  resumeDelivery: ResumeDelivery,
  settleDoubts: SettleDoubts,
  endStandingUpdate: EndStandingUpdate,
  retryStep: RetryStep,
  postmortem: Postmortem,
  declareTriageDone: DeclareTriageDone,
};
export type IncidentUpdates = {
  [Name in keyof typeof incidentUpdates]: z.input<(typeof incidentUpdates)[Name]>;
};
