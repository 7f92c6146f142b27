/**
 * `firebreak deliveries hold`, `resume`, `doubts`, `settle-doubts`: the brake of an incident's mail, and what is to become
 * of messages that may have gone out.
 */
import { Option, type Command } from 'commander';
import { listDoubts, type ListedDoubt } from '../adapters/postgres/delivery-doubts';
import { withClient, withDatabase, type CliContext } from './context';

export function addUnderWayCommands(deliveries: Command, context: CliContext): void {
  deliveries
    .command('hold <incident>')
    .description('no more mail of this incident leaves, until resumed; what is on the wire is finished')
    .requiredOption('--reason <text>', 'why')
    .action((incidentId: string, { reason }: { readonly reason: string }) =>
      hold(context, incidentId, reason),
    );
  deliveries
    .command('resume <incident>')
    .description('mail leaves again: after a hold, or when what stopped the line is mended')
    .requiredOption('--reason <text>', 'why')
    .action((incidentId: string, { reason }: { readonly reason: string }) =>
      resume(context, incidentId, reason),
    );
  deliveries
    .command('doubts <incident>')
    .description('messages of which nobody knows whether they went out, or went out twice; from the ledger')
    .action((incidentId: string) => listAll(context, incidentId));
  deliveries
    .command('settle-doubts <incident> <campaign>')
    .description('decide about the doubts of a campaign that are held')
    .addOption(
      new Option('--as <decision>', 'accepted: the relay has them; resend: the same bytes go out once more')
        .choices(['accepted', 'resend'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'what shows it')
    .option('--message-id <id...>', 'of these messages only, as `firebreak deliveries doubts` prints them')
    .action((incidentId: string, campaignId: string, decision: Decision) =>
      settle(context, incidentId, campaignId, decision),
    );
}

interface Decision {
  readonly as: 'accepted' | 'resend';
  readonly reason: string;
  readonly messageId?: string[];
}

async function hold(context: CliContext, incidentId: string, reason: string): Promise<void> {
  const receipt = await withClient(context, (firebreak) =>
    firebreak.tell(incidentId, 'holdDelivery', { ...context.sender(), reason }),
  );
  context.print(
    receipt,
    `Deliveries are held: within a second no more mail leaves.\nNext: firebreak deliveries resume ${incidentId} --reason …`,
  );
}

async function resume(context: CliContext, incidentId: string, reason: string): Promise<void> {
  const receipt = await withClient(context, (firebreak) =>
    firebreak.tell(incidentId, 'resumeDelivery', { ...context.sender(), reason }),
  );
  context.print(receipt, 'Deliveries go on where they stood.');
}

async function listAll(context: CliContext, incidentId: string): Promise<void> {
  const doubts = await withDatabase(context, (database) => listDoubts(database, incidentId));
  context.print(
    doubts,
    doubts.length === 0 ? 'No message is or was in doubt.' : doubts.map(doubtLine).join('\n'),
  );
}

const standingInWords: Readonly<Record<ListedDoubt['standing'], string>> = {
  open: 'settles by itself',
  held: 'waits for a decision',
  'possible-duplicate': 'was sent once more, may have arrived twice',
};

function doubtLine({ campaignId, tenantId, messageId, since, standing }: ListedDoubt): string {
  const words = standingInWords[standing];
  return `${since.toISOString()}  ${campaignId}  ${tenantId}  ${messageId ?? '(not composed)'}  ${words}`;
}

async function settle(
  context: CliContext,
  incidentId: string,
  campaignId: string,
  { as: decision, reason, messageId: messageIds }: Decision,
): Promise<void> {
  const which = messageIds === undefined ? {} : { messageIds };
  const receipt = await withClient(context, (firebreak) =>
    firebreak.tell(incidentId, 'settleDoubts', {
      ...context.sender(),
      campaignId,
      decision,
      reason,
      ...which,
    }),
  );
  const becomes = decision === 'accepted' ? 'counts as accepted' : 'is sent once more';
  context.print(receipt, `What was held of ${campaignId} ${becomes}.`);
}
