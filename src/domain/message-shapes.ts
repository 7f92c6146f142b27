/** The shape of every message of an incident, for the workflow. The contract holds the same in zod; a test keeps them one. */
import type * as contract from '../contract/messages';
import type { ConcernedService, Impact } from '../contract/declaration';
import type { Sender } from '../contract/principal';
import {
  flag,
  instant,
  listOf,
  object,
  oneOf,
  optional,
  pattern,
  positiveInteger,
  text,
  type Check,
  type Shape,
} from './shape';

const line = text(500);
const reason = text(2000);
const evidence = optional(listOf(line, { max: 50 }));
const confidence = oneOf(['low', 'medium', 'high']);
const name = pattern(/^[\w.:/-]{1,100}$/, 'letters, digits and . _ : / - only, at most 100');
const anchorKind = oneOf([
  'occurrence',
  'detection',
  'awareness',
  'determination',
  'confirmation',
  'classification',
  'materiality',
]);
const moment = pattern(
  /^(?=.{1,40}$)\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?$/,
  'a date as precise as it is known, at most 40 characters, e.g. 2026-11-23T15:20:00Z, 2026-11-23 or 2026-11',
);
const precision = oneOf(['second', 'minute', 'day', 'month']);
const track = oneOf(['containment', 'eradication', 'recovery']);
const entryKind = oneOf(['bug', 'change-request', 'process', 'improvement']);
const resolution = oneOf(['resolved', 'not-planned', 'duplicate-of']);
const planKind = oneOf(['containment', 'eradication']);

const sender: Shape<Sender> = {
  by: pattern(/^[\w.@:/+-]{1,200}$/, 'an opaque id of letters, digits and . _ @ : / + -'),
  role: oneOf([
    'security-response',
    'service-team',
    'executive-incident-manager',
    'communications',
    'legal',
    'participant',
  ]),
  team: optional(text(200)),
  capacity: optional(text(200)),
  boundBy: optional(oneOf(['signature', 'http-token', 'cli-identity', 'stated', 'system'])),
  messageId: optional(text(200)),
  happenedAt: optional(instant),
};

const impact = object<Impact>({
  customers: optional(listOf(line)),
  customerData: optional(listOf(line)),
  ownSystems: optional(listOf(line)),
});

const concernedService = object<ConcernedService>({
  service: name,
  team: name,
  regions: optional(listOf(name)),
  outside: optional(text(200)),
});

const factValue: Check = (value, field) => {
  if (typeof value === 'number' || typeof value === 'boolean') return undefined;
  return Array.isArray(value) ? listOf(line)(value, field) : text(500)(value, field);
};

export const messageShapes = {
  openEntry: {
    ...sender,
    ref: line,
    title: line,
    kind: optional(entryKind),
    owner: optional(line),
    gating: optional(flag),
    priority: optional(line),
  } satisfies Shape<contract.OpenEntry>,
  closeEntry: {
    ...sender,
    ref: line,
    resolution: optional(resolution),
    duplicateOf: optional(line),
  } satisfies Shape<contract.CloseEntry>,
  reopenEntry: { ...sender, ref: line, reason } satisfies Shape<contract.ReopenEntry>,
  recordEntry: {
    ...sender,
    change: oneOf(['open', 'close', 'reopen']),
    ref: line,
    title: optional(line),
    kind: optional(entryKind),
    owner: optional(line),
    gating: optional(flag),
    priority: optional(line),
    resolution: optional(resolution),
    duplicateOf: optional(line),
    reason: optional(reason),
  } satisfies Shape<contract.RecordEntry>,
  assignEntry: { ...sender, ref: line, owner: line } satisfies Shape<contract.AssignEntry>,
  waiveEntry: { ...sender, ref: line, reason, expiresAt: instant } satisfies Shape<contract.WaiveEntry>,
  recordFact: {
    ...sender,
    text: optional(text()),
    name: optional(line),
    value: optional(factValue),
    impact: optional(impact),
  } satisfies Shape<contract.RecordFact>,
  recordAnchor: {
    ...sender,
    kind: anchorKind,
    at: moment,
    precision,
    zone: optional(text(60)),
    basis: reason,
    supersedes: optional(line),
    reason: optional(reason),
  } satisfies Shape<contract.RecordAnchor>,
  chooseAnchor: { ...sender, anchor: line, reason } satisfies Shape<contract.ChooseAnchor>,
  addServices: {
    ...sender,
    services: listOf(concernedService, { min: 1 }),
  } satisfies Shape<contract.AddServices>,
  recordAnalysis: { ...sender, text: text(), evidence } satisfies Shape<contract.RecordAnalysis>,
  recordEmergencyAction: {
    ...sender,
    what: text(),
    why: reason,
    service: optional(line),
    track: optional(track),
  } satisfies Shape<contract.RecordEmergencyAction>,
  reviewEmergencyAction: {
    ...sender,
    action: line,
    verdict: oneOf(['upheld', 'criticised']),
    reason,
  } satisfies Shape<contract.ReviewEmergencyAction>,
  reportSignOfBreach: { ...sender, what: text(), evidence } satisfies Shape<contract.ReportSignOfBreach>,
  recordSharing: {
    ...sender,
    with: line,
    what: text(),
    under: line,
    evidence,
  } satisfies Shape<contract.RecordSharing>,
  proposePlan: {
    ...sender,
    kind: planKind,
    objective: text(),
    restsOn: optional(listOf(line)),
    tasks: listOf(
      object<contract.PlannedTask>({ service: line, what: line, track, supporter: optional(line) }),
      { min: 1, max: 500 },
    ),
    recommendation: optional(
      object<contract.Recommendation>({
        technique: text(),
        nature: text(),
        scope: text(),
        depthOfPenetration: text(),
        repercussions: text(),
      }),
    ),
    options: optional(
      listOf(object<contract.PlanOption>({ option: line, businessImpact: text() }), { max: 20 }),
    ),
  } satisfies Shape<contract.ProposePlan>,
  agree: {
    ...sender,
    kind: planKind,
    version: positiveInteger,
    verdict: oneOf(['agree', 'decline']),
    service: optional(line),
    reason: optional(reason),
  } satisfies Shape<contract.Agree>,
  completeTask: {
    ...sender,
    service: line,
    track,
    what: line,
    evidence,
  } satisfies Shape<contract.CompleteTask>,
  markUnaffected: { ...sender, service: line, reason } satisfies Shape<contract.MarkUnaffected>,
  recordOutsideStatement: {
    ...sender,
    service: line,
    statement: text(),
    evidence,
  } satisfies Shape<contract.RecordOutsideStatement>,
  recordEviction: {
    ...sender,
    foothold: line,
    state: oneOf(['known', 'evicted']),
    service: optional(line),
    confidence: optional(confidence),
    evidence,
  } satisfies Shape<contract.RecordEviction>,
  recordVulnerability: {
    ...sender,
    vulnerability: line,
    state: oneOf(['known', 'mitigated', 'accepted', 'unknown']),
    service: optional(line),
    evidence,
    reason: optional(reason),
    expiresAt: optional(instant),
  } satisfies Shape<contract.RecordVulnerability>,
  stateRootCause: {
    ...sender,
    verdict: oneOf(['removed', 'not-proven']),
    confidence: optional(confidence),
    evidence,
    doneInstead: optional(text()),
  } satisfies Shape<contract.StateRootCause>,
  confirmRecovery: { ...sender, reason } satisfies Shape<contract.ConfirmRecovery>,
  recordRecovery: {
    ...sender,
    service: line,
    part: oneOf(['baseline', 'last-known-good', 'restore', 'inspection', 'consultation', 'restored']),
    text: text(),
    evidence,
    goodAt: optional(instant),
    vulnerability: optional(line),
    overrideReason: optional(reason),
  } satisfies Shape<contract.RecordRecovery>,
  startWatch: {
    ...sender,
    endsAt: optional(instant),
    controls: text(),
  } satisfies Shape<contract.StartWatch>,
  endWatch: {
    ...sender,
    planCarriedOut: reason,
    noSignOfBreach: reason,
    findings: optional(text()),
  } satisfies Shape<contract.EndWatch>,
  determine: {
    ...sender,
    customerReportable: oneOf(['yes', 'no', 'undetermined']),
    basis: reason,
  } satisfies Shape<contract.Determine>,
  setAffectedTenants: {
    ...sender,
    services: optional(
      listOf(
        object<{ service: string; regions?: string[] }>({ service: line, regions: optional(listOf(line)) }),
      ),
    ),
    from: instant,
    to: optional(instant),
    include: optional(listOf(line, { max: 1000 })),
    exclude: optional(listOf(line, { max: 1000 })),
    excludeReason: optional(reason),
    changed: optional(listOf(line, { max: 1000 })),
    everyFactChanged: optional(flag),
    reason,
  } satisfies Shape<contract.SetAffectedTenants>,
  leaveRemovedTenants: {
    ...sender,
    tenantSetVersion: positiveInteger,
    reason,
  } satisfies Shape<contract.LeaveRemovedTenants>,
  attestDelivery: {
    ...sender,
    tenantId: line,
    noticeId: optional(line),
    channel: oneOf(['post', 'phone', 'in-person']),
    at: instant,
    reference: line,
    reason: optional(reason),
  } satisfies Shape<contract.AttestDelivery>,
  waiveDelivery: {
    ...sender,
    tenantId: line,
    noticeId: optional(line),
    reason,
  } satisfies Shape<contract.WaiveDelivery>,
  decideUndecided: {
    ...sender,
    ruleId: line,
    applies: flag,
    reason,
  } satisfies Shape<contract.DecideUndecided>,
  proposeNotice: {
    ...sender,
    noticeId: pattern(
      /^[A-Za-z0-9][\w.-]{0,99}$/,
      'a letter or digit, then letters, digits and . _ - only, at most 100',
    ),
    revision: positiveInteger,
    stage: oneOf(['first', 'supplementary', 'correction', 'withdrawal', 'update', 'final', 'by-difference']),
    contentHash: pattern(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal'),
    standing: optional(flag),
  } satisfies Shape<contract.ProposeNotice>,
  proposeStatusPost: {
    ...sender,
    postId: pattern(
      /^[A-Za-z0-9][\w.-]{0,99}$/,
      'a letter or digit, then letters, digits and . _ - only, at most 100',
    ),
    revision: positiveInteger,
    contentHash: pattern(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal'),
    tlp: oneOf(['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED']),
  } satisfies Shape<contract.ProposeStatusPost>,
  recordFiling: {
    ...sender,
    ruleId: line,
    stage: line,
    reference: line,
    submittedAt: moment,
    precision: optional(precision),
    zone: optional(text(60)),
    evidence,
  } satisfies Shape<contract.RecordFiling>,
  recordPromise: {
    ...sender,
    text: text(),
    hours: positiveInteger,
    madeAt: moment,
    precision,
    zone: optional(text(60)),
    covers: (value, field) =>
      value === 'all' ? undefined : listOf(line, { min: 1, max: 1000 })(value, field),
    basis: reason,
  } satisfies Shape<contract.RecordPromise>,
  holdNotice: {
    ...sender,
    holdId: optional(
      pattern(
        /^[A-Za-z0-9][\w.-]{0,99}$/,
        'a letter or digit, then letters, digits and . _ - only, at most 100',
      ),
    ),
    scope: object<contract.HoldScope>({ notices: optional(listOf(line)), duties: optional(listOf(line)) }),
    reason,
    until: instant,
  } satisfies Shape<contract.HoldNotice>,
  releaseHold: { ...sender, holdId: line, reason } satisfies Shape<contract.ReleaseHold>,
  holdDelivery: { ...sender, reason } satisfies Shape<contract.HoldDelivery>,
  resumeDelivery: { ...sender, reason } satisfies Shape<contract.ResumeDelivery>,
  settleDoubts: {
    ...sender,
    campaignId: line,
    decision: oneOf(['accepted', 'resend']),
    messageIds: optional(listOf(pattern(/^[!-~]{1,300}$/, 'a Message-ID'), { min: 1, max: 1000 })),
    reason,
  } satisfies Shape<contract.SettleDoubts>,
  endStandingUpdate: { ...sender, noticeId: line, reason } satisfies Shape<contract.EndStandingUpdate>,
  retryStep: { ...sender, step: text(1000), reason } satisfies Shape<contract.RetryStep>,
  postmortem: {
    ...sender,
    part: oneOf([
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
    ]),
    text: text(),
    evidence,
    class: optional(
      oneOf([
        'technical-lapse',
        'procedural-failure',
        'manual-error',
        'process-flaw',
        'communication-breakdown',
        'unknown-attack-vector',
      ]),
    ),
    key: optional(flag),
    entry: optional(line),
    verdict: optional(oneOf(['yes', 'no', 'accepted', 'rejected'])),
    consulted: optional(line),
    procedure: optional(line),
    party: optional(line),
  } satisfies Shape<contract.Postmortem>,
  declareTriageDone: {
    ...sender,
    nothingToFix: optional(reason),
  } satisfies Shape<contract.DeclareTriageDone>,
};
