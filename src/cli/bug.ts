/** `firebreak bug open|close|reopen`: the entries that gate the postmortem. */
import { Command } from 'commander';
import type { RecordEntry } from '../contract/messages';
import { withClient, type CliContext } from './context';

export function bugCommand(context: CliContext): Command {
  const bug = new Command('bug').description('bugs and other entries of the follow-up');
  bug
    .command('open <incident> <ref>')
    .description('record a bug that has to be resolved before the postmortem completes')
    .requiredOption('--title <title>')
    .option('--owner <owner>', 'who is to fix it')
    .option('--priority <priority>', 'how urgent it is, in the words of your tracker')
    .option('--kind <kind>', 'bug, change-request, process or improvement', 'bug')
    .option('--not-gating', 'the postmortem does not wait for it')
    .action((incidentId: string, ref: string, { title, owner, priority, kind, notGating }: OpenOptions) =>
      record(context, incidentId, {
        change: 'open',
        ref,
        title,
        kind,
        gating: notGating !== true,
        ...(owner !== undefined && { owner }),
        ...(priority !== undefined && { priority }),
      }),
    );
  bug
    .command('close <incident> <ref>')
    .description('close a bug')
    .option('--resolution <resolution>', 'resolved, not-planned or duplicate-of', 'resolved')
    .option('--duplicate-of <ref>')
    .action((incidentId: string, ref: string, { resolution, duplicateOf }: CloseOptions) =>
      record(context, incidentId, {
        change: 'close',
        ref,
        resolution,
        ...(duplicateOf !== undefined && { duplicateOf }),
      }),
    );
  bug
    .command('reopen <incident> <ref>')
    .description('open a closed bug again')
    .requiredOption('--reason <reason>')
    .action((incidentId: string, ref: string, { reason }: { reason: string }) =>
      record(context, incidentId, { change: 'reopen', ref, reason }),
    );
  return bug;
}

interface OpenOptions {
  readonly title: string;
  readonly owner?: string;
  readonly priority?: string;
  readonly kind: NonNullable<RecordEntry['kind']>;
  readonly notGating?: boolean;
}

interface CloseOptions {
  readonly resolution: NonNullable<RecordEntry['resolution']>;
  readonly duplicateOf?: string;
}

type Change = Omit<RecordEntry, 'by' | 'role' | 'team' | 'capacity' | 'boundBy' | 'messageId' | 'happenedAt'>;

async function record(context: CliContext, incidentId: string, change: Change): Promise<void> {
  const receipt = await withClient(context, (firebreak) =>
    firebreak.tell(incidentId, 'recordEntry', { ...context.sender(), ...change }),
  );
  context.print(receipt, `${change.ref}: ${change.change} is recorded.`);
}
