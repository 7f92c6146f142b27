/**
 * The brake of an incident's deliveries (S47): a row in the database, because that is what every line of every worker
 * asks anyway, and it is there before the next message whatever the server is doing.
 */

export interface BrakeChange {
  readonly incidentId: string;
  readonly isHeld: boolean;
  /** Rises with every change, so that an attempt that comes late changes nothing. */
  readonly change: number;
}

export interface DeliveryBrakes {
  set(change: BrakeChange): Promise<void>;
  isHeld(incidentId: string): Promise<boolean>;
}

/** Safe to run again, and in any order. */
export const holdDeliveries =
  (brakes: Pick<DeliveryBrakes, 'set'>) =>
  async (change: BrakeChange): Promise<void> => {
    await brakes.set(change);
  };

/** What a page asks before every message. */
export interface WatchedBrake {
  isHeld(): boolean;
  release(): void;
}

const asksEveryMs = 100;

/**
 * Asks now and then ten times a second, for what is armed already: the ledger itself arms nothing while a brake is on,
 * nor while the database does not answer.
 */
export async function watchBrake(
  brakes: Pick<DeliveryBrakes, 'isHeld'>,
  incidentId: string,
): Promise<WatchedBrake> {
  let isHeld = await brakes.isHeld(incidentId);
  let isAsking = false;
  const asking = setInterval(() => void ask(), asksEveryMs);

  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      isHeld = await brakes.isHeld(incidentId);
    } catch {
      // What it said last stands.
    } finally {
      isAsking = false;
    }
  }

  return { isHeld: () => isHeld, release: () => clearInterval(asking) };
}
