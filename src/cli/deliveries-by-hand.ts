/**
 * `firebreak deliveries attest` and `waive`: tenants that no message reaches. Somebody vouches that one was told by hand,
 * or decides that it is not.
 */
import { Option, type Command } from 'commander';
import { handTasksOf, type HandTask } from '../adapters/postgres/hand-settlements';
import { InputProblem } from '../contract/input-problem';
import { withClient, withDatabase, type CliContext } from './context';

interface ChosenTask {
  readonly tenant: string;
  readonly notice?: string;
}

interface Attestation extends ChosenTask {
  readonly channel: 'post' | 'phone' | 'in-person';
  readonly at: string;
  readonly reference: string;
  readonly reason?: string;
}

interface Waiver extends ChosenTask {
  readonly reason: string;
}

export function addByHandCommands(deliveries: Command, context: CliContext): void {
  deliveries
    .command('attest <incident>')
    .description('you vouch that a tenant which no message reaches was told by hand')
    .requiredOption('--tenant <id>', 'which tenant')
    .addOption(
      new Option('--channel <channel>', 'how').choices(['post', 'phone', 'in-person']).makeOptionMandatory(),
    )
    .requiredOption('--at <instant>', 'when, such as 2026-11-23T15:20:00Z')
    .requiredOption('--reference <text>', 'where it is on file, such as the number of a letter')
    .option('--reason <text>', 'what else there is to say')
    .option('--notice <id>', 'of this notice alone; of all that wait unless given')
    .action((incidentId: string, options: Attestation) => attest(context, incidentId, options));
  deliveries
    .command('waive <incident>')
    .description('a tenant which no message reaches is not told by hand; legal or an executive decides')
    .requiredOption('--tenant <id>', 'which tenant')
    .requiredOption('--reason <text>', 'why not')
    .option('--notice <id>', 'of this notice alone; of all that wait unless given')
    .action((incidentId: string, options: Waiver) => waive(context, incidentId, options));
}

async function attest(context: CliContext, incidentId: string, options: Attestation): Promise<void> {
  const sender = context.sender();
  const { tenant: tenantId, channel, at, reference, reason } = options;
  await refuseWithoutTask(context, incidentId, options, ['needs-human', 'waived']);
  const message = { ...sender, tenantId, channel, at, reference, ...reasonOf(reason), ...noticeOf(options) };
  const receipt = await withClient(context, (firebreak) =>
    firebreak.tell(incidentId, 'attestDelivery', message),
  );
  context.print(receipt, `${sender.by} vouches that ${tenantId} was told. The ledger follows by itself.`);
}

async function waive(context: CliContext, incidentId: string, options: Waiver): Promise<void> {
  const sender = context.sender();
  const { tenant: tenantId, reason } = options;
  await refuseWithoutTask(context, incidentId, options, ['needs-human']);
  const message = { ...sender, tenantId, reason, ...noticeOf(options) };
  const receipt = await withClient(context, (firebreak) =>
    firebreak.tell(incidentId, 'waiveDelivery', message),
  );
  context.print(receipt, `${tenantId} is not told by hand. The ledger follows by itself.`);
}

/** Whoever vouches for a tenant that waits for nobody has the wrong id. */
async function refuseWithoutTask(
  context: CliContext,
  incidentId: string,
  { tenant, notice }: ChosenTask,
  states: readonly HandTask['state'][],
): Promise<void> {
  const tasks = await withDatabase(context, (database) => handTasksOf(database, incidentId, tenant));
  const meant = tasks.filter(
    ({ noticeId, state }) => states.includes(state) && (notice === undefined || noticeId === notice),
  );
  if (meant.length > 0) return;
  const of = notice === undefined ? '' : ` with notice ${notice}`;
  throw new InputProblem(
    `nothing of tenant ${tenant}${of} waits for a person in ${incidentId}; see firebreak notice received ${incidentId} --tenant ${tenant}`,
    'tenant',
  );
}

function noticeOf({ notice }: ChosenTask): { readonly noticeId?: string } {
  return notice === undefined ? {} : { noticeId: notice };
}

function reasonOf(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
