/** What the messages of the notification track become. */
import type { Moment } from '../../contract/anchor';
import type {
  DecideUndecided,
  Determine,
  LeaveRemovedTenants,
  ProposeNotice,
  RecordFiling,
  SetAffectedTenants,
} from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { AffectedTenantsRequest, EventBody } from '../events';
import { anchorsInForce, type Incident } from '../incident';
import { compareInstants, instantOf, type Instant } from '../instant';
import { beginningOf, problemOfMoment, withOffset } from '../moment';
import {
  awaitedTenantSet,
  currentCoverage,
  findNotice,
  isReportable,
  obligationGroups,
  undecidedRules,
  unfiledDuties,
  type Notice,
} from '../notification';
import { optional } from './optional';
import { refuse, refuseIf, required } from './refusal';

/** A yes is itself the anchor from which clocks of the determination count (S36). */
export function acceptDetermination(incident: Incident, message: Determine, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('determine', message));
  const { customerReportable, basis } = message;
  const determined: EventBody = { type: 'determined', customerReportable, basis };
  if (customerReportable !== 'yes' || hasDeterminationAnchor(incident)) return [determined];
  const at = instantOf(message.happenedAt ?? now);
  return [
    determined,
    {
      type: 'anchor-recorded',
      anchor: { anchorId: 'determination-1', kind: 'determination', at, precision: 'second', basis },
    },
  ];
}

function hasDeterminationAnchor(incident: Incident): boolean {
  return incident.anchors.some((anchor) => anchor.kind === 'determination');
}

export function acceptAffectedTenants(incident: Incident, message: SetAffectedTenants): EventBody[] {
  refuseIf(refusalOfRole('set-affected-tenants', message));
  if (awaitedTenantSet(incident.notification) !== undefined)
    refuse('NotNow', 'the former version is still being identified; try again in a moment');
  const request = requestFrom(message);
  if (request.services.length === 0 && request.include.length === 0)
    refuse(
      'Incomplete',
      'services and include are both empty: say which services tell who is affected, or name tenants',
    );
  if (request.to !== undefined && compareInstants(request.to, request.from) <= 0)
    refuse('Malformed', 'to does not lie after from: the window is empty');
  if (request.exclude.length > 0)
    required(message.excludeReason, 'excludeReason is missing: say why these tenants are not told');
  return [
    { type: 'affected-tenants-requested', version: incident.notification.tenantSets.length + 1, request },
  ];
}

function requestFrom(message: SetAffectedTenants): AffectedTenantsRequest {
  return {
    services: (message.services ?? []).map(({ service, regions }) => ({ service, regions: regions ?? [] })),
    from: instantOf(message.from),
    include: message.include ?? [],
    exclude: message.exclude ?? [],
    changed: message.changed ?? [],
    everyFactChanged: message.everyFactChanged ?? false,
    reason: message.reason,
    ...optional({
      to: message.to === undefined ? undefined : instantOf(message.to),
      excludeReason: message.excludeReason,
    }),
  };
}

/** Bound to the version whose difference was looked at: a newer one is to be decided anew. */
export function acceptLeavingRemoved(incident: Incident, message: LeaveRemovedTenants): EventBody[] {
  refuseIf(refusalOfRole('write-notice', message));
  const { tenantSetVersion, reason } = message;
  const coverage = currentCoverage(incident.notification);
  if (coverage === undefined || coverage.tenantSetVersion !== tenantSetVersion)
    refuse(
      'Stale',
      `tenantSetVersion ${String(tenantSetVersion)} is not the newest version of the affected tenants; look at its difference first`,
    );
  if (coverage.notWithdrawn === 0)
    refuse('NotKnown', `nobody who was told is missing from version ${String(tenantSetVersion)}`);
  return [{ type: 'removed-tenants-left', tenantSetVersion, reason }];
}

/** Settles what is undecided, or that a duty of the provider's own is not to be met by a filing. */
export function acceptUndecidedDecision(incident: Incident, message: DecideUndecided): EventBody[] {
  refuseIf(refusalOfRole('decide-undecided', message));
  const { ruleId, applies, reason } = message;
  const isUndecided = undecidedRules(incident.notification).some((group) => group.ruleId === ruleId);
  const isOmission =
    !applies && unfiledDuties(incident.notification).some((group) => group.ruleId === ruleId);
  if (!isUndecided && !isOmission) refuse('NotKnown', `rule ${ruleId} is not among those that are undecided`);
  return [{ type: 'undecided-decided', ruleId, applies, reason }];
}

export function acceptNotice(incident: Incident, message: ProposeNotice): EventBody[] {
  refuseIf(refusalOfRole('write-notice', message));
  if (!isReportable(incident.notification))
    refuse('NotNow', 'nobody has determined that customers must be told; determine that first');
  const earlier = findNotice(incident.notification, message.noticeId);
  if (earlier?.state.kind === 'sending')
    refuse('AlreadyDone', `notice ${message.noticeId} is on its way; write a new one`);
  if (earlier !== undefined && message.revision <= earlier.revision && !isLookedAtAgain(earlier, message))
    refuse(
      'Stale',
      `revision ${String(message.revision)} is not newer than revision ${String(earlier.revision)}`,
    );
  const { noticeId, revision, stage, contentHash } = message;
  if (message.standing === true && stage !== 'update')
    refuse('Malformed', `standing is for updates; a notice of the stage ${stage} is sent once`);
  const standing = message.standing === true && { standing: true as const };
  return [{ type: 'notice-proposed', noticeId, revision, stage, contentHash, ...standing }];
}

/** The same text once more: what it lacked may have been supplied elsewhere, such as a template. */
function isLookedAtAgain({ state, revision, contentHash }: Notice, message: ProposeNotice): boolean {
  const isLacking = state.kind === 'prepared' && state.prepared.lacks.length > 0;
  return isLacking && revision === message.revision && contentHash === message.contentHash;
}

/** Every filing of a cadence meets one repetition. */
function isRepeating({ notification }: Incident, { ruleId, stage }: RecordFiling): boolean {
  return obligationGroups(notification).some(
    (group) => group.ruleId === ruleId && group.stage === stage && group.repeats !== undefined,
  );
}

export function acceptFiling(incident: Incident, message: RecordFiling, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('write-notice', message));
  const submitted = submissionIn(message);
  const submittedAt = beginningOf(submitted);
  if (compareInstants(submittedAt, now) > 0) refuse('Malformed', 'submittedAt lies in the future');
  const isFiled = incident.notification.filings.some(
    (filing) => filing.ruleId === message.ruleId && filing.stage === message.stage,
  );
  if (isFiled && !isRepeating(incident, message))
    refuse('AlreadyDone', `${message.ruleId} (${message.stage}) is filed already; lateness is fixed there`);
  const { ruleId, stage, reference, precision, evidence } = message;
  return [
    {
      type: 'filing-recorded',
      ruleId,
      stage,
      reference,
      submittedAt,
      ...(precision !== undefined && { submitted }),
      countsFrom: anchorsInForce(incident).map(({ anchorId }) => anchorId),
      evidence: evidence ?? [],
    },
  ];
}

function submissionIn({ submittedAt, precision = 'second', zone }: RecordFiling): Moment {
  const submitted = { at: submittedAt, precision, ...optional({ zone }) };
  const problem = problemOfMoment(submitted);
  if (problem !== undefined) refuse('Malformed', `submittedAt: ${problem}`);
  return withOffset(submitted);
}
