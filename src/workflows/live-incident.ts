/**
 * The running incident inside its workflow: the state, the list of events that made it, the clock, and the one way to
 * add to them. The tracks read it and wait on it; nothing else remembers anything.
 */
import { condition } from '@temporalio/workflow';
import type { Sender } from '../contract/principal';
import { theSystem, type Author, type EventBody, type IncidentEvent } from '../domain/events';
import { apply, type Incident } from '../domain/incident';
import { epochMsOf, instantFromEpochMs, type Instant } from '../domain/instant';
import { nextSeq, placedRefusal, type RefusedMessage } from '../domain/refused-messages';

/** What an event says beside its body. */
export interface Provenance {
  readonly author: Author;
  readonly happenedAt?: Instant;
  readonly messageId?: string;
}

const bySystem: Provenance = { author: theSystem };

export interface LiveIncident {
  readonly state: Incident;
  readonly events: readonly IncidentEvent[];
  /** Workflow time; in a drill with `startsAt`, the time it is supposed to be. */
  now(): Instant;
  record(body: EventBody, provenance?: Provenance): IncidentEvent;
  /** Notes what could not be taken; it changes nothing of the incident, and of very many only their number is told. */
  recordRefusal(refused: RefusedMessage): void;
  /** Whether a message with this id was taken before; the server forgets them at continue-as-new. */
  hasSeen(messageId: string): boolean;
  /** Called after every event that is recorded. */
  onRecorded(listener: () => void): void;
  until(isTrue: (state: Incident) => boolean): Promise<void>;
  /** @returns false when the instant came first. */
  untilOr(isTrue: (state: Incident) => boolean, at: Instant, summary: string): Promise<boolean>;
}

export interface LiveIncidentStart {
  readonly initial: Incident;
  readonly events: readonly IncidentEvent[];
  /** Added to workflow time; 0 but for a drill that plays at another date. */
  readonly clockOffsetMs: number;
}

/** One for all times: the sandbox takes a stack trace of every promise that is made. */
const nothingToWaitFor = Promise.resolve();

/** The longest timer that the server takes without complaint; a later instant is waited for in several. */
const longestTimerMs = 30 * 24 * 3_600_000;

export function liveIncident({ initial, events: earlier, clockOffsetMs }: LiveIncidentStart): LiveIncident {
  let state = earlier.reduce(apply, initial);
  const events = [...earlier];
  const seenMessages = new Set(earlier.flatMap((event) => event.messageId ?? []));
  const listeners: (() => void)[] = [];
  const now = clockWith(clockOffsetMs);

  function record(body: EventBody, { author, happenedAt, messageId }: Provenance = bySystem): IncidentEvent {
    const event: IncidentEvent = {
      ...body,
      ...author,
      seq: nextSeq(events),
      at: now(),
      ...(happenedAt !== undefined && { happenedAt }),
      ...(messageId !== undefined && { messageId }),
    };
    events.push(event);
    if (messageId !== undefined) seenMessages.add(messageId);
    state = apply(state, event);
    for (const listener of listeners) listener();
    return event;
  }

  function recordRefusal(refused: RefusedMessage): void {
    const { place, event } = placedRefusal(events, refused, now());
    events[place] = event;
  }

  async function untilOr(
    isTrue: (state: Incident) => boolean,
    at: Instant,
    summary: string,
  ): Promise<boolean> {
    for (;;) {
      const leftMs = epochMsOf(at) - epochMsOf(now());
      if (leftMs <= 0) return isTrue(state);
      if (await condition(() => isTrue(state), Math.min(leftMs, longestTimerMs), { summary })) return true;
    }
  }

  return {
    get state() {
      return state;
    },
    events,
    now,
    record,
    recordRefusal,
    hasSeen: (messageId) => seenMessages.has(messageId),
    onRecorded: (listener) => void listeners.push(listener),
    until: (isTrue) => (isTrue(state) ? nothingToWaitFor : condition(() => isTrue(state))),
    untilOr,
  };
}

/** Workflow time stands still within an activation, and is asked for many times. */
function clockWith(offsetMs: number): () => Instant {
  let latest = { epochMs: Number.NaN, instant: '' };
  return () => {
    const epochMs = Date.now();
    if (epochMs !== latest.epochMs) latest = { epochMs, instant: instantFromEpochMs(epochMs + offsetMs) };
    return latest.instant;
  };
}

export function authorOf(sender: Sender): Author {
  const { by, role, team, capacity, boundBy } = sender;
  return {
    by,
    role,
    boundBy: boundBy ?? 'stated',
    ...(team !== undefined && { team }),
    ...(capacity !== undefined && { capacity }),
  };
}
