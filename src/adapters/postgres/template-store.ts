/** Templates of one's own: every revision that was proposed, who wrote it, and who has approved it. */
import { type ColumnType, type Generated, sql } from 'kysely';
import type { TemplateKind } from '../../activities/prepare-notice';
import { InputProblem } from '../../contract/input-problem';
import type { Fingerprint } from '../../domain/fingerprint';
import type { Instant } from '../../domain/instant';
import { fileOf, revisionOf, type TemplateSources, type TemplateText } from '../template-files';
import { TemplateProblem } from '../template-problem';
import type { Database } from './database';

export interface TemplateRevisionTable {
  hash: Fingerprint;
  kind: TemplateKind;
  language: string;
  source: string;
  author: string;
  proposed_at: ColumnType<Date, never, never>;
}

export interface TemplateApprovalTable {
  /** bigint, as text. */
  approval_id: Generated<string>;
  hash: Fingerprint;
  approver: string;
  approved_at: ColumnType<Date, never, never>;
}

export interface TemplateTables {
  template_revision: TemplateRevisionTable;
  template_approval: TemplateApprovalTable;
}

export interface TemplateRevision extends TemplateText {
  readonly hash: Fingerprint;
  readonly author: string;
  readonly proposedAt: Instant;
  /** The newest one; the revision of a kind and language with the newest of all is in use. */
  readonly approval?: { readonly by: string; readonly at: Instant };
  readonly isInUse: boolean;
}

/** Writes down what is not there yet: the same text is the same revision, and stays its first author's. */
export async function proposeTemplates(
  database: Database,
  templates: readonly TemplateText[],
  author: string,
): Promise<void> {
  if (templates.length === 0) return;
  const rows = templates.map((template) => ({ ...template, hash: revisionOf(template), author }));
  await database
    .insertInto('template_revision')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * From now on this revision is used. To approve an earlier one again is to go back to it.
 * @throws InputProblem when there is no such revision, or the approver wrote it
 */
export async function approveTemplate(
  database: Database,
  revision: Fingerprint,
  approver: string,
): Promise<void> {
  const approved = await sql`
    insert into template_approval (hash, approver)
    select hash, ${approver} from template_revision where hash = ${revision} and author <> ${approver}
    returning hash`.execute(database);
  if (approved.rows.length > 0) return;
  const isThere = (await templateRevisions(database)).some(({ hash }) => hash === revision);
  throw new InputProblem(
    isThere
      ? `${approver} wrote revision ${revision} and cannot approve it; somebody else must`
      : `there is no revision ${revision} of a template; "firebreak templates list" shows those that there are`,
    'revision',
  );
}

interface RevisionRow extends Omit<TemplateRevisionTable, 'proposed_at'> {
  readonly proposedAt: Date;
  readonly approver: string | null;
  readonly approvedAt: Date | null;
  readonly isInUse: boolean;
}

/** Every revision ever proposed, by kind and language, the newest first. */
export async function templateRevisions(database: Database): Promise<TemplateRevision[]> {
  const { rows } = await sql<RevisionRow>`
    select kind, language, source, hash, author, proposed_at as "proposedAt", approver, approved_at as "approvedAt",
           coalesce(approval_id = max(approval_id) over (partition by kind, language), false) as "isInUse"
      from template_revision
      left join lateral (
        select approval_id, approver, approved_at from template_approval
         where template_approval.hash = template_revision.hash order by approval_id desc limit 1) newest on true
     order by kind, language, proposed_at desc, hash`.execute(database);
  return rows.map(({ proposedAt, approver, approvedAt, ...row }) => ({
    ...row,
    proposedAt: proposedAt.toISOString(),
    ...(approver !== null &&
      approvedAt !== null && { approval: { by: approver, at: approvedAt.toISOString() } }),
  }));
}

/**
 * The approved revisions of a kind that are in use, by language.
 * @throws TemplateProblem when a text is no longer the one that was approved
 */
export async function approvedTemplates(database: Database, kind: TemplateKind): Promise<TemplateSources> {
  const inUse = (await templateRevisions(database)).filter(
    (revision) => revision.isInUse && revision.kind === kind,
  );
  for (const revision of inUse)
    if (revisionOf(revision) !== revision.hash)
      throw new TemplateProblem(
        `The template ${fileOf(revision)} in the database is not the one that was approved as ${revision.hash}: propose and approve it again, and find out who changed it.`,
      );
  return Object.fromEntries(inUse.map(({ language, source }) => [language, source]));
}
