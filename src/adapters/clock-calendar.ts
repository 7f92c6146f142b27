/**
 * Clocks as a calendar that people subscribe to or import (iCalendar, RFC 5545): instants in UTC, an identity that
 * stays when a due time moves, and an alarm ahead of each.
 */
import icalendar, { ICalAlarmType, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { ListedClock } from '../domain/clock-list';
import { epochMsOf, type Instant } from '../domain/instant';

export interface CalendarSettings {
  readonly incidentId: string;
  /** The moment for which the clocks were read. */
  readonly at: Instant;
  /** How long before a due time an alarm goes off; several for several alarms. */
  readonly alarmMinutes: readonly number[];
}

const minuteMs = 60_000;

/** @param clocks those without a due time, and those that are met, stand in no calendar */
export function clockCalendar(
  clocks: readonly ListedClock[],
  { incidentId, at, alarmMinutes }: CalendarSettings,
): string {
  const calendar = icalendar({
    name: `Firebreak ${incidentId}`,
    prodId: { company: 'Firebreak', product: 'clocks', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
  });
  for (const clock of clocks) {
    if (clock.dueAt === undefined || clock.state === 'met') continue;
    const event = calendar.createEvent({
      id: `${encodeURIComponent(clock.id)}@firebreak`,
      start: new Date(clock.dueAt),
      stamp: new Date(at),
      summary: `${incidentId}: ${clock.what}${clock.kind === 'law' ? '' : `, ${clock.kind}`}`,
      description: descriptionOf(clock),
      status: clock.isUndecided ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED,
    });
    for (const minutes of alarmMinutes)
      event.createAlarm({
        type: ICalAlarmType.display,
        trigger: new Date(epochMsOf(clock.dueAt) - minutes * minuteMs),
        description: `${clock.what} is due in ${minutes} minutes`,
      });
  }
  return calendar.toString();
}

function descriptionOf({ to, kind, isUndecided, inclusive, latestDueAt, words }: ListedClock): string {
  return [
    `to: ${to}`,
    ...(kind === 'policy' ? ['policy, not law'] : []),
    ...(isUndecided ? ['whether it applies is undecided'] : []),
    inclusive ? 'this instant is still in time' : 'must be done before this instant',
    ...(latestDueAt === undefined ? [] : [`the earliest of several; the last is ${latestDueAt}`]),
    words,
  ].join('\n');
}
