/**
 * How refused messages are kept: the first of an hour each in a line of its own, all others of that hour in one line
 * that counts. So a flood of nonsense neither buries the timeline nor makes the story too long to be handed over.
 */
import { theSystem, type EventOf, type IncidentEvent } from './events';
import { epochMsOf, type Instant } from './instant';

/** So many in an hour are told each by itself. */
export const refusalsToldAnHour = 20;

const hourMs = 3_600_000;
const namesTold = 10;

export interface RefusedMessage {
  readonly message: string;
  readonly problem: string;
}

/** An event and its place in the list: behind the last, or that of the line which counted so far. */
export interface PlacedEvent {
  readonly place: number;
  readonly event: IncidentEvent;
}

/** Where the refusal goes. The line that counts is replaced by one that counts one more; it keeps number and time. */
export function placedRefusal(
  events: readonly IncidentEvent[],
  { message, problem }: RefusedMessage,
  now: Instant,
): PlacedEvent {
  const hour = refusalsOfTheHour(events, now);
  const counting = hour.find(({ event }) => event.type === 'further-messages-refused');
  if (counting?.event.type === 'further-messages-refused')
    return { place: counting.place, event: { ...counting.event, ...counted(counting.event, message, now) } };
  const recording = { ...theSystem, seq: nextSeq(events), at: now };
  const event: IncidentEvent =
    hour.length < refusalsToldAnHour
      ? { ...recording, type: 'message-refused', message, problem }
      : { ...recording, type: 'further-messages-refused', count: 1, messages: [message], until: now };
  return { place: events.length, event };
}

/** The number of the next event; a story that was shortened has fewer events than its last one's number. */
export function nextSeq(events: readonly IncidentEvent[]): number {
  return (events.at(-1)?.seq ?? 0) + 1;
}

/** How many messages and decisions were refused, those included that are only counted. */
export function refusalsIn(events: readonly IncidentEvent[]): number {
  return events.map(refusalsTold).reduce((sum, count) => sum + count, 0);
}

function refusalsTold(event: IncidentEvent): number {
  switch (event.type) {
    case 'message-refused':
    case 'decision-refused':
      return 1;
    case 'further-messages-refused':
      return event.count;
    case 'story-shortened':
      return event.types
        .filter(({ type }) => type === 'message-refused' || type === 'decision-refused')
        .reduce((sum, { count }) => sum + count, 0);
    default:
      return 0;
  }
}

type Counting = EventOf<'further-messages-refused'>;

function counted({ count, messages }: Counting, message: string, now: Instant): Partial<Counting> {
  const isNew = !messages.includes(message) && messages.length < namesTold;
  return { count: count + 1, messages: isNew ? [...messages, message] : messages, until: now };
}

/** The newest first, and no more than are needed to decide. */
function refusalsOfTheHour(events: readonly IncidentEvent[], now: Instant): readonly PlacedEvent[] {
  const since = epochMsOf(now) - hourMs;
  const found: PlacedEvent[] = [];
  for (let place = events.length - 1; place >= 0 && found.length < refusalsToldAnHour; place -= 1) {
    const event = events[place];
    if (event === undefined || epochMsOf(event.at) <= since) break;
    if (event.type === 'further-messages-refused') return [{ place, event }];
    if (event.type === 'message-refused') found.push({ place, event });
  }
  return found;
}
