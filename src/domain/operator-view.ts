/** What an operator sees at a glance: status for programs, current details for the Temporal UI, attributes to filter by. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { nextDeadline, type Clock } from './running-clocks';
import { alarmsInForce } from './alarms-in-force';
import { campaignsInDoubt, stopReasons, type DeliveryBrake } from './delivery-control';
import { laterOutcomes } from './delivery';
import type { DeliveryTotals } from './events';
import { unsettledEntries } from './follow-up';
import {
  awaitedHoldSigner,
  earlierEradicationGates,
  eradicationGate,
  gatesOf,
  isPlanPassed,
  noticeGateOf,
  statusPostGateOf,
  type Gate,
  type Lack,
} from './gates';
import { anchorInForce, incidentPhase, phaseOfFollowUp, type Incident, type IncidentPhase } from './incident';
import type { Hold, HoldContent } from './holds';
import type { Instant } from './instant';
import { beginningOf } from './moment';
import { latestSafeStart, type LatestSafeStart } from './latest-safe-start';
import {
  currentTenantSet,
  deliveryTotals,
  notificationPhase,
  recipientsPending,
  sentNotices,
} from './notification';
import { remembered } from './remembered';
import { plansInForce, responsePhase, ruledServices, servicePhase } from './response-questions';

export interface IncidentStatus {
  readonly incidentId: string;
  readonly title: string;
  readonly severity: string;
  readonly mode: 'live' | 'drill';
  readonly phase: IncidentPhase;
  readonly response: { readonly phase: string; readonly round: number };
  /** What went wrong in time and is not mended, a sentence each. */
  readonly alarms: readonly string[];
  /** SHA-256 of the policy that is pinned to the incident; `firebreak policy show` tells the one of a file. */
  readonly policyDigest?: string;
  /** Every version of the eradication plan that rules a service, the newest last. */
  readonly eradicationPlans: readonly {
    readonly version: number;
    readonly services: readonly string[];
    readonly state: 'awaited' | 'rejected' | 'passed';
  }[];
  readonly notification: {
    readonly phase: string;
    readonly tenants?: number;
    readonly tenantSetVersion?: number;
  };
  readonly followUp: { readonly phase: string; readonly entriesOpen: number };
  readonly services: readonly { readonly service: string; readonly team: string; readonly phase: string }[];
  readonly notices: readonly {
    readonly noticeId: string;
    readonly revision: number;
    readonly stage: string;
    readonly state: string;
    /** How often a standing update was sent again, and whether it will be. */
    readonly standing?: { readonly isEnded: boolean; readonly repetitions: number };
  }[];
  readonly holds: readonly HoldView[];
  /** Posts on the service health dashboard, by which no tenant is told. */
  readonly statusPosts: readonly {
    readonly postId: string;
    readonly revision: number;
    readonly state: string;
  }[];
  readonly waitingFor: WaitingFor;
  readonly nextDeadline?: Clock;
  /** When a notice has to leave at the latest, while none has. */
  readonly latestSafeStart?: LatestSafeStart;
  readonly deliveries: DeliveryTotals;
  /** Present while no mail leaves because somebody said so. */
  readonly deliveryHold?: DeliveryBrake;
  readonly closedAt?: Instant;
}

/** A hold in full: what its signers read before they sign. */
export interface HoldView extends HoldContent {
  readonly hash: string;
  readonly state: string;
}

export type WaitingFor =
  | 'security-response'
  | 'service-team'
  | 'executive-incident-manager'
  | 'communications'
  | 'legal'
  | 'delivery'
  | 'nobody';

export const statusOf = remembered((incident: Incident): IncidentStatus => {
  const { declaration, response, notification, followUp } = incident;
  const tenantSet = currentTenantSet(notification);
  const deadline = nextDeadline(incident);
  const safeStart = latestSafeStart(incident);
  return {
    incidentId: declaration.incidentId,
    title: declaration.title,
    severity: declaration.severity,
    mode: declaration.mode,
    phase: incidentPhase(incident),
    response: { phase: responsePhase(response), round: response.round },
    alarms: alarmsInForce(incident),
    eradicationPlans: plansInForce(response, 'eradication').map((plan) => ({
      version: plan.version,
      services: ruledServices(response, plan),
      state: isPlanPassed(incident, plan) ? 'passed' : plan.decision.kind,
    })),
    notification: {
      phase: notificationPhase(notification),
      ...(tenantSet && { tenants: tenantSet.tenants, tenantSetVersion: tenantSet.version }),
    },
    followUp: { phase: phaseOfFollowUp(incident), entriesOpen: unsettledEntries(followUp).length },
    services: response.services.map(({ service, team }) => ({
      service,
      team,
      phase: phaseOfService(incident, service),
    })),
    notices: notification.notices.map(({ noticeId, revision, stage, state, standing }) => ({
      noticeId,
      revision,
      stage,
      state: state.kind,
      ...(standing && {
        standing: { isEnded: standing.kind === 'ended', repetitions: standing.repetitions },
      }),
    })),
    holds: incident.holds.map(holdView),
    statusPosts: incident.statusPosts.map(({ postId, revision, state }) => ({
      postId,
      revision,
      state: state.kind,
    })),
    waitingFor: waitingFor(incident),
    deliveries: deliveryTotals(notification),
    ...(deadline && { nextDeadline: deadline }),
    ...(incident.policyDigest !== undefined && { policyDigest: incident.policyDigest }),
    ...(safeStart && { latestSafeStart: safeStart }),
    ...(incident.deliveryControl.brake && { deliveryHold: incident.deliveryControl.brake }),
    ...(incident.closedAt !== undefined && { closedAt: incident.closedAt }),
  };
});

function holdView({ holdId, notices, duties, reason, until, hash, state }: Hold): HoldView {
  return { holdId, notices, duties, reason, until, hash, state: state.kind };
}

/** `watch` and `stable` are for all services together. */
function phaseOfService({ response }: Incident, service: string): string {
  const whole = responsePhase(response);
  return whole === 'watch' || whole === 'stable' ? whole : servicePhase(response, service);
}

/** Whose move it is: approvals first, for everything behind them stands still. */
export function waitingFor(incident: Incident): WaitingFor {
  if (incident.closedAt !== undefined) return 'nobody';
  if (gatesAwaitingApproval(incident).length > 0) return 'executive-incident-manager';
  const signer = awaitedHoldSigner(incident);
  if (signer !== undefined) return signer;
  const phase = notificationPhase(incident.notification);
  if (phase === 'sending') return deliveryAwaits(incident);
  if (phase === 'drafting' || phase === 'updating' || phase === 'scoping') return 'communications';
  return responsePhase(incident.response) === 'containment' ||
    responsePhase(incident.response) === 'eradication'
    ? 'service-team'
    : 'security-response';
}

function deliveryAwaits({ deliveryControl, notification }: Incident): WaitingFor {
  if (deliveryControl.brake !== undefined) return 'communications';
  const isStandingStill = stopReasons(notification).length + campaignsInDoubt(notification).length > 0;
  return isStandingStill ? 'security-response' : 'delivery';
}

/** The gates that wait for a signature and for nothing else. */
function gatesAwaitingApproval(incident: Incident): readonly Gate[] {
  const notices = incident.notification.notices.map((notice) => noticeGateOf(incident, notice));
  const posts = incident.statusPosts.map(statusPostGateOf);
  return [eradicationGate(incident), ...earlierEradicationGates(incident), ...notices, ...posts].filter(
    (gate) => gate.objectHash !== undefined && lacksApprovalOnly(gate),
  );
}

function lacksApprovalOnly(gate: Gate): boolean {
  return gate.lacks.length > 0 && gate.lacks.every((lack) => lack.code === 'approval');
}

const detailsLimitBytes = 2000;

/** Markdown under 2 KB, without personal data: phases, whose move it is, clocks, deliveries, what closed gates lack. */
export function currentDetailsOf(incident: Incident, now: Instant): string {
  const status = statusOf(incident);
  const closedGates = gatesOf(incident, now).filter((gate) => !gate.isOpen);
  const paragraphs = [
    `**${status.phase}** — round ${String(status.response.round)}, notification ${status.notification.phase}, follow-up ${status.followUp.phase}`,
    `Waiting for: **${status.waitingFor}**`,
    status.alarms.map((alarm) => `**ALARM: ${alarm}**`).join('\n'),
    deadlineLine(status),
    safeStartLine(status),
    holdLine(status),
    deliveryLine(incident, status),
    closedGates.map(gateLine).join('\n'),
    incident.closedAt === undefined ? whatYouCanDo : '',
    status.services.map(({ service, phase }) => `- ${service}: ${phase}`).join('\n'),
  ];
  return cut(paragraphs.filter((paragraph) => paragraph !== '').join('\n\n'), detailsLimitBytes);
}

const whatYouCanDo =
  'You can: approve, reject, openBug, closeBug, reopenBug (signals); all others are updates, see their descriptions.';

function deadlineLine({ nextDeadline: next }: IncidentStatus): string {
  return next === undefined ? '' : `Next deadline: ${next.dueAt} (${next.basis}) ${next.clock}`;
}

function safeStartLine({ latestSafeStart: start }: IncidentStatus): string {
  return start === undefined ? '' : `Latest safe start: ${start.at}, for what is due at ${start.dueAt}`;
}

function holdLine({ holds }: IncidentStatus): string {
  const inForce = holds.filter(({ state }) => state === 'in-force');
  return inForce.map(({ holdId, until }) => `Hold **${holdId}** is in force until ${until}`).join('\n');
}

function deliveryLine(incident: Incident, { deliveries }: IncidentStatus): string {
  if (sentNotices(incident.notification).length === 0) return '';
  return `Deliveries: ${String(deliveries.accepted)} accepted, ${String(recipientsPending(deliveries))} pending, ${String(deliveries.needsHuman)} for a person${laterOutcomes(
    deliveries,
  )
    .map((outcome) => `, ${outcome}`)
    .join('')}`;
}

const lacksShown = 2;

const lackLimit = 160;

function gateLine(gate: Gate): string {
  const shown = gate.lacks.slice(0, lacksShown).map((lack) => cut(lackText(lack), lackLimit));
  const more = gate.lacks.length > lacksShown ? `; and ${String(gate.lacks.length - lacksShown)} more` : '';
  return `- gate **${gate.gate}** lacks: ${shown.join('; ')}${more}`;
}

export function lackText({ sentence, who }: Lack): string {
  return `${sentence} → ${who}`;
}

/** Cuts at whole characters, so that what is left has at most so many bytes of UTF-8. */
function cut(text: string, limitBytes: number): string {
  const bytes = utf8ToBytes(text);
  if (bytes.length <= limitBytes) return text;
  let end = limitBytes - ellipsisBytes;
  while (isInsideCharacter(bytes[end])) end -= 1;
  return `${new TextDecoder().decode(bytes.subarray(0, end))}…`;
}

const ellipsisBytes = 3;

function isInsideCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}

export interface IncidentAttributes {
  readonly IncidentPhase: string;
  readonly IncidentWaitingFor: string;
  readonly IncidentServices: readonly string[];
  readonly IncidentNextDeadline?: Instant;
  readonly IncidentDetectedAt?: Instant;
  readonly RecipientsPending: number;
  readonly RecipientsFailed: number;
  readonly EntriesOpen: number;
}

/** Recipient counts move in steps of this share of a campaign, so that a million mails are some dozen upserts. */
const recipientSteps = 10;

export function attributesOf(incident: Incident): IncidentAttributes {
  const status = statusOf(incident);
  const detection = anchorInForce(incident, 'detection');
  return {
    IncidentPhase: status.phase,
    IncidentWaitingFor: status.waitingFor,
    IncidentServices: status.services.map(({ service }) => service),
    RecipientsPending: stepped(recipientsPending(status.deliveries), status.notification.tenants ?? 0),
    RecipientsFailed: status.deliveries.needsHuman,
    EntriesOpen: status.followUp.entriesOpen,
    ...(status.nextDeadline && { IncidentNextDeadline: status.nextDeadline.dueAt }),
    ...(detection && { IncidentDetectedAt: beginningOf(detection) }),
  };
}

function stepped(pending: number, tenants: number): number {
  const step = Math.max(1, Math.floor(tenants / recipientSteps));
  return Math.ceil(pending / step) * step;
}
