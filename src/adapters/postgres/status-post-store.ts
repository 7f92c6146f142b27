/** What posts on the service health dashboard say, kept by what they say; approvers and publishers read it from here. */
import { type ColumnType, type JSONColumnType, sql, type Transaction } from 'kysely';
import type { StatusPostDrafts, StatusPostRevision } from '../../activities/publish-status-post';
import { StatusPostDraft, type StatusPostDraftInput } from '../../contract/status-post';
import { type Fingerprint, fingerprintOf } from '../../domain/fingerprint';
import type { Database, Tables } from './database';

export interface StatusPostDraftTable {
  incident_id: string;
  post_id: string;
  revision: number;
  content: JSONColumnType<StatusPostDraft>;
  content_hash: Fingerprint;
  author: string;
  created_at: ColumnType<Date, never, never>;
}

export interface StatusPostDraftTables {
  status_post_draft: StatusPostDraftTable;
}

export interface SavedStatusPost {
  readonly postId: string;
  readonly revision: number;
  readonly contentHash: Fingerprint;
}

/**
 * Writes a draft. The content of the newest revision again is that revision; anything else is the next one, which no
 * approval covers yet.
 *
 * @throws ZodError when the draft is not one.
 */
export async function saveStatusPostDraft(
  database: Database,
  incidentId: string,
  draft: StatusPostDraftInput,
  author: string,
): Promise<SavedStatusPost> {
  const checked = StatusPostDraft.parse(draft);
  return database.transaction().execute(async (transaction) => {
    // Two authors at once would otherwise ask for the same revision.
    const subject = `status post ${checked.postId} of ${incidentId}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${subject}, 0))`.execute(transaction);
    const newest = await newestRevision(transaction, incidentId, checked.postId);
    return newest?.contentHash === fingerprintOf(checked)
      ? newest
      : insertRevision(transaction, incidentId, checked, { revision: 1 + (newest?.revision ?? 0), author });
  });
}

async function newestRevision(
  transaction: Transaction<Tables>,
  incidentId: string,
  postId: string,
): Promise<SavedStatusPost | undefined> {
  const row = await transaction
    .selectFrom('status_post_draft')
    .select(['revision', 'content_hash'])
    .where('incident_id', '=', incidentId)
    .where('post_id', '=', postId)
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { postId, revision: row.revision, contentHash: row.content_hash };
}

async function insertRevision(
  transaction: Transaction<Tables>,
  incidentId: string,
  draft: StatusPostDraft,
  { revision, author }: { readonly revision: number; readonly author: string },
): Promise<SavedStatusPost> {
  const { postId } = draft;
  const contentHash = fingerprintOf(draft);
  const row = { incident_id: incidentId, post_id: postId, revision, content_hash: contentHash, author };
  await transaction
    .insertInto('status_post_draft')
    .values({ ...row, content: JSON.stringify(draft) })
    .execute();
  return { postId, revision, contentHash };
}

/** Drafts for the activity that publishes them. */
export const statusPostDrafts = (database: Database): StatusPostDrafts => ({
  draft: async ({ incidentId, postId, revision }: StatusPostRevision) => {
    const row = await database
      .selectFrom('status_post_draft')
      .select('content')
      .where('incident_id', '=', incidentId)
      .where('post_id', '=', postId)
      .where('revision', '=', revision)
      .executeTakeFirst();
    return row?.content;
  },
});

/** What an approver is asked to sign for, found by its hash. */
export async function statusPostToDecide(
  database: Database,
  post: { readonly incidentId: string; readonly postId: string; readonly contentHash: string },
): Promise<StatusPostDraft | undefined> {
  const row = await database
    .selectFrom('status_post_draft')
    .select('content')
    .where('incident_id', '=', post.incidentId)
    .where('post_id', '=', post.postId)
    .where('content_hash', '=', post.contentHash)
    .limit(1)
    .executeTakeFirst();
  return row?.content;
}
