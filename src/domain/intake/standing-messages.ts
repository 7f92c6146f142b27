/** What the message that ends a standing update becomes. */
import type { EndStandingUpdate } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { findNotice } from '../notification';
import { refuse, refuseIf } from './refusal';

export function acceptStandingEnd({ notification }: Incident, message: EndStandingUpdate): EventBody[] {
  refuseIf(refusalOfRole('write-notice', message));
  const { noticeId, reason } = message;
  const standing = findNotice(notification, noticeId)?.standing;
  if (standing === undefined) return refuse('NotKnown', `there is no standing update ${noticeId}`);
  if (standing.kind === 'ended') return refuse('AlreadyDone', `${noticeId} is not sent again any more`);
  return [{ type: 'standing-update-ended', noticeId, reason }];
}
