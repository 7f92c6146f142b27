/**
 * The few moments that tell an incident at a glance, as a Mermaid timeline. Every line has the form that a page without
 * Mermaid reads as well: a section for each day, a time of day, and a text in letters that mean nothing to either.
 */
import type { EventType, IncidentEvent } from './events';
import { happenedAt } from './events';
import { anchorInForce, type Incident } from './incident';
import { spanOf } from './moment';
import { sentenceOf } from './timeline';

interface Milestone {
  /** ISO 8601, as exactly as it is known: an instant, a day, or a month. */
  readonly at: string;
  readonly sortsAt: string;
  readonly text: string;
}

const telling: ReadonlySet<EventType> = new Set([
  'declared',
  'emergency-action-recorded',
  'containment-alarm-raised',
  'sign-of-breach-reported',
  'plan-proposed',
  'decision-accepted',
  'recovery-confirmed',
  'watch-started',
  'watch-ended',
  'determined',
  'affected-tenants-identified',
  'campaign-started',
  'filing-recorded',
  'deadlines-missed',
  'postmortem-completed',
  'incident-closed',
]);

const mostShown = 60;
const textLimit = 90;

export function mermaidTimeline(incident: Incident, events: readonly IncidentEvent[]): string {
  const milestones = milestonesOf(incident, events);
  const shown = milestones.slice(0, mostShown);
  const rest = milestones.length - shown.length;
  const lines = shown.flatMap(({ at, text }, index) => {
    const day = at.slice(0, 10);
    const isNewDay = day !== shown[index - 1]?.at.slice(0, 10);
    return [...(isNewDay ? [`  section ${day}`] : []), `    ${timeOfDay(at)} : ${text}`];
  });
  const more = rest === 0 ? [] : [`    later : ${String(rest)} more, see the response timeline`];
  return ['timeline', ...lines, ...more].join('\n');
}

function milestonesOf(incident: Incident, events: readonly IncidentEvent[]): readonly Milestone[] {
  const told = events
    .filter(({ type }) => telling.has(type))
    .map((event) => ({
      at: happenedAt(event),
      sortsAt: happenedAt(event),
      text: plain(sentenceOf(event)),
    }));
  return [...beginnings(incident), ...told].sort((left, right) => left.sortsAt.localeCompare(right.sortsAt));
}

function beginnings(incident: Incident): readonly Milestone[] {
  return (['occurrence', 'detection'] as const).flatMap((kind) => {
    const anchor = anchorInForce(incident, kind);
    if (anchor === undefined) return [];
    return [
      { at: anchor.at, sortsAt: spanOf(anchor).earliest, text: plain(`${titles[kind]}, ${anchor.basis}`) },
    ];
  });
}

const titles = { occurrence: 'It began', detection: 'It was detected' };

/** Of a day or month that is all there is to know. */
function timeOfDay(at: string): string {
  const [, hours, minutes] = /T(\d{2}):(\d{2})/.exec(at) ?? [];
  if (hours === undefined || minutes === undefined) return 'all-day';
  return `${hours}h${minutes}${/Z$/.test(at) ? '' : at.slice(-6).replace(':', 'h')}`;
}

/** Mermaid would read colons, semicolons and hashes as its own, and a back quote might end the block. */
function plain(text: string): string {
  const letters = text
    .replace(/(\d{2}):(\d{2}):\d{2}\.\d{3}Z/g, '$1h$2')
    .replace(/[:;](?= |$)/g, ',')
    .replace(/[^\p{L}\p{N} .,()/+'-]/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return letters.length <= textLimit ? letters : `${letters.slice(0, textLimit - 1).trimEnd()}…`;
}
