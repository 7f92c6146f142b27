/**
 * How the story so far goes to the next run: as it is while it is small, then without what later events stand for, then
 * written small. The server takes 2 MB; what is longer than that is not handed over, and the incident stays in its run.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { IncidentEvent } from './events';
import type { Instant } from './instant';
import { packed, unpacked, type PackedStory } from './packed-story';
import { shortenedStory } from './shortened-story';

/** Events as they are, or packed; exactly one of the two. */
export interface HandedOverStory {
  readonly events?: readonly IncidentEvent[];
  readonly packed?: PackedStory;
}

/** Plain events can be read in the Temporal UI, so they are kept as long as there is room. */
const plainLimitBytes = 1_000_000;

/** Below the 2 MB of the server, with room for the declaration and the policy that go with it. */
const packedLimitBytes = 1_700_000;

/** @returns nothing when the story is too long to be handed over at all */
export function handedOver(events: readonly IncidentEvent[], now: Instant): HandedOverStory | undefined {
  if (bytesOf(events) <= plainLimitBytes) return { events };
  const shortened = shortenedStory(events, now);
  if (bytesOf(shortened) <= plainLimitBytes) return { events: shortened };
  const small = packed(shortened);
  return bytesOf(small) <= packedLimitBytes ? { packed: small } : undefined;
}

export function storyTakenOver(story: HandedOverStory): readonly IncidentEvent[] {
  return story.packed === undefined ? (story.events ?? []) : unpacked(story.packed);
}

function bytesOf(value: unknown): number {
  return utf8ToBytes(JSON.stringify(value)).length;
}
