/**
 * The incident of a case as its people see it: through the client alone. It knows what time it is there, lets time
 * pass, and waits until the incident has done what it does by itself.
 */
import {
  Firebreak,
  InputProblem,
  type Gate,
  type IncidentEvent,
  type IncidentUpdates,
} from '../../src/client';
import { Declaration, type DeclarationInput } from '../../src/contract/declaration';
import type { Policy } from '../../src/contract/policy';
import { nextNotificationStep } from '../../src/domain/next-steps';
import { apply, incidentOf, type Incident } from '../../src/domain/incident';
import { epochMsOf, instantFromEpochMs, type Instant } from '../../src/domain/instant';
import { sentNotices } from '../../src/domain/notification';
import { incidentWorkflowId } from '../../src/workflows/names';
import type { Receipt } from '../../src/workflows/messages';
import type { CaseStage } from './stage';

export interface CaseIncident {
  readonly incidentId: string;
  readonly firebreak: Firebreak;
  now(): Promise<Instant>;
  /** Lets time pass until it is at least this instant. */
  reach(instantMs: number): Promise<void>;
  /** @throws InputProblem when the incident refuses it */
  tell<Name extends keyof IncidentUpdates>(name: Name, message: IncidentUpdates[Name]): Promise<Receipt>;
  /** Waits until nothing is under way any more; time does not pass meanwhile. */
  rest(): Promise<Recorded>;
  recorded(): Promise<Recorded>;
  gates(): Promise<readonly Gate[]>;
  end(): Promise<void>;
}

/** All that was recorded, and the state that follows from it. */
export interface Recorded {
  readonly events: readonly IncidentEvent[];
  readonly state: Incident;
}

const patienceMs = 60_000;
const pollMs = 15;

export async function declareIncident(
  stage: CaseStage,
  input: DeclarationInput,
  policy: Policy,
): Promise<CaseIncident> {
  const firebreak = Firebreak.over(stage.temporal, policy);
  const { incidentId } = await firebreak.declareIncident(input);
  const handle = stage.temporal.workflow.getHandle(incidentWorkflowId(incidentId));
  const { startTime } = await handle.describe();
  const declaration = Declaration.parse(input);
  const offsetMs = epochMsOf(declaration.startsAt ?? '') - startTime.getTime();
  const now = async () => instantFromEpochMs((await stage.nowMs()) + offsetMs);

  async function recorded(): Promise<Recorded> {
    const events = await firebreak.events(incidentId);
    const declaredAt = events[0]?.at ?? (await now());
    const initial = incidentOf({ declaration, policy, declaredAt });
    return { events, state: events.reduce(apply, initial) };
  }

  async function rest(): Promise<Recorded> {
    const endsAtMs = Date.now() + patienceMs;
    for (;;) {
      const found = await recorded();
      if (isAtRest(found.state)) return found;
      if (Date.now() > endsAtMs) throw new Error(`incident ${incidentId} does not come to rest`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  return {
    incidentId,
    firebreak,
    now,
    async reach(instantMs) {
      for (;;) {
        const leftMs = instantMs - epochMsOf(await now());
        if (leftMs <= 0) return;
        await stage.pass(leftMs);
      }
    },
    tell: (name, message) => firebreak.tell(incidentId, name, message),
    rest,
    recorded,
    gates: () => firebreak.gates(incidentId),
    end: async () => {
      await handle.terminate('the case is over').catch(() => undefined);
    },
  };
}

function isAtRest(state: Incident): boolean {
  if (nextNotificationStep(state) !== undefined || state.pendingDecisions.length > 0) return false;
  return sentNotices(state.notification).every(
    ({ state: { campaign } }) => campaign.isConfirmed || campaign.shards.some(({ stopped }) => stopped),
  );
}

/** The sentence of a refusal; anything else that went wrong is no answer of the incident. */
export async function refusalOf(doing: Promise<unknown>): Promise<string | undefined> {
  try {
    await doing;
    return undefined;
  } catch (error) {
    if (error instanceof InputProblem) return error.message;
    throw error;
  }
}
