/**
 * What a service, an approver or an operator calls: one class over the Temporal client. It checks what it is given,
 * says in a sentence what is wrong, and never waits longer than asked.
 *
 * ```ts
 * const firebreak = await Firebreak.connect({ address: 'localhost:7233' });
 * const { incidentId } = await firebreak.declareIncident({ title: 'Odd token use', summary: '…', severity: 'high', … });
 * await firebreak.openBug(incidentId, { ref: 'SEC-1', title: 'Rotate tokens', by: 'ann', role: 'security-response' });
 * ```
 */
import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import {
  Client,
  Connection,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { NamespaceNotFoundError, TypedSearchAttributes, type QueryDefinition } from '@temporalio/common';
import type { Sender } from './contract/principal';
import { Declaration, IncidentId, type DeclarationInput } from './contract/declaration';
import {
  DecisionMessage,
  incidentUpdates,
  OpenEntry,
  CloseEntry,
  ReopenEntry,
  type IncidentUpdates,
} from './contract/messages';
import { InputProblem } from './contract/input-problem';
import { parseInput } from './contract/parse-input';
import type { Policy } from './contract/policy';
import { ToldInFull } from './contract/told-in-full';
import { readDecisionToken } from './domain/decision-token';
import type { IncidentEvent } from './domain/events';
import type { Gate } from './domain/gates';
import { instantFromEpochMs, type Instant } from './domain/instant';
import { beginningOf } from './domain/moment';
import type { IncidentFigures } from './domain/metrics';
import type { ObligationFacts } from './domain/obligation-facts';
import type { IncidentStatus } from './domain/operator-view';
import { defaultPolicy } from './domain/policy';
import type { Plan } from './domain/response';
import type { TimelineLine } from './domain/timeline';
import type { Principal, TodoItem } from './domain/todo';
import * as messages from './workflows/messages';
import type { deliverNotices, DeliveryShard } from './workflows/deliver-notices';
import {
  deliveryTaskQueue,
  deliveryWorkflowId,
  incidentIdOf,
  incidentTaskQueue,
  incidentWorkflowId,
} from './workflows/names';
import { attributesAtStart } from './workflows/search-attributes';
import type { securityIncident } from './workflows/security-incident';

export { InputProblem } from './contract/input-problem';
export type { DeclarationInput } from './contract/declaration';
export type { DecisionReceipt, Receipt, TogetherItem } from './workflows/messages';
export type {
  Gate,
  IncidentEvent,
  IncidentFigures,
  IncidentStatus,
  IncidentUpdates,
  Plan,
  Policy,
  Principal,
  TimelineLine,
  TodoItem,
};

export interface ConnectOptions {
  /** `host:port` of the Temporal server; `localhost:7233` unless given. */
  readonly address?: string;
  /** Temporal namespace; `default` unless given. */
  readonly namespace?: string;
  /** Encrypted to the server, with the certificate authorities of this machine; off unless given. */
  readonly tls?: boolean;
  /** How long to try to reach the server; 10 seconds unless given. */
  readonly connectTimeoutMs?: number;
  /** Rules of the provider that are pinned to incidents declared through this client. */
  readonly policy?: Policy;
}

/** An incident as the server lists it. */
export interface ListedIncident {
  readonly incidentId: string;
  /** When its present run began: the declaration, unless it has continued as new since. */
  readonly startedAt: Instant;
  readonly closedAt?: Instant;
}

/** A shard of a campaign, and how the shards of that campaign send. */
export interface ShardToWake extends Pick<DeliveryShard, 'incidentId' | 'campaignId' | 'shard'> {
  readonly policy: Partial<Pick<DeliveryShard, 'deferralSeconds' | 'relayPauseSeconds' | 'heldInDoubt'>>;
}

/** Of campaigns from before their policy was kept with them. */
const defaultDelays = { deferralSeconds: defaultPolicy.deferralSeconds };

export interface WaitOptions {
  /** For ever unless given. */
  readonly timeoutMs?: number;
  readonly pollMs?: number;
}

/** The incident server cannot be reached, or did not answer in time. Nothing is known about what was asked. */
export class Unreachable extends ToldInFull {
  readonly type = 'Unreachable';
  override readonly name = 'Unreachable';
}

/** The Temporal server answered that it does not take this: its own set-up or our rights have to be mended. */
export class RefusedByServer extends ToldInFull {
  readonly type = 'RefusedByServer';
  override readonly name = 'RefusedByServer';
}

/** What an approver has to sign to decide at a gate. */
export interface DecisionToMake {
  readonly aud: string;
  readonly gate: string;
  readonly gen: number;
  readonly obj: string;
}

const answerTimeoutMs = 60_000;
/** A worker answers a question in milliseconds, or a few seconds after it had to replay the incident. */
const questionTimeoutMs = 10_000;
/** Who waits for something to come true waits for a worker to come back, too. */
const patientQuestionTimeoutMs = 60_000;
const pingTimeoutMs = 2000;
const pauseMs = 200;

interface QuestionOptions<Page> {
  readonly timeoutMs?: number;
  /** What the question takes beside its name. */
  readonly page?: Page;
}

export class Firebreak {
  private constructor(
    private readonly temporal: Client,
    private readonly policy: Policy,
    private readonly end: () => Promise<void>,
  ) {}

  /** @throws Unreachable when no server answers at the address */
  static async connect(options: ConnectOptions = {}): Promise<Firebreak> {
    const address = options.address ?? 'localhost:7233';
    const connection = await reach(address, () =>
      Connection.connect({
        address,
        tls: options.tls ?? false,
        connectTimeout: options.connectTimeoutMs ?? 10_000,
      }),
    );
    const temporal = new Client({ connection, namespace: options.namespace ?? 'default' });
    return new Firebreak(temporal, options.policy ?? defaultPolicy, () => connection.close());
  }

  /** Over a Temporal client that the caller owns and closes. */
  static over(temporal: Client, policy: Policy = defaultPolicy): Firebreak {
    return new Firebreak(temporal, policy, () => Promise.resolve());
  }

  async close(): Promise<void> {
    await this.end();
  }

  /**
   * Declares an incident and returns at once. The same id again reaches the same incident and changes nothing; a
   * closed one is never reopened: declare a new one with `relatedTo` (process: declaring).
   * @throws InputProblem naming the bad field
   */
  async declareIncident(
    input: Omit<DeclarationInput, 'incidentId'> & { readonly incidentId?: string },
  ): Promise<{ readonly incidentId: string; readonly workflowId: string; readonly runId: string }> {
    const declaration = parseInput(Declaration, { incidentId: newIncidentId(), ...input }, 'the declaration');
    refuseFuture(declaration);
    const { incidentId } = declaration;
    const workflowId = incidentWorkflowId(incidentId);
    const handle = await this.asking(incidentId, () =>
      this.temporal.workflow.start<typeof securityIncident>('securityIncident', {
        workflowId,
        taskQueue: incidentTaskQueue,
        args: [{ declaration, policy: this.policy }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes: new TypedSearchAttributes(attributesAtStart(declaration)),
        staticSummary:
          `${declaration.severity}: ${declaration.services.map(({ service }) => service).join(', ')}`.slice(
            0,
            200,
          ),
        staticDetails: `Incident ${incidentId}, TLP:${declaration.tlp}, ${declaration.mode}. Declared by ${declaration.reporter.by}.`,
      }),
    );
    return { incidentId, workflowId, runId: handle.firstExecutionRunId };
  }

  /**
   * Sends a signed decision (of `firebreak approve`, or `signDecision`) and waits until its signature is judged.
   * @throws InputProblem when it is refused, with the reason
   */
  approve(incidentId: string, token: string): Promise<messages.DecisionReceipt> {
    return this.decide(incidentId, token, 'approve');
  }

  /** As `approve`, with a token that rejects. A rejection is final for what it rejects. */
  reject(incidentId: string, token: string): Promise<messages.DecisionReceipt> {
    return this.decide(incidentId, token, 'reject');
  }

  private decide(
    incidentId: string,
    token: string,
    verdict: 'approve' | 'reject',
  ): Promise<messages.DecisionReceipt> {
    const message = parseInput(DecisionMessage, { token }, 'the decision');
    const reading = readDecisionToken(message.token);
    if (reading.kind === 'unreadable') throw new InputProblem(reading.problem, 'token');
    if (reading.claims.dec !== verdict)
      throw new InputProblem(`the token says ${reading.claims.dec}, but you ${verdict}; sign again`, 'token');
    return this.asking(incidentId, () =>
      this.handle(incidentId).executeUpdate(messages.decide, {
        args: [message],
        updateId: reading.claims.jti,
      }),
    );
  }

  /** What has to be signed to decide at the gate now. @throws InputProblem when the gate asks for no decision */
  async decisionAt(incidentId: string, gate: string): Promise<DecisionToMake> {
    const gates = await this.gates(incidentId);
    const found = gates.find((each) => each.gate === gate);
    const names = gates.map((each) => each.gate).join(', ');
    if (found === undefined)
      throw new InputProblem(
        `there is no gate ${gate} in incident ${incidentId}; its gates are ${names}`,
        'gate',
      );
    if (found.objectHash === undefined) throw new InputProblem(notDecidable(found), 'gate');
    const aud = `${this.temporal.options.namespace}/${incidentWorkflowId(incidentId)}`;
    return { aud, gate, gen: found.generation, obj: found.objectHash };
  }

  /** Records a bug (or another entry) that gates the postmortem unless `gating` is false. Fire and forget: a signal. */
  async openBug(incidentId: string, entry: OpenEntry): Promise<void> {
    const message = parseInput(OpenEntry, entry, 'the bug');
    await this.asking(incidentId, () => this.handle(incidentId).signal(messages.openBug, message));
  }

  /** Closes a bug, as resolved unless said otherwise. What was never opened is refused on the timeline. */
  async closeBug(incidentId: string, closing: CloseEntry): Promise<void> {
    const message = parseInput(CloseEntry, closing, 'the closing of the bug');
    await this.asking(incidentId, () => this.handle(incidentId).signal(messages.closeBug, message));
  }

  async reopenBug(incidentId: string, reopening: ReopenEntry): Promise<void> {
    const message = parseInput(ReopenEntry, reopening, 'the reopening of the bug');
    await this.asking(incidentId, () => this.handle(incidentId).signal(messages.reopenBug, message));
  }

  /**
   * Any other message, by its name, answered when it is recorded. `messageId` makes it safe to send again.
   * @throws InputProblem with the reason when the incident refuses it
   */
  tell<Name extends keyof IncidentUpdates>(
    incidentId: string,
    name: Name,
    message: IncidentUpdates[Name],
  ): Promise<messages.Receipt> {
    const checked = parseInput(incidentUpdates[name] as z.ZodType<Sender>, message, name);
    return this.asking(incidentId, () =>
      this.handle(incidentId).executeUpdate<messages.Receipt, [unknown]>(name, {
        args: [checked],
        ...(checked.messageId !== undefined && { updateId: checked.messageId }),
      }),
    );
  }

  /**
   * Several messages at once, all or none, recorded in their order: a form that is sent as a whole.
   * @throws InputProblem with the reason when the incident refuses any of them; then none is recorded
   */
  tellTogether(
    incidentId: string,
    items: readonly messages.TogetherItem[],
    messageId?: string,
  ): Promise<messages.Receipt> {
    const checked = items.map(({ message, ...body }, index) => ({
      message,
      ...(parseInput(incidentUpdates[message], body, `message ${String(index + 1)} (${message})`) as object),
    })) as messages.TogetherItem[];
    return this.asking(incidentId, () =>
      this.handle(incidentId).executeUpdate(messages.recordTogether, {
        args: [{ messages: checked }],
        ...(messageId !== undefined && { updateId: messageId }),
      }),
    );
  }

  /**
   * Sets a shard of a campaign going: it looks at the ledger at once, and when it had ended it begins again, whether or
   * not its incident is still open.
   */
  async wakeShard({ incidentId, campaignId, shard, policy }: ShardToWake): Promise<void> {
    const which = { incidentId, campaignId, shard, incidentWorkflowId: incidentWorkflowId(incidentId) };
    await this.asking(incidentId, () =>
      this.temporal.workflow.signalWithStart<typeof deliverNotices, [messages.DeliveryResumption?]>(
        'deliverNotices',
        {
          workflowId: deliveryWorkflowId(incidentId, campaignId, shard),
          taskQueue: deliveryTaskQueue,
          signal: messages.resumeDelivery,
          signalArgs: [{ deferred: 'as-planned' }],
          staticSummary: `deliveries of ${campaignId}, shard ${String(shard)}`,
          args: [{ ...which, ...defaultDelays, ...policy }],
        },
      ),
    );
  }

  status(incidentId: string): Promise<IncidentStatus> {
    return this.reading(incidentId, messages.status);
  }

  /** All lines; those of a long story are fetched in several answers. */
  async timeline(incidentId: string): Promise<readonly TimelineLine[]> {
    const lines = [...(await this.reading(incidentId, messages.timeline))];
    while ((lines[0]?.seq ?? 1) > 1) {
      const before = lines[0]?.seq ?? 1;
      const earlier = await this.reading(incidentId, messages.timeline, { page: [{ before }] });
      if (earlier.length === 0) break;
      lines.unshift(...earlier);
    }
    return lines;
  }

  gates(incidentId: string): Promise<readonly Gate[]> {
    return this.reading(incidentId, messages.gates);
  }

  /** All that was recorded, in full and in its order: what status, timeline and gates are computed from. */
  events(incidentId: string): Promise<readonly IncidentEvent[]> {
    return this.reading(incidentId, messages.events);
  }

  /** What the incident knows of its obligations; its rules are evaluated by whoever asks. */
  obligationFacts(incidentId: string): Promise<ObligationFacts> {
    return this.reading(incidentId, messages.obligationFacts);
  }

  /** The plans of the incident, the newest last. */
  plans(incidentId: string): Promise<readonly Plan[]> {
    return this.reading(incidentId, messages.plans);
  }

  /** How long each part took, lateness, waits of approvals, entries. */
  metrics(incidentId: string): Promise<IncidentFigures> {
    return this.reading(incidentId, messages.metrics);
  }

  /** What one person owes to the incident now, what is due first first. */
  todo(incidentId: string, principal: Principal): Promise<readonly TodoItem[]> {
    return this.reading(incidentId, messages.todo, { page: [principal] });
  }

  /**
   * The incidents that the server knows, the newest first; closed ones are known as long as its retention keeps them.
   * One that was declared a moment ago may be missing yet.
   */
  async listIncidents({ onlyOpen = false } = {}): Promise<readonly ListedIncident[]> {
    const which = onlyOpen ? 'ExecutionStatus = "Running"' : 'ExecutionStatus != "ContinuedAsNew"';
    const found = new Map<string, ListedIncident>();
    try {
      const runs = this.temporal.workflow.list({ query: `IncidentRole = "incident" AND ${which}` });
      for await (const { workflowId, startTime, closeTime } of runs) {
        const incidentId = incidentIdOf(workflowId);
        const closedAt = closeTime && { closedAt: instantFromEpochMs(closeTime.getTime()) };
        const run = { incidentId, startedAt: instantFromEpochMs(startTime.getTime()), ...closedAt };
        const other = found.get(incidentId);
        if (other === undefined || other.startedAt < run.startedAt) found.set(incidentId, run);
      }
    } catch (error) {
      const away = 'the Temporal server did not list its incidents; is it running?';
      throw refusalByServer(error) ?? new Unreachable(away, { cause: error });
    }
    return [...found.values()].sort((left, right) => right.startedAt.localeCompare(left.startedAt));
  }

  /** The postmortem as it stands, in Markdown. */
  postmortemReport(incidentId: string): Promise<string> {
    return this.reading(incidentId, messages.postmortemReport);
  }

  /** @throws Unreachable when it does not come true in time */
  async waitFor(
    incidentId: string,
    isTrue: (status: IncidentStatus) => boolean,
    options: WaitOptions = {},
  ): Promise<IncidentStatus> {
    const endsAtMs = Date.now() + (options.timeoutMs ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const status = await this.reading(incidentId, messages.status, {
        timeoutMs: patientQuestionTimeoutMs,
      });
      if (isTrue(status)) return status;
      if (Date.now() > endsAtMs)
        throw new Unreachable(
          `incident ${incidentId} is still ${status.phase}, waiting for ${status.waitingFor}`,
        );
      await new Promise((resolve) => setTimeout(resolve, options.pollMs ?? 500));
    }
  }

  /** Waits until the incident is closed, which may take months. */
  waitUntilClosed(incidentId: string): Promise<IncidentStatus> {
    return this.asking(incidentId, () => this.handle(incidentId).result(), Number.POSITIVE_INFINITY);
  }

  /** A question costs nothing and may be asked again: a worker that dies with it in hand does not answer it. */
  private async reading<Answer, Page extends unknown[] = []>(
    incidentId: string,
    question: QueryDefinition<Answer, Page>,
    { timeoutMs = questionTimeoutMs, page = [] as unknown as Page }: QuestionOptions<Page> = {},
  ): Promise<Answer> {
    const endsAtMs = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await this.asking(
          incidentId,
          () => this.handle(incidentId).query<Answer, Page>(question, ...page),
          endsAtMs - Date.now(),
        );
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        if (Date.now() + pauseMs > endsAtMs) throw await this.noAnswerTo(incidentId, error);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  /** The server knows the incident but nobody works on it, or it is the server itself that is away. */
  private async noAnswerTo(incidentId: string, cause: Unreachable): Promise<Unreachable> {
    const isServerUp = await this.asking(
      incidentId,
      () => this.temporal.connection.workflowService.getSystemInfo({}),
      pingTimeoutMs,
    ).then(
      () => true,
      () => false,
    );
    return isServerUp
      ? new Unreachable(
          `no worker answers for incident ${incidentId}; start one with firebreak worker, or see why it is behind`,
          { cause },
        )
      : cause;
  }

  private handle(incidentId: string): WorkflowHandle<typeof securityIncident> {
    const checked = parseInput(IncidentId, incidentId, 'the incident id');
    return this.temporal.workflow.getHandle<typeof securityIncident>(incidentWorkflowId(checked));
  }

  /** Turns what the Temporal client throws into what our callers can act on. */
  private async asking<Answer>(
    incidentId: string,
    ask: () => Promise<Answer>,
    timeoutMs = answerTimeoutMs,
  ): Promise<Answer> {
    try {
      return await this.temporal.withDeadline(Date.now() + timeoutMs, ask);
    } catch (error) {
      throw asOurs(error, incidentId);
    }
  }
}

function asOurs(error: unknown, incidentId: string): unknown {
  if (error instanceof WorkflowExecutionAlreadyStartedError)
    return new InputProblem(
      `incident ${incidentId} is closed; declare a new one and link it with relatedTo`,
      'incidentId',
    );
  if (error instanceof WorkflowNotFoundError)
    return new InputProblem(
      `there is no open incident ${incidentId}; check the id, or declare it first`,
      'incidentId',
    );
  if (error instanceof WorkflowUpdateFailedError) return new InputProblem(rootMessage(error));
  if (error instanceof WorkflowFailedError || error instanceof InputProblem) return error;
  if (error instanceof NamespaceNotFoundError)
    return new RefusedByServer(
      `the Temporal server has no namespace ${error.namespace}; create it, or set TEMPORAL_NAMESPACE`,
      { cause: error },
    );
  return refusalByServer(error) ?? noAnswer(error, incidentId);
}

/** gRPC status codes that say what is wrong, as against those of a server that is away or too slow. */
const telling = new Map([
  [3, 'has not been set up for incidents'],
  [5, 'does not know this'],
  [7, 'does not permit this'],
  [16, 'does not know us'],
]);

function refusalByServer(error: unknown): RefusedByServer | undefined {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(cause)) return undefined;
  if (cause.details.includes('limit for signal'))
    return new RefusedByServer(
      'the incident gets signals faster than it can take them, and the Temporal server takes no more for it now; send this one again in a minute',
      { cause: error },
    );
  const how = telling.get(cause.code);
  return how === undefined
    ? undefined
    : new RefusedByServer(`the Temporal server ${how}: ${cause.details}; see docs/guides/deployment.md`, {
        cause: error,
      });
}

function noAnswer(cause: unknown, incidentId: string): Unreachable {
  return new Unreachable(
    `the Temporal server did not answer for incident ${incidentId}; is it running, and is a worker?`,
    { cause },
  );
}

function rootMessage(error: Error): string {
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}

async function reach<Answer>(address: string, attempt: () => Promise<Answer>): Promise<Answer> {
  try {
    return await attempt();
  } catch (cause) {
    throw new Unreachable(`no Temporal server answers at ${address}; start one, or set TEMPORAL_ADDRESS`, {
      cause,
    });
  }
}

function notDecidable(gate: Gate): string {
  const lacks = gate.lacks.map((lack) => lack.sentence).join('; ');
  return gate.isOpen
    ? `gate ${gate.gate} is open already`
    : `gate ${gate.gate} is not ready for a decision: ${lacks}`;
}

/** Time-ordered, so that lists of incidents sort by themselves. */
function newIncidentId(): string {
  const day = new Date().toISOString().slice(0, 10);
  return `${day}-${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
}

function refuseFuture({ detection, anchors, mode }: Declaration): void {
  if (mode === 'drill') return;
  const moments = [
    { field: 'detection.at', moment: detection },
    ...anchors.map((moment, index) => ({ field: `anchors.${String(index)}.at`, moment })),
  ];
  const future = moments.find(({ moment }) => Date.parse(beginningOf(moment)) > Date.now());
  if (future !== undefined)
    throw new InputProblem(
      `the declaration: ${future.field} is wrong: ${future.moment.at} lies in the future; say when it happened`,
      future.field,
    );
}
