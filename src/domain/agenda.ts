/**
 * What the incident does next by itself: the steps of notification, and the alarms of its one durable clock. Pure, so
 * that the tracks only carry out what stands here.
 */
import type { AffectedTenantsRequest, EventBody } from './events';
import { isSettled, type Entry } from './follow-up';
import { noticeGateOf } from './gates';
import { holdExpiries, isDutyHeld } from './holds';
import { anchorInForce, isAssessmentStale, type Incident } from './incident';
import { addMs, compareInstants, earliestOf, epochMsOf, latestOf, type Instant } from './instant';
import { beginningOf } from './moment';
import {
  awaitedTenantSet,
  currentTenantSet,
  identifyStepKey,
  isDutyToTellMet,
  isNotRequired,
  isReportedSettled,
  judgeStepKey,
  obligationGroups,
  sentNotices,
  unjudgedFilings,
  type Campaign,
  type Filing,
  type Notice,
  type PreparedNotice,
} from './notification';
import type { ObligationGroup } from './obligations';
import { promiseDue } from './promises';
import { latestSafeStartAlarms } from './latest-safe-start';
import { remembered } from './remembered';
import { isRepetitionMet, isRepetitionOver } from './repeating-duties';
import { isContainmentOver, isStable, openReviews } from './response-questions';
import { repeatSteps, repetitionAlarms, type RepeatStep } from './standing-updates';
import { publishStepKey, type StatusPost } from './status-posts';

// Steps

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

function countSteps({ notification }: Incident): readonly NotificationStep[] {
  return sentNotices(notification)
    .map((notice) => notice.state.campaign)
    .filter((campaign) => !campaign.isConfirmed && isReportedSettled(campaign))
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

// Clocks

/** Something that has to be done by an instant. */
export interface Clock {
  readonly clock: string;
  readonly dueAt: Instant;
  /** `policy` marks what no law says, `promise` what we said ourselves in public. */
  readonly basis: 'rule' | 'policy' | 'promise';
  /** A hold names this duty; it counts on all the same. */
  readonly isHeld?: true;
  /** Of a repetition: the last one that was met. */
  readonly countsFrom?: Instant;
}

/** The provider's own running clocks that are not met; those of the tenants are theirs to keep. */
export function runningClocks(incident: Incident): readonly Clock[] {
  const clocks = [...obligationClocks(incident), ...promiseClocks(incident), ...reviewClocks(incident)];
  return clocks.sort((left, right) => compareInstants(left.dueAt, right.dueAt));
}

function obligationClocks(incident: Incident): readonly Clock[] {
  const told = isDutyToTellMet(incident.notification);
  const filed = new Set(incident.notification.filings.map((filing) => `${filing.ruleId}/${filing.stage}`));
  const isMet = (group: ObligationGroup) => {
    if (group.repeats !== undefined)
      return isRepetitionOver(incident, group) || isRepetitionMet(incident, group);
    return group.duty === 'provider-to-tenant' ? told : filed.has(`${group.ruleId}/${group.stage}`);
  };
  return obligationGroups(incident.notification)
    .filter((group) => group.duty !== 'tenant-own' && !isMet(group))
    .flatMap((group) => clockOf(incident, group));
}

function clockOf({ holds }: Incident, group: ObligationGroup): readonly Clock[] {
  const dueAt = group.dueAt ?? group.softDueAt;
  if (dueAt === undefined) return [];
  const basis = group.dueAt === undefined ? 'policy' : 'rule';
  const held = isDutyHeld(holds, group.ruleId) && { isHeld: true as const };
  const countsFrom = group.repeats?.countsFrom;
  return [
    {
      clock: clockIdOf(group, dueAt),
      dueAt,
      basis,
      ...held,
      ...(countsFrom !== undefined && { countsFrom }),
    },
  ];
}

export function clockIdOf({ ruleId, stage }: ObligationGroup, dueAt: Instant): string {
  return `${ruleId}/${stage}@${dueAt}`;
}

/** Alarms go by the beginning of the range, where only the day of the promise is known. */
function promiseClocks({ notification }: Incident): readonly Clock[] {
  return notification.promises
    .filter(({ metAt }) => metAt === undefined)
    .map((promise) => {
      const dueAt = promiseDue(promise).dueFrom;
      return { clock: `promise/${promise.promiseId}@${dueAt}`, dueAt, basis: 'promise' };
    });
}

function reviewClocks(incident: Incident): readonly Clock[] {
  return openReviews(incident.response).flatMap(({ actionId, review }) =>
    review.kind === 'awaited'
      ? [{ clock: `review/${actionId}`, dueAt: review.dueAt, basis: 'policy' as const }]
      : [],
  );
}

export function nextDeadline(incident: Incident): Clock | undefined {
  return runningClocks(incident)[0];
}

// Alarms

/** An event that time alone brings about. */
export interface Alarm {
  readonly at: Instant;
  readonly event: EventBody;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

export const nextAlarm = remembered(
  (incident: Incident): Alarm | undefined =>
    [...alarmsOf(incident)].sort((left, right) => compareInstants(left.at, right.at))[0],
);

export function dueAlarms(incident: Incident, now: Instant): readonly Alarm[] {
  return alarmsOf(incident).filter((alarm) => compareInstants(alarm.at, now) <= 0);
}

export function alarmsOf(incident: Incident): readonly Alarm[] {
  return [
    ...clockAlarms(incident),
    ...latestSafeStartAlarms(incident),
    ...repetitionAlarms(incident),
    ...containmentAlarms(incident),
    ...waiverAlarms(incident),
    ...holdExpiries(incident.holds),
    ...ownerAlarms(incident),
    ...reviewAlarms(incident),
    ...escalationAlarms(incident),
  ];
}

function clockAlarms(incident: Incident): readonly Alarm[] {
  const clocks = runningClocks(incident);
  const dueInstants = [...new Set(clocks.map((clock) => clock.dueAt))];
  return dueInstants.flatMap((dueAt) => {
    const due = clocks.filter((clock) => clock.dueAt === dueAt);
    return [
      ...alarmUnless(
        incident.warnedClocks,
        due,
        (clock) => nearedAt(incident, clock),
        (fresh) => ({ type: 'deadlines-neared', clocks: fresh, dueAt }),
      ),
      ...alarmUnless(
        incident.missedClocks,
        due,
        () => dueAt,
        (fresh) => ({ type: 'deadlines-missed', clocks: fresh, dueAt }),
      ),
    ];
  });
}

/** A margin ahead, but of a repetition not before half of its time has passed: it would always be near. */
function nearedAt({ policy }: Incident, { dueAt, countsFrom }: Clock): Instant {
  const ahead = addMs(dueAt, -policy.deadlineMarginMinutes * minuteMs);
  if (countsFrom === undefined) return ahead;
  return latestOf(ahead, addMs(countsFrom, compareInstants(dueAt, countsFrom) / 2));
}

function alarmUnless(
  recorded: readonly string[],
  clocks: readonly Clock[],
  atOf: (clock: Clock) => Instant,
  eventFor: (fresh: readonly string[]) => EventBody,
): readonly Alarm[] {
  const fresh = clocks.filter(({ clock }) => !recorded.includes(clock));
  const at = earliestOf(fresh.map(atOf));
  return at === undefined ? [] : [{ at, event: eventFor(fresh.map(({ clock }) => clock)) }];
}

/** Containment is measured from detection; without that anchor from the declaration (S13). */
function containmentAlarms(incident: Incident): readonly Alarm[] {
  const { response, policy, declaration } = incident;
  const late = response.services
    .map(({ service }) => service)
    .filter(
      (service) => !isContainmentOver(response, service) && !response.alarmedServices.includes(service),
    );
  if (late.length === 0 || isStable(response)) return [];
  const detection = anchorInForce(incident, 'detection');
  const detectedAt = detection === undefined ? incident.declaredAt : beginningOf(detection);
  const at = addMs(detectedAt, policy.containmentAlarmMinutes[declaration.severity] * minuteMs);
  return [{ at, event: { type: 'containment-alarm-raised', services: late } }];
}

function waiverAlarms(incident: Incident): readonly Alarm[] {
  return incident.followUp.entries.flatMap(({ ref, state }) =>
    state.kind === 'waived' ? [{ at: state.expiresAt, event: { type: 'waiver-expired', ref } as const }] : [],
  );
}

/** S65: no entry stays without an owner past its grace time. */
function ownerAlarms(incident: Incident): readonly Alarm[] {
  const unowned = unsettled(incident).filter((entry) => entry.owner === undefined);
  return reminder(incident, unowned, 'unowned', incident.policy.entryGraceHours * hourMs);
}

/** S66: the review comes back until the last entry is settled. */
function reviewAlarms(incident: Incident): readonly Alarm[] {
  if (!isStable(incident.response)) return [];
  return reminder(incident, unsettled(incident), 'open', incident.policy.reminderHours * hourMs);
}

/** S59: what reminders do not move goes to those above its owner, and again after as many more. */
function escalationAlarms(incident: Incident): readonly Alarm[] {
  const stuck = unsettled(incident).filter(
    ({ reminders }) => reminders >= incident.policy.escalateAfterReminders,
  );
  const at = earliestOf(stuck.flatMap(({ remindedAt }) => remindedAt ?? []));
  if (at === undefined) return [];
  const leadsOf = [...new Set(stuck.flatMap(({ owner }) => owner ?? []))];
  return [{ at, event: { type: 'entries-escalated', refs: stuck.map(({ ref }) => ref), leadsOf } }];
}

function unsettled(incident: Incident): readonly Entry[] {
  return incident.followUp.entries.filter((entry) => !isSettled(incident.followUp, entry));
}

/** Names the entries that are old enough when it rings: the first time after their grace, then at every interval. */
function reminder(
  incident: Incident,
  entries: readonly Entry[],
  because: 'unowned' | 'open',
  graceMs: number,
): readonly Alarm[] {
  const firstOpenedAt = earliestOf(entries.map(({ openedAt }) => openedAt));
  if (firstOpenedAt === undefined) return [];
  const first = addMs(firstOpenedAt, graceMs);
  const last = incident.followUp.reminded[because];
  const at = latestOf(
    first,
    last === undefined ? first : addMs(last, incident.policy.reminderHours * hourMs),
  );
  const openedLastMs = epochMsOf(at) - graceMs;
  const named = entries.filter(({ openedAt }) => epochMsOf(openedAt) <= openedLastMs);
  const refs = named.map(({ ref }) => ref);
  const times = named.map(({ reminders }) => reminders + 1);
  return [{ at, event: { type: 'entries-reminded', refs, because, times } }];
}
