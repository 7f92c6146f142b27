/** How long approvals waited for the people who give them (process: timeline, record, metrics). */
import type { IncidentEvent } from './events';
import { epochMsOf, type Instant } from './instant';
import { noticeGate } from './notification';

/** From the moment at which a version could be decided on. What a newer version replaced waits for nobody any more. */
export interface ApprovalWait {
  readonly gate: string;
  readonly askedAt: Instant;
  readonly waitedMs: number;
  /** Absent while it still waits. */
  readonly decision?: {
    readonly verdict: 'approve' | 'reject';
    readonly approver: string;
    readonly at: Instant;
  };
}

/** @param asOf what still waits is measured up to here */
export function approvalWaitsOf(events: readonly IncidentEvent[], asOf: Instant): readonly ApprovalWait[] {
  const askedAt = new Map<string, Instant>();
  const undecided = new Set<string>();
  const decided: ApprovalWait[] = [];
  for (const event of events) {
    const gate = gateAskedBy(event);
    if (gate !== undefined) {
      askedAt.set(gate, event.at);
      undecided.add(gate);
    }
    if (event.type === 'sign-of-breach-reported') undecided.delete('eradication');
    const asked = event.type === 'decision-accepted' ? askedAt.get(event.gate) : undefined;
    if (event.type !== 'decision-accepted' || asked === undefined) continue;
    undecided.delete(event.gate);
    const { verdict, approver, at } = event;
    decided.push({
      gate: event.gate,
      askedAt: asked,
      waitedMs: epochMsOf(at) - epochMsOf(asked),
      decision: { verdict, approver, at },
    });
  }
  const waiting = [...undecided].map((gate): ApprovalWait => {
    const asked = askedAt.get(gate) ?? asOf;
    return { gate, askedAt: asked, waitedMs: epochMsOf(asOf) - epochMsOf(asked) };
  });
  return [...decided, ...waiting];
}

function gateAskedBy(event: IncidentEvent): string | undefined {
  if (event.type === 'plan-proposed') return event.plan === 'eradication' ? 'eradication' : undefined;
  if (event.type === 'notice-prepared' && event.lacks.length === 0) return noticeGate(event.noticeId);
  return undefined;
}
