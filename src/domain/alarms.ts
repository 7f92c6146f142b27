/** What time alone brings about, by the one durable clock of an incident. */
import { holdExpiries } from './holds';
import { latestSafeStartAlarms } from './latest-safe-start';
import { repetitionAlarms } from './standing-updates';
import type { EventBody } from './events';
import { isSettled, type Entry } from './follow-up';
import { anchorInForce, type Incident } from './incident';
import { addMs, compareInstants, earliestOf, epochMsOf, latestOf, type Instant } from './instant';
import { beginningOf } from './moment';
import { remembered } from './remembered';
import { isContainmentOver, isStable } from './response-questions';
import { type Clock, runningClocks } from './running-clocks';

/** An event that time alone brings about. */
export interface Alarm {
  readonly at: Instant;
  readonly event: EventBody;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

export const nextAlarm = remembered(
  (incident: Incident): Alarm | undefined =>
    [...alarmsOf(incident)].sort((left, right) => compareInstants(left.at, right.at))[0],
);

export function dueAlarms(incident: Incident, now: Instant): readonly Alarm[] {
  return alarmsOf(incident).filter((alarm) => compareInstants(alarm.at, now) <= 0);
}

export function alarmsOf(incident: Incident): readonly Alarm[] {
  return [
    ...clockAlarms(incident),
    ...latestSafeStartAlarms(incident),
    ...repetitionAlarms(incident),
    ...containmentAlarms(incident),
    ...waiverAlarms(incident),
    ...holdExpiries(incident.holds),
    ...ownerAlarms(incident),
    ...reviewAlarms(incident),
    ...escalationAlarms(incident),
  ];
}

function clockAlarms(incident: Incident): readonly Alarm[] {
  const clocks = runningClocks(incident);
  const dueInstants = [...new Set(clocks.map((clock) => clock.dueAt))];
  return dueInstants.flatMap((dueAt) => {
    const due = clocks.filter((clock) => clock.dueAt === dueAt);
    return [
      ...alarmUnless(
        incident.warnedClocks,
        due,
        (clock) => nearedAt(incident, clock),
        (fresh) => ({ type: 'deadlines-neared', clocks: fresh, dueAt }),
      ),
      ...alarmUnless(
        incident.missedClocks,
        due,
        () => dueAt,
        (fresh) => ({ type: 'deadlines-missed', clocks: fresh, dueAt }),
      ),
    ];
  });
}

/** A margin ahead, but of a repetition not before half of its time has passed: it would always be near. */
function nearedAt({ policy }: Incident, { dueAt, countsFrom }: Clock): Instant {
  const ahead = addMs(dueAt, -policy.deadlineMarginMinutes * minuteMs);
  if (countsFrom === undefined) return ahead;
  return latestOf(ahead, addMs(countsFrom, compareInstants(dueAt, countsFrom) / 2));
}

function alarmUnless(
  recorded: readonly string[],
  clocks: readonly Clock[],
  atOf: (clock: Clock) => Instant,
  eventFor: (fresh: readonly string[]) => EventBody,
): readonly Alarm[] {
  const fresh = clocks.filter(({ clock }) => !recorded.includes(clock));
  const at = earliestOf(fresh.map(atOf));
  return at === undefined ? [] : [{ at, event: eventFor(fresh.map(({ clock }) => clock)) }];
}

/** Containment is measured from detection; without that anchor from the declaration (S13). */
function containmentAlarms(incident: Incident): readonly Alarm[] {
  const { response, policy, declaration } = incident;
  const late = response.services
    .map(({ service }) => service)
    .filter(
      (service) => !isContainmentOver(response, service) && !response.alarmedServices.includes(service),
    );
  if (late.length === 0 || isStable(response)) return [];
  const detection = anchorInForce(incident, 'detection');
  const detectedAt = detection === undefined ? incident.declaredAt : beginningOf(detection);
  const at = addMs(detectedAt, policy.containmentAlarmMinutes[declaration.severity] * minuteMs);
  return [{ at, event: { type: 'containment-alarm-raised', services: late } }];
}

function waiverAlarms(incident: Incident): readonly Alarm[] {
  return incident.followUp.entries.flatMap(({ ref, state }) =>
    state.kind === 'waived' ? [{ at: state.expiresAt, event: { type: 'waiver-expired', ref } as const }] : [],
  );
}

/** S65: no entry stays without an owner past its grace time. */
function ownerAlarms(incident: Incident): readonly Alarm[] {
  const unowned = unsettled(incident).filter((entry) => entry.owner === undefined);
  return reminder(incident, unowned, 'unowned', incident.policy.entryGraceHours * hourMs);
}

/** S66: the review comes back until the last entry is settled. */
function reviewAlarms(incident: Incident): readonly Alarm[] {
  if (!isStable(incident.response)) return [];
  return reminder(incident, unsettled(incident), 'open', incident.policy.reminderHours * hourMs);
}

/** S59: what reminders do not move goes to those above its owner, and again after as many more. */
function escalationAlarms(incident: Incident): readonly Alarm[] {
  const stuck = unsettled(incident).filter(
    ({ reminders }) => reminders >= incident.policy.escalateAfterReminders,
  );
  const at = earliestOf(stuck.flatMap(({ remindedAt }) => remindedAt ?? []));
  if (at === undefined) return [];
  const leadsOf = [...new Set(stuck.flatMap(({ owner }) => owner ?? []))];
  return [{ at, event: { type: 'entries-escalated', refs: stuck.map(({ ref }) => ref), leadsOf } }];
}

function unsettled(incident: Incident): readonly Entry[] {
  return incident.followUp.entries.filter((entry) => !isSettled(incident.followUp, entry));
}

/** Names the entries that are old enough when it rings: the first time after their grace, then at every interval. */
function reminder(
  incident: Incident,
  entries: readonly Entry[],
  because: 'unowned' | 'open',
  graceMs: number,
): readonly Alarm[] {
  const firstOpenedAt = earliestOf(entries.map(({ openedAt }) => openedAt));
  if (firstOpenedAt === undefined) return [];
  const first = addMs(firstOpenedAt, graceMs);
  const last = incident.followUp.reminded[because];
  const at = latestOf(
    first,
    last === undefined ? first : addMs(last, incident.policy.reminderHours * hourMs),
  );
  const openedLastMs = epochMsOf(at) - graceMs;
  const named = entries.filter(({ openedAt }) => epochMsOf(openedAt) <= openedLastMs);
  const refs = named.map(({ ref }) => ref);
  const times = named.map(({ reminders }) => reminders + 1);
  return [{ at, event: { type: 'entries-reminded', refs, because, times } }];
}
