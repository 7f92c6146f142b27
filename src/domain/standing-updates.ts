/**
 * What a running incident does about its standing update: shortly before a repetition is due it is sent again, without
 * news, for as long as it is bound to the present tenants and rules and nothing holds it (process: updates).
 */
import type { EventBody } from './events';
import { holdsOn } from './holds';
import type { Incident } from './incident';
import { addMs, compareInstants, earliestOf, type Instant } from './instant';
import {
  currentTenantSet,
  isReportable,
  sentNotices,
  type Notice,
  type PreparedNotice,
  type SentNotice,
} from './notification';
import type { ObligationGroup } from './obligations';
import { isRepetitionMet, isRepetitionOver } from './repeating-duties';
import { repetitionId } from './standing';
import { repeatingToTenants } from './submissions';

export interface RepeatStep {
  readonly kind: 'repeat';
  readonly key: string;
  readonly notice: Notice;
  readonly prepared: PreparedNotice;
  readonly repetition: number;
  readonly campaignId: string;
}

export function repeatSteps(incident: Incident): readonly RepeatStep[] {
  const notice = standingUpdate(incident);
  if (notice?.standing?.kind !== 'due') return [];
  const { standing, noticeId, revision, state } = notice;
  if (nextRepetition(incident)?.dueAt !== standing.dueAt) return [];
  if (holdsOn(incident.holds, incident.notification, noticeId).length > 0) return [];
  const repetition = standing.repetitions + 1;
  const campaignId = repetitionId(noticeId, revision, repetition);
  const key = `repeat/${campaignId}`;
  return [{ kind: 'repeat', key, notice, prepared: state.prepared, repetition, campaignId }];
}

/** Rings once a repetition, when a tenth of its time is left. */
export function repetitionAlarms(
  incident: Incident,
): readonly { readonly at: Instant; readonly event: EventBody }[] {
  const notice = standingUpdate(incident);
  const next = nextRepetition(incident);
  if (notice?.standing === undefined || next === undefined) return [];
  const { noticeId, standing } = notice;
  const { dueAt, countsFrom } = next;
  if (standing.kind === 'due' && standing.dueAt === dueAt) return [];
  const leftMs = compareInstants(dueAt, countsFrom) / 10;
  return [{ at: addMs(dueAt, -leftMs), event: { type: 'repetition-due', noticeId, dueAt } }];
}

/** The newest one that nobody has ended. An approval for other tenants or rules is none for these. */
function standingUpdate(incident: Incident): SentNotice | undefined {
  if (!isReportable(incident.notification)) return undefined;
  const newest = sentNotices(incident.notification).findLast(
    ({ standing }) => standing !== undefined && standing.kind !== 'ended',
  );
  return newest !== undefined && isBoundToPresent(incident, newest.state.prepared) ? newest : undefined;
}

function isBoundToPresent(
  { notification }: Incident,
  { tenantSetVersion, packDigest }: PreparedNotice,
): boolean {
  const { assessment } = notification;
  return (
    assessment.kind === 'made' &&
    assessment.result.packDigest === packDigest &&
    currentTenantSet(notification)?.version === tenantSetVersion
  );
}

interface NextRepetition {
  readonly dueAt: Instant;
  readonly countsFrom: Instant;
}

function nextRepetition(incident: Incident): NextRepetition | undefined {
  const running = repeatingToTenants(incident.notification)
    .filter((group) => !isRepetitionOver(incident, group) && !isRepetitionMet(incident, group))
    .flatMap(repetitionOf);
  const earliest = earliestOf(running.map(({ dueAt }) => dueAt));
  return running.find(({ dueAt }) => dueAt === earliest);
}

function repetitionOf({ dueAt, repeats }: ObligationGroup): readonly NextRepetition[] {
  return dueAt === undefined || repeats?.countsFrom === undefined
    ? []
    : [{ dueAt, countsFrom: repeats.countsFrom }];
}
