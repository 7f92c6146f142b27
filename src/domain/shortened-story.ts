/**
 * The list of events made shorter for the next run, when it has grown longer than a run can be handed: events for which
 * later ones stand are taken out, and one event says how many and of which kinds. Who is told nothing of them would see
 * a record that is whole and is not.
 */
import { theSystem, type EventOf, type IncidentEvent } from './events';
import type { Instant } from './instant';
import { nextSeq } from './refused-messages';

/** So many of the newest refused messages and decisions are kept word by word. */
const refusalsKept = 100;

/** Nothing that the incident rests on changes: the state after the shorter list is the state after the longer one. */
export function shortenedStory(events: readonly IncidentEvent[], now: Instant): readonly IncidentEvent[] {
  const superseded = [
    ...supersededReports(events),
    ...formerRefusals(events),
    ...formerRefusedDecisions(events),
  ];
  const formerSummaries = events.filter((event) => event.type === 'story-shortened');
  const taken = new Set(superseded.length === 0 ? [] : [...superseded, ...formerSummaries]);
  const kept = events.filter((event) => !taken.has(event)).map(withoutSpentToken(events));
  return [...withoutSupersededGroups(kept), ...summaryOf([...taken], events, now)];
}

/** Reports of deliveries are absolute: the last of a shard stands. When the first tenant was told is asked later, too. */
function supersededReports(events: readonly IncidentEvent[]): readonly IncidentEvent[] {
  const first = events.find((event) => event.type === 'delivery-progressed' && event.totals.accepted > 0);
  const reported = new Set<string>();
  return [...events].reverse().filter((event) => {
    if (event.type !== 'delivery-progressed') return false;
    const shard = `${event.campaignId}/${String(event.shard)}`;
    const isSuperseded = reported.has(shard) && event !== first;
    reported.add(shard);
    return isSuperseded;
  });
}

function formerRefusals(events: readonly IncidentEvent[]): readonly IncidentEvent[] {
  return events
    .filter(({ type }) => type === 'message-refused' || type === 'further-messages-refused')
    .slice(0, -refusalsKept);
}

/** Both that it came and that it was refused; the number of the newest decision stays, for the next is counted from it. */
function formerRefusedDecisions(events: readonly IncidentEvent[]): readonly IncidentEvent[] {
  const former = new Set(refusedDecisions(events).slice(0, -refusalsKept));
  return events.filter(
    (event) =>
      (event.type === 'decision-received' || event.type === 'decision-refused') &&
      former.has(event.decisionId),
  );
}

function refusedDecisions(events: readonly IncidentEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'decision-refused' ? [event.decisionId] : []));
}

/** A token that was refused decides nothing any more; it may be 12 KB long. */
function withoutSpentToken(events: readonly IncidentEvent[]): (event: IncidentEvent) => IncidentEvent {
  const refused = new Set(refusedDecisions(events));
  return (event) =>
    event.type === 'decision-received' && refused.has(event.decisionId) ? { ...event, token: '' } : event;
}

/** Of assessments only the last is asked for its groups; the sentence on the timeline rests on counts. */
function withoutSupersededGroups(events: readonly IncidentEvent[]): readonly IncidentEvent[] {
  const last = events.findLast((event) => event.type === 'obligations-assessed');
  return events.map((event) =>
    event.type === 'obligations-assessed' && event !== last ? withoutGroups(event) : event,
  );
}

function withoutGroups<Event extends EventOf<'obligations-assessed'>>(event: Event): Event {
  const { groups, unlistedGroups } = event.assessment;
  const assessment = { ...event.assessment, groups: [], unlistedGroups: unlistedGroups + groups.length };
  return { ...event, assessment };
}

function summaryOf(
  taken: readonly IncidentEvent[],
  events: readonly IncidentEvent[],
  now: Instant,
): readonly IncidentEvent[] {
  if (taken.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { type, count } of taken.flatMap(countsOf)) counts.set(type, (counts.get(type) ?? 0) + count);
  const types = [...counts].map(([type, count]) => ({ type, count }));
  return [{ type: 'story-shortened', types, ...theSystem, seq: nextSeq(events), at: now }];
}

/** What one event stands for: it may be a sum itself. */
function countsOf(event: IncidentEvent): EventOf<'story-shortened'>['types'] {
  switch (event.type) {
    case 'story-shortened':
      return event.types;
    case 'further-messages-refused':
      return [{ type: 'message-refused', count: event.count }];
    default:
      return [{ type: event.type, count: 1 }];
  }
}
