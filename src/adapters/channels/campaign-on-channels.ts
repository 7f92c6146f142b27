/** A campaign whose deliveries are composed each for its own channel: mail, an event for a webhook, a reference to a post. */
import type { ComposedMessage, DueDelivery } from '../../activities/delivery-line';
import type { OpenCampaign } from '../../activities/send-page';
import type { DeliveryChannel } from '../../domain/delivery';
import { openCampaign } from '../notice-composer';
import type { CampaignContent } from '../postgres/campaign-contents';
import type { SenderIdentity } from '../smtp-mailer';
import { postReference } from './dashboard-channel';
import { webhookEvents } from './webhook-event';

export function campaignOnChannels(content: CampaignContent, sender: SenderIdentity): OpenCampaign {
  const mail = openCampaign(content, sender);
  const event = webhookEvents(content, sender);
  const compose: Readonly<Record<DeliveryChannel, (delivery: DueDelivery) => Promise<ComposedMessage>>> = {
    email: (delivery) => mail.compose(delivery),
    webhook: async (delivery) => Promise.resolve(event(delivery)),
    dashboard: async (delivery) => Promise.resolve(postReference(delivery, content, sender)),
    'by-hand': () => Promise.reject(new Error('what is done by hand is no message')),
  };
  return { mode: content.mode, compose: (delivery) => compose[delivery.channel](delivery) };
}
