/**
 * The yardstick of incident-cost.ts: a workflow that takes as many updates and signals as an incident, starts as many
 * activities and timers, and has a child that does as much as a delivery shard. It decides nothing and remembers only
 * what it was sent.
 */
import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  proxyActivities,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';

export interface BareInput {
  /** Names of the activities in their order; each waits for its share of the messages. */
  readonly activities: readonly string[];
  readonly timers: number;
  /** Updates and signals that will come; the workflow ends with the last. */
  readonly messages: number;
  readonly shard: ShardInput;
  readonly shardTaskQueue: string;
}

export interface ShardInput {
  readonly activities: readonly string[];
  /** Signals to the parent. */
  readonly reports: number;
}

export const note = defineUpdate<{ readonly recorded: number }, [unknown]>('note');
export const noteBySignal = defineSignal<[unknown]>('noteBySignal');
export const noted = defineQuery<number>('noted');
const reported = defineSignal<[unknown]>('reported');

const work = proxyActivities<Record<string, (step: { readonly step: number }) => Promise<unknown>>>({
  startToCloseTimeout: '1 minute',
});

export async function bareIncident(input: BareInput): Promise<number> {
  const notes: unknown[] = [];
  let reports = 0;
  setHandler(noted, () => notes.length);
  setHandler(noteBySignal, (message) => void notes.push(message));
  setHandler(reported, () => void (reports += 1));
  setHandler(note, (message) => ({ recorded: notes.push(message) }), { validator: refuseNothing });

  const share = (part: number, of: number) => Math.floor((part * input.messages) / (of + 1));
  const hasCome = (count: number) => () => notes.length >= count;

  async function timers(): Promise<void> {
    for (let timer = 1; timer <= input.timers; timer += 1)
      await condition(hasCome(share(timer, input.timers)), '1 day');
  }
  async function activities(): Promise<void> {
    for (const [index, name] of input.activities.entries()) {
      await condition(hasCome(share(index + 1, input.activities.length)));
      await work[name]?.({ step: index });
    }
    const shard = await startChild(bareShard, {
      taskQueue: input.shardTaskQueue,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [input.shard, workflowInfo().workflowId],
    });
    await condition(() => reports >= input.shard.reports);
    await shard.result(); // its end would otherwise meet ours, and the server would refuse the last workflow task
  }

  await Promise.all([timers(), activities(), condition(hasCome(input.messages))]);
  return notes.length;
}

export async function bareShard({ activities, reports }: ShardInput, parentId: string): Promise<void> {
  for (const [index, name] of activities.entries()) await work[name]?.({ step: index });
  for (let report = 0; report < reports; report += 1)
    await getExternalWorkflowHandle(parentId).signal(reported, { report });
}

function refuseNothing(message: unknown): void {
  if (message === undefined) throw ApplicationFailure.nonRetryable('there is nothing to note');
}
