/** Every activity as the workflows call it: time-outs, retries and task queue, each with its reason. */
import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { deliveryTaskQueue, incidentTaskQueue } from './names';

/** For ever, at most a minute apart: a database that is away comes back, and an incident waits for it. */
const untilItWorks = { initialInterval: '1 second', maximumInterval: '1 minute' } as const;

/** A worker that dies with an activity in hand is missed after so long; each tells every two seconds that it lives. */
const missedAfter = '10 seconds';

/** One look at a key and one signature. */
export const { verifyDecision } = proxyActivities<Pick<Activities, 'verifyDecision'>>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: missedAfter,
  retry: untilItWorks,
});

/** One row, and the two files that show all of them. */
export const { publishStatusPost } = proxyActivities<Pick<Activities, 'publishStatusPost'>>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: missedAfter,
  retry: untilItWorks,
});

/** One row for each process failure of an incident. */
export const { keepProcessRegister } = proxyActivities<Pick<Activities, 'keepProcessRegister'>>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: missedAfter,
  retry: untilItWorks,
});

/** A row or a few in the ledger. The brake waits for nothing: it is one statement, and tried again at once. */
export const { holdDeliveries, settleDoubts } = proxyActivities<
  Pick<Activities, 'holdDeliveries' | 'settleDoubts'>
>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: missedAfter,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** Two requests for each entry at most, to a service outside. */
export const { askTracker } = proxyActivities<Pick<Activities, 'askTracker'>>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: missedAfter,
  retry: { initialInterval: '10 seconds', maximumInterval: '10 minutes' },
});

/** One request to a service outside; a page that cannot leave is tried again until it does. */
export const { pageOnCall } = proxyActivities<Pick<Activities, 'pageOnCall'>>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: missedAfter,
  retry: untilItWorks,
});

/** One rule, evaluated once. */
export const { judgeFiling } = proxyActivities<Pick<Activities, 'judgeFiling'>>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: missedAfter,
  retry: untilItWorks,
});

/** The rows of one tenant. */
export const { settleByHand } = proxyActivities<Pick<Activities, 'settleByHand'>>({
  taskQueue: incidentTaskQueue,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: missedAfter,
  retry: untilItWorks,
});

/** Set-wise statements over up to a million tenants. */
export const { identifyAffectedTenants, lookUpObligations, prepareNotice, planDeliveries, countDeliveries } =
  proxyActivities<
    Pick<
      Activities,
      'identifyAffectedTenants' | 'lookUpObligations' | 'prepareNotice' | 'planDeliveries' | 'countDeliveries'
    >
  >({
    taskQueue: incidentTaskQueue,
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: missedAfter,
    retry: untilItWorks,
  });

/**
 * Up to 2,000 messages, each of which may wait ten minutes for the reply after its final dot. A worker that dies is
 * missed after the heartbeat time-out, and until then its notices stand still: so it is short. The lease of a shard is
 * half of it, so that whoever takes over finds the shard free. Retries do not slow down either: a crash is no reason to
 * spare anybody, and a try that finds the database away is one statement.
 */
export const { sendPage }: ActivityInterfaceFor<Pick<Activities, 'sendPage'>> = proxyActivities<
  Pick<Activities, 'sendPage'>
>({
  taskQueue: deliveryTaskQueue,
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: missedAfter,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 1 },
});
