/** What the incident does next by itself: the steps of notification and of the dashboard, one at a time. Pure: the tracks only
 * carry out what stands here. */
import { settlementStepKey, type HandSettlement } from './by-hand';
import type { AffectedTenantsRequest } from './events';
import { noticeGateOf } from './gates';
import { isAssessmentStale, type Incident } from './incident';
import {
  awaitedTenantSet,
  currentTenantSet,
  identifyStepKey,
  isNotRequired,
  isCountDue,
  judgeStepKey,
  sentNotices,
  unjudgedFilings,
  type Campaign,
  type Filing,
  type Notice,
  type PreparedNotice,
} from './notification';
import { remembered } from './remembered';
import { repeatSteps, type RepeatStep } from './standing-updates';
import { publishStepKey, type StatusPost } from './status-posts';

export type NotificationStep =
  | {
      readonly kind: 'identify';
      readonly key: string;
      readonly version: number;
      readonly request: AffectedTenantsRequest;
    }
  | { readonly kind: 'judge-filing'; readonly key: string; readonly filing: Filing }
  | { readonly kind: 'assess'; readonly key: string; readonly tenantSetVersion: number }
  | { readonly kind: 'prepare'; readonly key: string; readonly notice: Notice }
  | RepeatStep
  | { readonly kind: 'start-shards'; readonly key: string; readonly campaign: Campaign }
  | { readonly kind: 'count'; readonly key: string; readonly campaign: Campaign }
  | { readonly kind: 'settle-by-hand'; readonly key: string; readonly settlement: HandSettlement }
  | {
      readonly kind: 'send';
      readonly key: string;
      readonly notice: Notice;
      readonly prepared: PreparedNotice;
    };

/** The one thing to do now, or nothing while people are awaited. A step that failed for good is not taken again. */
export const nextNotificationStep = remembered((incident: Incident): NotificationStep | undefined => {
  const isOpen = (step: NotificationStep) => !incident.failedSteps.includes(step.key);
  return (
    identifySteps(incident).find(isOpen) ??
    judgeSteps(incident).find(isOpen) ??
    assessSteps(incident).find(isOpen) ??
    prepareSteps(incident).find(isOpen) ??
    sendSteps(incident).find(isOpen) ??
    repeatSteps(incident).find(isOpen) ??
    startSteps(incident).find(isOpen) ??
    settlementSteps(incident).find(isOpen) ??
    countSteps(incident).find(isOpen)
  );
});

function identifySteps({ notification }: Incident): readonly NotificationStep[] {
  const set = awaitedTenantSet(notification);
  if (set === undefined) return [];
  return [
    { kind: 'identify', key: identifyStepKey(set.version), version: set.version, request: set.request },
  ];
}

/** Once for every filing, before anything new is looked up. */
function judgeSteps({ notification }: Incident): readonly NotificationStep[] {
  return unjudgedFilings(notification).map((filing) => ({
    kind: 'judge-filing',
    key: judgeStepKey(filing),
    filing,
  }));
}

function assessSteps(incident: Incident): readonly NotificationStep[] {
  const set = currentTenantSet(incident.notification);
  if (set === undefined || isNotRequired(incident.notification) || !isAssessmentStale(incident)) return [];
  return [{ kind: 'assess', key: `assess/${String(incident.factsRevision)}`, tenantSetVersion: set.version }];
}

function prepareSteps(incident: Incident): readonly NotificationStep[] {
  const { notification, factsRevision } = incident;
  if (currentTenantSet(notification) === undefined || notification.assessment.kind === 'awaited') return [];
  return notification.notices
    .filter((notice) => needsPreparation(incident, notice))
    .map((notice) => {
      const key = `prepare/${notice.noticeId}/${String(notice.revision)}/${String(factsRevision)}`;
      return { kind: 'prepare', key, notice };
    });
}

/** What was bound to other tenants or another rule pack is bound anew, which voids its approvals. */
function needsPreparation(incident: Incident, notice: Notice): boolean {
  const { state } = notice;
  if (state.kind === 'proposed') return true;
  if (state.kind !== 'prepared' || incident.notification.assessment.kind === 'awaited') return false;
  const { packDigest } = incident.notification.assessment.result;
  const isOfTheseTenants =
    state.prepared.tenantSetVersion === currentTenantSet(incident.notification)?.version;
  return !isOfTheseTenants || state.prepared.packDigest !== packDigest;
}

function sendSteps(incident: Incident): readonly NotificationStep[] {
  return incident.notification.notices.flatMap((notice): NotificationStep[] => {
    if (notice.state.kind !== 'prepared' || !noticeGateOf(incident, notice).isOpen) return [];
    const key = `send/${notice.noticeId}/${String(notice.revision)}/${notice.state.prepared.objectHash}`;
    return [{ kind: 'send', key, notice, prepared: notice.state.prepared }];
  });
}

function startSteps({ notification }: Incident): readonly NotificationStep[] {
  return sentNotices(notification)
    .map((notice) => notice.state.campaign)
    .filter((campaign) => !campaign.isUnderWay)
    .map((campaign) => ({ kind: 'start-shards', key: `start-shards/${campaign.campaignId}`, campaign }));
}

function settlementSteps({ handSettlements }: Incident): readonly NotificationStep[] {
  return handSettlements.pending.map((settlement) => ({
    kind: 'settle-by-hand',
    key: settlementStepKey(settlement),
    settlement,
  }));
}

function countSteps({ notification }: Incident): readonly NotificationStep[] {
  return sentNotices(notification)
    .map((notice) => notice.state.campaign)
    .filter(isCountDue)
    .map((campaign) => ({ kind: 'count', key: `count/${campaign.campaignId}`, campaign }));
}

export interface StatusPostStep {
  readonly kind: 'publish-status-post';
  readonly key: string;
  readonly post: StatusPost;
}

/** The next approved post that the dashboard does not show yet. */
export const nextStatusPostStep = remembered(
  ({ statusPosts, failedSteps }: Incident): StatusPostStep | undefined =>
    statusPosts
      .filter(({ state }) => state.kind === 'approved')
      .map((post): StatusPostStep => ({ kind: 'publish-status-post', key: publishStepKey(post), post }))
      .find(({ key }) => !failedSteps.includes(key)),
);
