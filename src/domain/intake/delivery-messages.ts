/** What the messages about deliveries under way become: orders, which the incident carries out one by one. */
import type { HoldDelivery, ResumeDelivery, SettleDoubts } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import { nextOrderNumber, stopReasons } from '../delivery-control';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { sentNotices } from '../notification';
import { refuse, refuseIf } from './refusal';

export function acceptDeliveryHold(incident: Incident, message: HoldDelivery): EventBody[] {
  refuseIf(refusalOfRole('hold-delivery', message));
  const { brake } = incident.deliveryControl;
  if (brake !== undefined)
    refuse('AlreadyDone', `deliveries are held already, by ${brake.by} since ${brake.since}`);
  return [
    { type: 'delivery-held', order: nextOrderNumber(incident.deliveryControl), reason: message.reason },
  ];
}

/** A brake is let go by those who answer for notices; a line that the relay stopped also by those who mend relays. */
export function acceptDeliveryResumption(incident: Incident, message: ResumeDelivery): EventBody[] {
  const isHeld = incident.deliveryControl.brake !== undefined;
  refuseIf(refusalOfRole(isHeld ? 'resume-delivery' : 'restart-delivery', message));
  if (!isHeld && stopReasons(incident.notification).length === 0)
    refuse('NotNow', 'deliveries are not held and no line has stopped; there is nothing to resume');
  return [
    { type: 'delivery-resumed', order: nextOrderNumber(incident.deliveryControl), reason: message.reason },
  ];
}

export function acceptSettledDoubts(incident: Incident, message: SettleDoubts): EventBody[] {
  refuseIf(refusalOfRole('settle-doubts', message));
  const { campaignId, decision, messageIds, reason } = message;
  const campaigns = sentNotices(incident.notification).map(({ state }) => state.campaign.campaignId);
  if (!campaigns.includes(campaignId))
    refuse(
      'NotKnown',
      `campaignId names ${campaignId}, which is none of ${campaigns.join(', ') || '(none yet)'}`,
    );
  const which = messageIds === undefined ? {} : { messageIds: [...messageIds] };
  return [
    {
      type: 'doubts-decided',
      order: nextOrderNumber(incident.deliveryControl),
      campaignId,
      decision,
      ...which,
      reason,
    },
  ];
}
