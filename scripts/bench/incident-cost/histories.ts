/** What a workflow did, counted in its history, and what its activities answered. */
import type { Client } from '@temporalio/client';

/** Events by kind, such as `activityTaskScheduled`. */
export type EventCounts = Readonly<Record<string, number>>;

type HistoryEvent = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

export async function historyOf(client: Client, workflowId: string): Promise<readonly HistoryEvent[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return events ?? [];
}

export function countsOf(history: readonly HistoryEvent[]): EventCounts {
  const counts: Record<string, number> = {};
  for (const event of history) {
    const kind = kindOf(event);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** An event carries the attributes of its kind and of no other. */
function kindOf(event: HistoryEvent): string {
  const key = Object.entries(event).find(
    ([name, value]) => name.endsWith('EventAttributes') && isThere(value),
  );
  return key?.[0].replace('EventAttributes', '') ?? 'unknown';
}

/** The wire types say null or undefined for what is absent. */
function isThere<Value>(value: Value): value is NonNullable<Value> {
  return value !== undefined && value !== null;
}

export interface Answer {
  readonly type: string;
  readonly value: unknown;
}

/** In the order in which the activities were scheduled. */
export function answersOf(history: readonly HistoryEvent[]): readonly Answer[] {
  const completed = new Map(
    history.flatMap(({ activityTaskCompletedEventAttributes: done }) =>
      isThere(done) ? [[String(done.scheduledEventId), done.result?.payloads?.[0]?.data] as const] : [],
    ),
  );
  return history.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) => {
    if (!isThere(scheduled)) return [];
    // What answers nothing has a payload without bytes.
    const text = Buffer.from(completed.get(String(eventId)) ?? []).toString();
    const value: unknown = text === '' ? undefined : JSON.parse(text);
    return [{ type: scheduled.activityType?.name ?? '', value }];
  });
}
