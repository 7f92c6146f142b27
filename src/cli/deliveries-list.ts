/** `firebreak deliveries`: every delivery of an incident, for people, for programs, and for spreadsheets. */
import { Command, Option } from 'commander';
import { csvRecord } from '../adapters/csv';
import type { Database } from '../adapters/postgres/database';
import {
  countDeliveryRows,
  deliveryPage,
  deliveryRows,
  type ChosenDeliveries,
  type DeliveryRow,
} from '../adapters/postgres/delivery-rows';
import { InputProblem } from '../contract/input-problem';
import { deliveryStates, type DeliveryState } from '../domain/delivery';
import { withDatabase, type CliContext } from './context';

interface ListOptions {
  readonly state?: readonly DeliveryState[];
  readonly tenant?: string;
  readonly csv?: true;
}

/** More are for a table, or for a program. */
const shownAtMost = 200;

export function deliveriesListCommand(context: CliContext): Command {
  return new Command('list')
    .description('every delivery: to whom, by which way, how it stands; what `deliveries <incident>` means')
    .argument('<incident>')
    .addOption(new Option('--state <state...>', 'only in these states').choices(deliveryStates))
    .option('--tenant <id>', 'of this tenant only')
    .option('--csv', 'a table for a spreadsheet')
    .action((incidentId: string, options: ListOptions) => list(context, incidentId, options));
}

async function list(context: CliContext, incidentId: string, options: ListOptions): Promise<void> {
  const { state: states, tenant: tenantId, csv } = options;
  if (csv === true && context.isJson)
    throw new InputProblem('--csv and --json cannot both be answered; choose one', 'csv');
  const chosen = { incidentId, ...(states && { states }), ...(tenantId !== undefined && { tenantId }) };
  await withDatabase(context, async (database) => {
    await refuseUnknown(database, chosen);
    if (csv === true) return context.stream(tableOf(deliveryRows(database, chosen)));
    if (context.isJson) return context.stream(jsonOf(deliveryRows(database, chosen)));
    return printLines(context, database, chosen);
  });
}

async function refuseUnknown(database: Database, { incidentId, tenantId }: ChosenDeliveries): Promise<void> {
  const [any] = await deliveryPage(database, { incidentId, limit: 1 });
  if (any === undefined)
    throw new InputProblem(
      `incident ${incidentId} has no deliveries: no notice of it has been approved, or there is no such incident`,
      'incident',
    );
  if (tenantId === undefined) return;
  const [ofTenant] = await deliveryPage(database, { incidentId, tenantId, limit: 1 });
  if (ofTenant === undefined)
    throw new InputProblem(`nothing was to be delivered to tenant ${tenantId} in ${incidentId}`, 'tenant');
}

// For people

async function printLines(context: CliContext, database: Database, chosen: ChosenDeliveries): Promise<void> {
  const shown = await deliveryPage(database, { ...chosen, limit: shownAtMost });
  const count = await countDeliveryRows(database, chosen);
  const more =
    count > shown.length ? [`… and ${String(count - shown.length)} more; --csv or --json has them all`] : [];
  const lines = shown.length === 0 ? ['No delivery is in such a state.'] : shown.map(lineOf);
  context.print(undefined, [...lines, ...more].join('\n'));
}

function lineOf(row: DeliveryRow): string {
  const { tenantId, noticeId, revision, kind, channel, address, state, reason, changedAt } = row;
  const why = reason === undefined ? '' : ` (${reason})`;
  const twice = row.possibleDuplicate ? ', perhaps twice' : '';
  return `${tenantId}  ${noticeId}.${String(revision)} ${kind}  ${state}${why}${twice}  ${channel} ${address ?? 'nobody'}  ${changedAt}`;
}

// For programs

/** One array, however long. */
async function* jsonOf(pages: AsyncIterable<readonly DeliveryRow[]>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const page of pages) {
    yield before + page.map((row) => JSON.stringify(row)).join(',\n');
    before = ',\n';
  }
  yield before === ',\n' ? '\n]\n' : '[]\n';
}

const columns: readonly (readonly [string, (row: DeliveryRow) => string | number | undefined])[] = [
  ['tenant', ({ tenantId }) => tenantId],
  ['tenant_name', ({ tenantName }) => tenantName],
  ['notice', ({ noticeId }) => noticeId],
  ['revision', ({ revision }) => revision],
  ['kind', ({ kind }) => kind],
  ['channel', ({ channel }) => channel],
  ['address', ({ address }) => address],
  ['language', ({ language }) => language],
  ['state', ({ state }) => state],
  ['reason', ({ reason }) => reason],
  ['attempts', ({ attempts }) => attempts],
  ['possible_duplicate', ({ possibleDuplicate }) => String(possibleDuplicate)],
  ['message_id', ({ messageId }) => messageId],
  ['body_sha256', ({ bodyHash }) => bodyHash],
  ['reply_code', ({ replyCode }) => replyCode],
  ['reply', ({ reply }) => reply],
  ['queue_id', ({ queueId }) => queueId],
  ['planned_at', ({ plannedAt }) => plannedAt],
  ['changed_at', ({ changedAt }) => changedAt],
];

async function* tableOf(pages: AsyncIterable<readonly DeliveryRow[]>): AsyncGenerator<string> {
  yield `${csvRecord(columns.map(([name]) => name))}\n`;
  for await (const page of pages)
    yield page.map((row) => `${csvRecord(columns.map(([, valueOf]) => valueOf(row) ?? ''))}\n`).join('');
}
