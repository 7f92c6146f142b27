/** What the closing gate asks of deliveries that are not over with their acceptance: people to be told by hand, answers. */
import type { Incident } from '../incident';
import { deliveryTotals } from '../notification';
import type { Lack } from './gate';

export function byHandLacks({ notification }: Incident): readonly Lack[] {
  const { needsHuman } = deliveryTotals(notification);
  if (needsHuman === 0) return [];
  const tasks = `${needsHuman.toLocaleString('en')} ${needsHuman === 1 ? 'delivery waits' : 'deliveries wait'}`;
  return [
    {
      code: 'delivery-by-hand',
      sentence: `${tasks} for a person, and nobody has vouched for telling the tenant or waived it with a reason`,
      who: 'communications or legal (attestDelivery), or legal or the executive-incident-manager (waiveDelivery)',
    },
  ];
}

/** Ends by itself: each contact has its time, and after the last one the tenant is a person's task. */
export function acknowledgementLacks({ notification }: Incident): readonly Lack[] {
  const { unacknowledged } = deliveryTotals(notification);
  if (unacknowledged === 0) return [];
  const messages = `${unacknowledged.toLocaleString('en')} ${unacknowledged === 1 ? 'message has' : 'messages have'}`;
  return [
    {
      code: 'acknowledgements',
      sentence: `${messages} not been acknowledged yet, and the time for it is not over`,
      who: 'the tenants; when their time is over, the next contact is told by itself',
    },
  ];
}
