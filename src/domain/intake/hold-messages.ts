/** What the messages about holds become: a proposal that awaits its two signatures, and an end before its time. */
import type { HoldNotice, ReleaseHold } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import { fingerprintOf } from '../fingerprint';
import { findHold, isLive, unnamedDuties, type Hold, type HoldContent } from '../holds';
import type { Incident } from '../incident';
import { compareInstants, instantOf, type Instant } from '../instant';
import { findNotice, obligationGroups } from '../notification';
import { refuse, refuseIf } from './refusal';

export function acceptHold(incident: Incident, message: HoldNotice, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('propose-hold', message));
  const { notices = [], duties = [] } = message.scope;
  const content: HoldContent = {
    holdId: message.holdId ?? nextHoldId(incident.holds),
    notices: [...new Set(notices)],
    duties: [...new Set(duties)],
    reason: message.reason,
    until: instantOf(message.until),
  };
  refuseHold(incident, content, now);
  return [{ type: 'hold-proposed', ...content, hash: fingerprintOf(content) }];
}

function nextHoldId(holds: readonly Hold[]): string {
  let number = holds.length + 1;
  while (findHold(holds, `H${String(number)}`) !== undefined) number += 1;
  return `H${String(number)}`;
}

function refuseHold(incident: Incident, { holdId, notices, duties, until }: HoldContent, now: Instant): void {
  if (findHold(incident.holds, holdId) !== undefined)
    refuse('AlreadyDone', `there is a hold ${holdId} already; propose another one under an id of its own`);
  if (compareInstants(until, now) <= 0)
    refuse('Malformed', 'until lies in the past; a hold ends at an instant to come');
  if (notices.length === 0 && duties.length === 0)
    refuse('Incomplete', 'scope names neither notices nor duties; say what is to be held');
  for (const noticeId of notices) refuseNotice(incident, noticeId);
  for (const ruleId of duties) refuseDuty(incident, ruleId);
  if (notices.length > 0) refuseUnnamedDuties(incident, duties);
}

function refuseNotice({ notification }: Incident, noticeId: string): void {
  const notice = findNotice(notification, noticeId);
  if (notice === undefined)
    return refuse('NotKnown', `scope.notices names ${noticeId}, which nobody has proposed`);
  const isRepeated = notice.standing !== undefined && notice.standing.kind !== 'ended';
  if (notice.state.kind === 'sending' && !isRepeated)
    refuse('NotNow', `notice ${noticeId} is on its way; a hold stops only what has not begun`);
}

function refuseDuty({ notification }: Incident, ruleId: string): void {
  if (obligationGroups(notification).some((group) => group.ruleId === ruleId)) return;
  refuse('NotKnown', `scope.duties names ${ruleId}, which is not among the obligations of this incident`);
}

/** A hold never stops a duty that it does not name, so one on a notice names all that the notice would meet. */
function refuseUnnamedDuties({ notification }: Incident, duties: readonly string[]): void {
  const unnamed = unnamedDuties(notification, duties);
  if (unnamed.length === 0) return;
  refuse(
    'Incomplete',
    `scope.duties leaves out what the notices would meet; to hold them, name these too: ${unnamed.join(', ')}`,
  );
}

export function acceptReleaseHold(incident: Incident, message: ReleaseHold): EventBody[] {
  refuseIf(refusalOfRole('release-hold', message));
  const { holdId, reason } = message;
  const hold = findHold(incident.holds, holdId);
  if (hold === undefined) return refuse('NotKnown', `there is no hold ${holdId}`);
  if (!isLive(hold)) return refuse('AlreadyDone', `hold ${holdId} is ${hold.state.kind} already`);
  return [{ type: 'hold-released', holdId, reason }];
}
