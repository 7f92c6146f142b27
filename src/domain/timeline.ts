/** Each event as one sentence: the response timeline writes itself. Its words are shared by CLI, UI and report. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { isSettled, laterOutcomes, sumOfTotals } from './delivery';
import type { DeliveryTotals, EventBody, EventOf, IncidentEvent } from './events';
import { happenedAt } from './events';
import type { Instant } from './instant';
import { latenessInWords } from './lateness';

export interface TimelineLine {
  readonly seq: number;
  readonly at: Instant;
  readonly recordedAt: Instant;
  readonly by: string;
  readonly role: string;
  readonly boundBy: string;
  readonly type: string;
  readonly text: string;
}

export function timelineOf(events: readonly IncidentEvent[]): readonly TimelineLine[] {
  return events.map(lineOf);
}

function lineOf(event: IncidentEvent): TimelineLine {
  return {
    seq: event.seq,
    at: happenedAt(event),
    recordedAt: event.at,
    by: event.by,
    role: event.role,
    boundBy: event.boundBy,
    type: event.type,
    text: sentenceOf(event),
  };
}

/** Half of what the server lets a query answer. */
const pageLimitBytes = 1_000_000;

/** The newest lines before a number, as many as one answer holds; the oldest of them first. */
export function timelinePage(
  events: readonly IncidentEvent[],
  before = Number.POSITIVE_INFINITY,
): readonly TimelineLine[] {
  const page: TimelineLine[] = [];
  let bytes = 0;
  for (const event of events.filter(({ seq }) => seq < before).reverse()) {
    const line = lineOf(event);
    bytes += utf8ToBytes(JSON.stringify(line)).length;
    if (bytes > pageLimitBytes && page.length > 0) break;
    page.push(line);
  }
  return page.reverse();
}

const list = (items: readonly string[]) => items.join(', ');
const count = (number: number, noun: string, nouns = `${noun}s`) =>
  `${number.toLocaleString('en')} ${number === 1 ? noun : nouns}`;

export function sentenceOf(event: EventBody): string {
  switch (event.type) {
    case 'declared':
      return `The incident is declared; it concerns ${count(event.services, 'service')}. Its policy is ${event.policyDigest.slice(0, 12)}.`;
    case 'service-added':
      return `Service ${event.service.service} of team ${event.service.team} is concerned too.`;
    case 'fact-recorded':
      return event.text ?? `Fact ${event.name ?? ''} is ${JSON.stringify(event.value ?? true)}.`;
    case 'impact-stated':
      return 'The impact statement is brought up to date.';
    case 'anchor-recorded':
      return `${event.anchor.kind} is put at ${event.anchor.at}: ${event.anchor.basis}`;
    case 'anchor-chosen':
      return `Clocks count from ${event.anchorId}: ${event.reason}`;
    case 'message-refused':
      return `A message ${event.message} was ignored: ${event.problem}`;
    case 'further-messages-refused':
      return `${count(event.count, 'further message')} (${list(event.messages)}) until ${event.until} ${event.count === 1 ? 'was' : 'were'} ignored and only counted.`;
    case 'story-shortened':
      return `Taken out of this timeline, because later lines stand for them: ${list(event.types.map(({ type, count: lines }) => `${lines.toLocaleString('en')} ${type}`))}.`;
    case 'decision-received':
      return `A decision of ${event.claimedBy} arrived; its signature is being checked.`;
    case 'decision-accepted':
      return `${event.approver} ${event.verdict === 'approve' ? 'approved' : 'rejected'} ${event.gate} (generation ${String(event.generation)}).`;
    case 'decision-refused':
      return `A decision was refused: ${event.problem}`;
    case 'step-failed':
      return `Step ${event.step} cannot be done: ${event.problem}`;
    case 'step-retried':
      return `Step ${event.step} is taken again: ${event.reason}`;
    case 'deadlines-neared':
      return `${count(event.clocks.length, 'deadline')} at ${event.dueAt} ${event.clocks.length === 1 ? 'is' : 'are'} near: ${list(event.clocks.slice(0, 5))}`;
    case 'deadlines-missed':
      return `${count(event.clocks.length, 'deadline')} at ${event.dueAt} ${event.clocks.length === 1 ? 'is' : 'are'} missed: ${list(event.clocks.slice(0, 5))}`;
    case 'latest-safe-start-reached':
      return `The latest safe start for what is due at ${event.dueAt} is reached, and no notice has begun to leave.`;
    case 'on-call-paged':
      return `Whoever is on call was paged (${event.idempotencyKey}).`;
    case 'information-shared':
      return `Shared with ${event.with}, under ${event.under}: ${event.what}`;
    case 'incident-closed':
      return 'The incident is closed.';
    case 'analysis-recorded':
      return `Analysis ${event.analysisId}: ${event.text}`;
    case 'emergency-action-recorded':
      return `Emergency action ${event.actionId}: ${event.what} (${event.why})`;
    case 'emergency-action-reviewed':
      return `Emergency action ${event.actionId} is ${event.verdict}: ${event.reason}`;
    case 'sign-of-breach-reported':
      return `A sign of breach: ${event.what}. The response goes back to containment.`;
    case 'plan-proposed':
      return `${event.plan === 'eradication' ? 'Eradication' : 'Containment and recovery'} plan version ${String(event.version)}: ${event.objective}`;
    case 'agreement-given':
      return `${event.party} ${event.verdict === 'agree' ? 'agrees to' : 'declines'} ${event.plan} plan version ${String(event.version)}${event.reason === undefined ? '' : `: ${event.reason}`}.`;
    case 'task-completed':
      return `${event.service}, ${event.track}: done — ${event.what}`;
    case 'service-marked-unaffected':
      return `${event.service} is unaffected: ${event.reason}`;
    case 'outside-statement-recorded':
      return `The owner of ${event.service} states: ${event.statement}`;
    case 'foothold-recorded':
      return `A foothold is known: ${event.foothold}`;
    case 'foothold-evicted':
      return `Foothold ${event.foothold} is evicted with ${event.confidence} confidence.`;
    case 'vulnerability-recorded':
      return `Vulnerability ${event.vulnerability} is ${event.state}.`;
    case 'root-cause-stated':
      return event.verdict === 'removed'
        ? `The root cause is removed (confidence ${event.confidence ?? 'low'}).`
        : `The root cause is not proven; instead: ${event.doneInstead ?? ''}`;
    case 'recovery-confirmed':
      return `Recovery may begin: ${event.reason}`;
    case 'recovery-recorded':
      return `${event.service}, recovery, ${event.part}: ${event.text}`;
    case 'watch-started':
      return `Watch until ${event.endsAt}: ${event.controls}`;
    case 'watch-ended':
      return `The watch ends. ${event.planCarriedOut} ${event.noSignOfBreach}`;
    case 'containment-alarm-raised':
      return `Alarm: not contained in time: ${list(event.services)}`;
    case 'determined':
      return `Customers must be told: ${event.customerReportable}. ${event.basis}`;
    case 'affected-tenants-requested':
      return `Affected tenants, version ${String(event.version)}, are being identified: ${event.request.reason}`;
    case 'affected-tenants-identified':
      return `Version ${String(event.version)} of the affected tenants: ${count(event.tenants, 'tenant')} (${String(event.added)} added, ${String(event.removed)} removed, ${String(event.changed)} changed, ${String(event.excluded)} excluded, ${String(event.unreachable)} without contact).`;
    case 'removed-tenants-left':
      return `Who was told and is not in version ${String(event.tenantSetVersion)} gets no withdrawal: ${event.reason}`;
    case 'told-by-hand':
      return `Tenant ${event.tenantId} was told ${byHand[event.channel]} at ${event.doneAt}${ofNotice(event)}, as is vouched for here; reference ${event.reference}.${event.reason === undefined ? '' : ` ${event.reason}`}`;
    case 'telling-waived':
      return `Tenant ${event.tenantId} is not told by hand${ofNotice(event)}: ${event.reason}`;
    case 'hand-settlement-written':
      return event.deliveries === 0
        ? `${event.settlementId}: nothing of that tenant waits for a person, so the ledger stays as it is.`
        : `${event.settlementId} is in the ledger: ${count(event.deliveries, 'delivery', 'deliveries')}.`;
    case 'obligations-assessed':
      return `${count(event.assessment.rows, 'obligation')} of ${count(event.assessment.profiles, 'profile')} assessed by rule pack ${event.assessment.packVersion}.`;
    case 'undecided-decided':
      return `${event.ruleId} ${event.applies ? 'applies' : 'does not apply'}: ${event.reason}`;
    case 'notice-proposed':
      return `Notice ${event.noticeId} (${event.stage}), revision ${String(event.revision)}, is proposed.`;
    case 'notice-prepared':
      return `Notice ${event.noticeId} is bound to tenant version ${String(event.tenantSetVersion)}${event.lacks.length === 0 ? ' and awaits its approval' : `; it lacks ${list(event.lacks)}`}.${unread(event)}`;
    case 'campaign-started':
      return `Notice ${event.noticeId} begins to leave, in ${count(event.shards, 'shard')}.`;
    case 'shards-started':
      return `All shards of ${event.campaignId} are under way.`;
    case 'delivery-progressed':
      return `Deliveries of ${event.campaignId}, shard ${String(event.shard)}: ${String(event.totals.accepted)} accepted, ${String(event.totals.deferred)} deferred, ${String(event.totals.refused)} refused, ${String(event.totals.needsHuman)} for a person${later([event.totals])}${event.settled ? '; settled' : ''}${event.stopped === undefined ? '' : `; stopped: ${event.stopped}`}.`;
    case 'deliveries-counted':
      return `The ledger counts ${String(sumOf(event.shards, 'accepted'))} accepted, ${String(sumOf(event.shards, 'refused'))} refused and ${String(sumOf(event.shards, 'needsHuman'))} for a person of ${event.campaignId}${later(event.shards)}${event.shards.every(isSettled) ? '; all are settled' : ''}.`;
    case 'repetition-due':
      return `What is to be repeated by ${event.dueAt} is due: ${event.noticeId} is sent again without news.`;
    case 'notice-repeated':
      return `Notice ${event.noticeId} begins to leave again as ${event.campaignId}, in ${count(event.shards, 'shard')}.`;
    case 'delivery-held':
      return `No more mail is to leave: ${event.reason}`;
    case 'delivery-resumed':
      return `Mail is to leave again: ${event.reason}`;
    case 'doubts-decided':
      return `${event.messageIds === undefined ? 'All messages' : count(event.messageIds.length, 'message')} of ${event.campaignId} in doubt and held: ${event.decision === 'accepted' ? 'the relay has them' : 'they are sent once more'}. ${event.reason}`;
    case 'delivery-order-carried-out':
      return `Order ${String(event.order)} about deliveries is carried out${event.settled === undefined ? '' : `; ${count(event.settled, 'doubt')} settled`}.`;
    case 'standing-update-ended':
      return `Notice ${event.noticeId} is not sent again any more: ${event.reason}`;
    case 'hold-proposed':
      return `Hold ${event.holdId} until ${event.until} is proposed for ${list([...event.notices, ...event.duties])}: ${event.reason}`;
    case 'hold-released':
      return `Hold ${event.holdId} ends early: ${event.reason}`;
    case 'hold-expired':
      return event.wasInForce
        ? `Hold ${event.holdId} has run out and stops nothing any more; decide whether another one is needed.`
        : `Hold ${event.holdId} has run out before it was signed; it stopped nothing.`;
    case 'status-post-proposed':
      return `Post ${event.postId}, revision ${String(event.revision)}, is proposed for the service health dashboard.`;
    case 'status-post-published':
      return `Post ${event.postId}, revision ${String(event.revision)}, is on the service health dashboard as ${event.issueId}${event.isResolved ? '; the issue is resolved there' : ''}.`;
    case 'filing-recorded':
      return `Filed for ${event.ruleId} (${event.stage}) at ${event.submitted?.at ?? event.submittedAt}, reference ${event.reference}.`;
    case 'filing-judged':
      return judgementSentence(event);
    case 'promise-recorded':
      return `Promise ${event.promiseId}, made at ${event.madeAt.at} for ${String(event.hours)} h: ${event.text}`;
    case 'entry-opened':
      return `${event.kind} ${event.ref} is opened: ${event.title}`;
    case 'entry-closed':
      return `${event.ref} is closed: ${event.resolution}${event.duplicateOf === undefined ? '' : ` ${event.duplicateOf}`}.`;
    case 'entry-reopened':
      return `${event.ref} is open again: ${event.reason}`;
    case 'entry-assigned':
      return `${event.ref} belongs to ${event.owner}.`;
    case 'entry-waived':
      return `${event.ref} is waived until ${event.expiresAt}: ${event.reason}`;
    case 'waiver-expired':
      return `The waiver of ${event.ref} has run out; it is open again.`;
    case 'entries-reminded':
      return `${event.because === 'unowned' ? 'Without owner' : 'Still open'}: ${list(event.refs.slice(0, 20))}`;
    case 'entries-escalated':
      return `Reminders did not help; raised to the executive-incident-manager${event.leadsOf.length === 0 ? '' : ` and the leads of ${list(event.leadsOf.slice(0, 20))}`}: ${list(event.refs.slice(0, 20))}`;
    case 'process-register-updated':
      return `The register of process failures holds ${count(event.entries, 'entry', 'entries')} of this incident.`;
    case 'tracker-asked':
      return `The tracker has ${count(event.issues.length, 'issue', 'issues')} of this incident, ${String(event.issues.filter(({ state }) => state === 'open').length)} of them open.`;
    case 'triage-declared-done':
      return event.nothingToFix === undefined
        ? 'Triage is done.'
        : `Triage is done, nothing to fix: ${event.nothingToFix}`;
    case 'postmortem-part-recorded':
      return `Postmortem, ${event.part}: ${event.text}`;
    case 'postmortem-completed':
      return 'The postmortem is complete.';
  }
}

const byHand = { post: 'by post', phone: 'by phone', 'in-person': 'in person' } as const;

function ofNotice({ noticeId }: { readonly noticeId?: string }): string {
  return noticeId === undefined ? '' : ` (${noticeId})`;
}

/** They get another language where the policy lets a notice leave without theirs. */
function unread({ unreadLanguages, lacks }: EventOf<'notice-prepared'>): string {
  const readers = unreadLanguages.map(({ language, tenants }) => `${count(tenants, 'tenant')} (${language})`);
  if (readers.length === 0) return '';
  const isBlocked = lacks.some((lack) => lack.startsWith('translation:'));
  return ` It is not written in the language of ${list(readers)}${isBlocked ? '' : ': they get another'}.`;
}

function later(totals: readonly DeliveryTotals[]): string {
  return laterOutcomes(sumOfTotals(totals))
    .map((outcome) => `, ${outcome}`)
    .join('');
}

function sumOf(shards: readonly DeliveryTotals[], name: keyof DeliveryTotals): number {
  return shards.reduce((sum, totals) => sum + totals[name], 0);
}

/** Fixed with the filing; what is recorded later does not change it. */
function judgementSentence({ ruleId, stage, judgement }: EventOf<'filing-judged'>): string {
  const { anchor, dueAt, because } = judgement;
  const from = anchor === undefined ? '' : `, counted from ${anchor.kind} ${anchor.at}`;
  return `The filing for ${ruleId} (${stage}): ${latenessInWords(judgement)}${dueAt === undefined ? `; ${because}` : from}.`;
}
