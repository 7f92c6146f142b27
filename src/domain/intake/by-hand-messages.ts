/** What becomes of the messages about tenants that a person has to tell. */
import type { AttestDelivery, WaiveDelivery } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import { nextSettlementId } from '../by-hand';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { compareInstants, instantOf, type Instant } from '../instant';
import { findNotice, sentNotices } from '../notification';
import { optional } from './optional';
import { refuse, refuseIf } from './refusal';

export function acceptAttestation(incident: Incident, message: AttestDelivery, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('attest-delivery', message));
  refuseUnsent(incident, message.noticeId);
  const { tenantId, noticeId, channel, reference, reason } = message;
  const doneAt = instantOf(message.at);
  if (compareInstants(doneAt, now) > 0)
    refuse('Malformed', `at ${doneAt} lies in the future; say when the tenant was told`);
  const settlementId = nextSettlementId(incident.handSettlements);
  const told = { settlementId, tenantId, channel, doneAt, reference };
  return [{ type: 'told-by-hand', ...told, ...optional({ noticeId, reason }) }];
}

export function acceptWaivedTelling(incident: Incident, message: WaiveDelivery): EventBody[] {
  refuseIf(refusalOfRole('waive-delivery', message));
  refuseUnsent(incident, message.noticeId);
  const { tenantId, noticeId, reason } = message;
  const settlementId = nextSettlementId(incident.handSettlements);
  return [{ type: 'telling-waived', settlementId, tenantId, reason, ...optional({ noticeId }) }];
}

function refuseUnsent({ notification }: Incident, noticeId: string | undefined): void {
  if (sentNotices(notification).length === 0)
    refuse('NotNow', 'no notice has left yet, so there is nobody to tell by hand; send the notice first');
  if (noticeId !== undefined && findNotice(notification, noticeId)?.state.kind !== 'sending')
    refuse(
      'NotKnown',
      `noticeId ${noticeId} is not a notice that has left; leave it out to mean all of them`,
    );
}
