/**
 * A standing update: approved once, and sent again without news at every repetition of the duties to tell tenants. Owns
 * its states; when a repetition is due is `standing-updates.ts`.
 */
import type { Instant } from './instant';

/** `repetitions` were begun so far; that of a `due` one is the next. */
export type Standing =
  | { readonly kind: 'waiting'; readonly repetitions: number }
  | { readonly kind: 'due'; readonly repetitions: number; readonly dueAt: Instant }
  | { readonly kind: 'ended'; readonly repetitions: number };

export const newlyStanding: Standing = { kind: 'waiting', repetitions: 0 };

export function dueBy(standing: Standing, dueAt: Instant): Standing {
  return standing.kind === 'ended' ? standing : { ...standing, kind: 'due', dueAt };
}

export function repeated({ kind, repetitions }: Standing): Standing {
  return { kind: kind === 'ended' ? 'ended' : 'waiting', repetitions: repetitions + 1 };
}

export function endedStanding({ repetitions }: Standing): Standing {
  return { kind: 'ended', repetitions };
}

/** No notice that a person proposes has such an id. */
export function repetitionId(noticeId: string, revision: number, repetition: number): string {
  return `${noticeId}.${String(revision)}+${String(repetition)}`;
}
