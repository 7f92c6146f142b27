/**
 * Puts the process failures of an incident into the register outside it, as they stand now (S60). An older state that
 * comes late, from an attempt that was given up, changes nothing.
 */
import type { ProcessFailure } from '../domain/process-register';

export interface KeepProcessRegisterInput {
  readonly incidentId: string;
  readonly mode: 'live' | 'drill';
  /** Rises with every state of the incident. */
  readonly revision: number;
  readonly failures: readonly ProcessFailure[];
}

export interface ProcessRegister {
  /** Repeating it changes nothing, and so does a revision that is not newer than what is kept. */
  keep(state: KeepProcessRegisterInput): Promise<void>;
}

export const keepProcessRegister =
  (register: ProcessRegister) =>
  (state: KeepProcessRegisterInput): Promise<void> =>
    register.keep(state);
