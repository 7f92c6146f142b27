/** `firebreak evidence tenant`: everything that shows what one tenant was told, when, by which way, and who approved it. */
import { Command } from 'commander';
import {
  tenantEvidence,
  type DeliveryEvidence,
  type TenantEvidence,
} from '../adapters/postgres/tenant-evidence';
import type { IncidentEvent } from '../client';
import { InputProblem } from '../contract/input-problem';
import { withClient, withDatabase, type CliContext } from './context';

export function evidenceCommand(context: CliContext): Command {
  const evidence = new Command('evidence').description('what shows that duties were met');
  evidence
    .command('tenant <incident> <tenant>')
    .description('what one tenant was told, when, by which way, and who approved it')
    .action((incidentId: string, tenantId: string) => show(context, incidentId, tenantId));
  return evidence;
}

type Approval = Extract<IncidentEvent, { type: 'decision-accepted' }>;

interface Shown extends TenantEvidence {
  readonly incidentId: string;
  readonly tenantId: string;
  readonly approvals: readonly Approval[];
}

async function show(context: CliContext, incidentId: string, tenantId: string): Promise<void> {
  const kept = await withDatabase(context, (database) => tenantEvidence(database, incidentId, tenantId));
  if (kept.affected.length + kept.duties.length + kept.deliveries.length === 0)
    throw new InputProblem(
      `tenant ${tenantId} has nothing to do with incident ${incidentId}: it was never affected, owed or told anything`,
      'tenant',
    );
  const events = await withClient(context, (firebreak) => firebreak.events(incidentId));
  const shown: Shown = { incidentId, tenantId, ...kept, approvals: approvalsOf(events, kept) };
  context.print(shown, textOf(shown));
}

function approvalsOf(events: readonly IncidentEvent[], { deliveries }: TenantEvidence): readonly Approval[] {
  const gates = new Set(deliveries.map(({ noticeId }) => `notice:${noticeId}`));
  return events.filter(
    (event): event is Approval => event.type === 'decision-accepted' && gates.has(event.gate),
  );
}

function textOf({ incidentId, tenantId, affected, duties, deliveries, approvals }: Shown): string {
  return [
    `Tenant ${tenantId} in incident ${incidentId}`,
    ...affected.map(
      ({ version, at, reason, excludedReason }) =>
        `  ${at}  version ${String(version)} of the affected tenants: ${excludedReason === undefined ? reason : `left out, ${excludedReason}`}`,
    ),
    ...titled(
      'Duties',
      duties.map(
        ({ ruleId, stage, outcome, dueAt, because }) =>
          `${ruleId} (${stage}): ${outcome}${dueAt === undefined ? '' : `, due ${dueAt}`}; ${because}`,
      ),
    ),
    ...titled(
      'Approvals',
      approvals.map(
        ({ at, gate, verdict, approver, objectHash }) =>
          `${at}  ${gate}: ${verdict} by ${approver}, of ${objectHash}`,
      ),
    ),
    ...titled('Deliveries', deliveries.flatMap(deliveryLines)),
  ].join('\n');
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return [title, ...(lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`))];
}

function deliveryLines(delivery: DeliveryEvidence): readonly string[] {
  const { noticeId, revision, kind, channel, address, state, messageId, bodyHash } = delivery;
  return [
    `${noticeId}, revision ${String(revision)} (${kind}), by ${channel} to ${address ?? 'nobody'}: ${state}`,
    ...(messageId === undefined ? [] : [`  Message-ID ${messageId}`]),
    ...(bodyHash === undefined ? [] : [`  SHA-256 of its bytes ${bodyHash}`]),
    ...delivery.states.map(
      ({ at, state: was, attempt, reason, replyCode, possibleDuplicate, evidence }) =>
        `  ${at}  ${[was, `attempt ${String(attempt)}`, reason, replyCode, evidence, possibleDuplicate ? 'perhaps twice' : undefined].filter((each) => each !== undefined).join(', ')}`,
    ),
    ...delivery.receipts.map(
      ({ at, kind: heard, outcome, status }) =>
        `  ${at}  heard: ${[heard, outcome, status].filter((each) => each !== undefined).join(', ')}`,
    ),
    ...delivery.attested.map(
      ({ recordedAt, verdict, by, channel: how, doneAt, reference, reason }) =>
        `  ${recordedAt}  ${verdict} by ${by}, not seen by a machine: ${[how, doneAt, reference, reason].filter((each) => each !== undefined).join(', ')}`,
    ),
  ];
}
