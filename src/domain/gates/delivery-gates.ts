/** Why deliveries that are under way stand still, and who sets them going again (S47). */
import { campaignsInDoubt, causeOf, stopReasons } from '../delivery-control';
import type { Incident } from '../incident';
import type { Lack } from './gate';

export function deliveryStopLacks(incident: Incident): readonly Lack[] {
  return [...brakeLacks(incident), ...stoppedLineLacks(incident), ...doubtLacks(incident)];
}

function brakeLacks({ deliveryControl: { brake } }: Incident): readonly Lack[] {
  if (brake === undefined) return [];
  return [
    {
      code: 'delivery-held',
      sentence: `no mail leaves: ${brake.by} has held deliveries since ${brake.since} (${brake.reason})`,
      who: 'communications, legal or an executive-incident-manager (resumeDelivery)',
    },
  ];
}

function stoppedLineLacks({ notification }: Incident): readonly Lack[] {
  return stopReasons(notification).map((reason) => ({
    code: `delivery-stopped:${reason}`,
    sentence: `deliveries stand still: ${causeOf(reason)}`,
    who: 'security-response or communications (resumeDelivery), when that is mended',
  }));
}

function doubtLacks({ notification }: Incident): readonly Lack[] {
  return campaignsInDoubt(notification).map((campaignId) => ({
    code: `delivery-doubts:${campaignId}`,
    sentence: `nobody knows whether some messages of ${campaignId} went out, and the policy holds them`,
    who: 'security-response, communications or legal (settleDoubts; firebreak deliveries doubts lists them)',
  }));
}
