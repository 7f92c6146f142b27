/**
 * `firebreak notice propose`: the text goes to the database, its hash to the incident. `firebreak notice received`: what
 * each tenant got.
 */
import { Command, InvalidArgumentError } from 'commander';
import { saveNoticeDraft } from '../adapters/postgres/notice-store';
import { noticesByTenant, type TenantNotice } from '../adapters/postgres/received-notices';
import { InputProblem } from '../contract/input-problem';
import { missingSections, NoticeDraft } from '../contract/notice';
import { parseInput } from '../contract/parse-input';
import { readJsonFile } from './read-json-file';
import { withClient, withDatabase, type CliContext } from './context';

export function noticeCommand(context: CliContext): Command {
  const notice = new Command('notice').description('notices to the administrators of affected tenants');
  notice
    .command('propose <incident> <file>')
    .description(
      'propose a notice, JSON of the draft (see docs/guides/operators.md); an edit is a new revision',
    )
    .option('--standing', 'of an update: approved once, it is sent again without news while the duty repeats')
    .action((incidentId: string, file: string, { standing }: { readonly standing?: true }) =>
      propose(context, incidentId, file, standing),
    );
  notice
    .command('received <incident>')
    .description('what each tenant got with each notice that has left, from the ledger')
    .option('--tenant <id>', 'of this tenant only')
    .option('--after <tenant>', 'the page after this tenant')
    .option('--limit <tenants>', 'tenants at most', tenantsAtMost, 1000)
    .action((incidentId: string, chosen: ChosenTenants) => tellReceived(context, incidentId, chosen));
  return notice;
}

async function propose(
  context: CliContext,
  incidentId: string,
  file: string,
  standing: true | undefined,
): Promise<void> {
  const sender = context.sender();
  const draft = parseInput(NoticeDraft, await readJsonFile(file), 'the notice');
  const missing = missingSections(draft);
  if (missing.length > 0)
    throw new InputProblem(`the notice cannot be proposed, it lacks ${missing.join(', ')}`, missing[0]);
  const saved = await withClient(context, async (firebreak) => {
    await firebreak.status(incidentId); // no text is kept for an incident that there is not
    const { noticeId, revision, contentHash } = await withDatabase(context, (database) =>
      saveNoticeDraft(database, incidentId, draft, sender.by),
    );
    const proposal = { noticeId, revision, contentHash, ...(standing && { standing }) };
    await firebreak.tell(incidentId, 'proposeNotice', { ...sender, ...proposal, stage: draft.kind });
    return proposal;
  });
  const { noticeId, revision } = saved;
  context.print(
    saved,
    `Notice ${noticeId}, revision ${String(revision)}, is proposed.\nNext: firebreak approve ${incidentId} --gate notice:${noticeId} …`,
  );
}

interface ChosenTenants {
  readonly tenant?: string;
  readonly after?: string;
  readonly limit: number;
}

function tenantsAtMost(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000)
    throw new InvalidArgumentError('it is a whole number from 1 to 100,000');
  return limit;
}

async function tellReceived(
  context: CliContext,
  incidentId: string,
  { tenant, after, limit }: ChosenTenants,
): Promise<void> {
  const page = { incidentId, limit, ...(after !== undefined && { after }) };
  const notices = await withDatabase(context, (database) =>
    noticesByTenant(database, tenant === undefined ? page : { incidentId, limit, tenantId: tenant }),
  );
  if (tenant !== undefined && notices.length === 0)
    throw new InputProblem(
      `no notice of ${incidentId} has left, or tenant ${tenant} was neither affected nor told`,
      'tenant',
    );
  const isFull = tenant === undefined && new Set(notices.map(({ tenantId }) => tenantId)).size === limit;
  const last = isFull ? notices.at(-1)?.tenantId : undefined;
  const lines = notices.length === 0 ? [`No notice of ${incidentId} has left.`] : notices.map(lineOf);
  const more = last === undefined ? [] : [`There may be more: --after ${last}`];
  context.print({ notices, ...(last !== undefined && { after: last }) }, [...lines, ...more].join('\n'));
}

function lineOf({ tenantId, noticeId, revision, delivery }: TenantNotice): string {
  const notice = `${tenantId}  ${noticeId}, revision ${String(revision)}:`;
  if (delivery === undefined) return `${notice} none`;
  const contact = delivery.contactKind === undefined ? 'no contact' : `${delivery.contactKind} contact`;
  return `${notice} ${delivery.kind}, ${delivery.state}, ${contact}, ${delivery.at}`;
}
