/**
 * `firebreak notice propose`: the text goes to the database, its hash to the incident. `firebreak notice received`: what
 * each tenant got.
 */
import { Command, InvalidArgumentError } from 'commander';
import type { Database } from '../adapters/postgres/database';
import { saveNoticeDraft } from '../adapters/postgres/notice-store';
import { noticeRecipients } from '../adapters/postgres/notice-recipients';
import {
  noticesByTenant,
  type ChosenLanguage,
  type TenantNotice,
} from '../adapters/postgres/received-notices';
import { InputProblem } from '../contract/input-problem';
import { missingSections, NoticeDraft } from '../contract/notice';
import { unreadLanguages, type UnreadLanguage } from '../contract/notice-languages';
import { parseInput } from '../contract/parse-input';
import { readJsonFile } from './read-json-file';
import { withClient, withDatabase, type CliContext } from './context';
import { dutiesCommand } from './notice-duties';

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
  return notice.addCommand(dutiesCommand(context));
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
    // No text is kept for an incident that there is not.
    const { tenantSetVersion } = (await firebreak.status(incidentId)).notification;
    return withDatabase(context, async (database) => {
      const { noticeId, revision, contentHash } = await saveNoticeDraft(
        database,
        incidentId,
        draft,
        sender.by,
      );
      const proposal = { noticeId, revision, contentHash, ...(standing && { standing }) };
      await firebreak.tell(incidentId, 'proposeNotice', { ...sender, ...proposal, stage: draft.kind });
      const unread = await unreadBy(database, incidentId, draft, tenantSetVersion);
      return { ...proposal, unreadLanguages: unread };
    });
  });
  const { noticeId, revision } = saved;
  context.print(
    saved,
    [
      `Notice ${noticeId}, revision ${String(revision)}, is proposed.`,
      ...saved.unreadLanguages.map(unreadLine),
      `Next: firebreak approve ${incidentId} --gate notice:${noticeId} …`,
    ].join('\n'),
  );
}

/** Nobody can be asked for while the tenants are not known. */
async function unreadBy(
  database: Database,
  incidentId: string,
  draft: NoticeDraft,
  tenantSetVersion: number | undefined,
): Promise<readonly UnreadLanguage[]> {
  if (tenantSetVersion === undefined) return [];
  const { kind: stage, onlyTenants } = draft;
  const audience = { incidentId, tenantSetVersion, stage, ...(onlyTenants && { onlyTenants }) };
  return unreadLanguages(draft, await noticeRecipients(database).profilesOf(audience));
}

function unreadLine({ language, tenants }: UnreadLanguage): string {
  return `It is not written in ${language}, the language of ${tenants === 1 ? '1 tenant' : `${String(tenants)} tenants`}.`;
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
  return `${notice} ${delivery.kind}${languageText(delivery.language)}, ${delivery.state}, ${contact}, ${delivery.at}`;
}

function languageText(language: ChosenLanguage | undefined): string {
  if (language === undefined) return '';
  const { used, wanted, choice } = language;
  const why = {
    preferred: '',
    further: `, for want of ${wanted ?? ''}`,
    fallback: `, fallback from ${wanted ?? ''}`,
    unstated: ', no language stated',
  };
  return ` in ${used}${why[choice]}`;
}
