/**
 * What delivery shards report to their incident. Anybody who may signal can send the same, so it is read field by
 * field: it becomes this one event about a campaign that runs, or it is noted and ignored.
 */
import { totalNames } from '../domain/delivery';
import type { DeliveryTotals } from '../domain/events';
import { sentNotices } from '../domain/notification';
import { flag, object, optional, problemOf, text, type Check, type Shape } from '../domain/shape';
import type { LiveIncident } from './live-incident';
import { deliveryProgressed, type DeliveryReport } from './messages';
import { noteRefusal, type SignalHandler } from './signals';

export function deliverySignal(incident: LiveIncident): SignalHandler {
  const { name } = deliveryProgressed;
  return {
    name,
    description: 'From the delivery workflows; not for people',
    take: (payload) => {
      const problem = problemOf(reportShape, payload) ?? strangerProblem(incident, payload as DeliveryReport);
      if (problem !== undefined) noteRefusal(incident, name, problem);
      else incident.record({ type: 'delivery-progressed', ...(payload as DeliveryReport) });
    },
  };
}

const count: Check = (value, field) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : `${field} must be a whole number from 0`;

const totals = Object.fromEntries(totalNames.map((name) => [name, count])) as Shape<DeliveryTotals>;

const reportShape: Shape<DeliveryReport> = {
  campaignId: text(600),
  shard: count,
  totals: object(totals),
  settled: flag,
  stopped: optional(text(500)),
};

function strangerProblem(incident: LiveIncident, { campaignId, shard }: DeliveryReport): string | undefined {
  const isOurs = sentNotices(incident.state.notification).some(
    ({ state: { campaign } }) => campaign.campaignId === campaignId && shard < campaign.shards.length,
  );
  return isOurs ? undefined : `campaign ${campaignId} has no shard ${String(shard)} here`;
}
