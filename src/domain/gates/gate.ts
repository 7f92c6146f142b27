/** What a gate is: open exactly when it lacks nothing, and every lack says in words who can supply it. */
import type { Fingerprint } from '../fingerprint';

export interface Lack {
  /** For programs, e.g. `task:<service>`, `approval`, `entry:<ref>`. */
  readonly code: string;
  readonly sentence: string;
  readonly who: string;
}

export interface Gate {
  readonly gate: string;
  readonly isOpen: boolean;
  readonly generation: number;
  /** What a decision must be bound to; absent while there is nothing to decide on. */
  readonly objectHash?: Fingerprint;
  readonly lacks: readonly Lack[];
}

export function gateOf(
  gate: string,
  generation: number,
  lacks: readonly Lack[],
  objectHash?: Fingerprint,
): Gate {
  return {
    gate,
    isOpen: lacks.length === 0,
    generation,
    lacks,
    ...(objectHash !== undefined && { objectHash }),
  };
}
