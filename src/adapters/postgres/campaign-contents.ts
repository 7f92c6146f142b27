/** What a campaign sends: its notice in every language, and the templates that were approved with it. */
import type { CampaignRef } from '../../activities/plan-deliveries';
import type { NoticeDraft } from '../../contract/notice';
import type { Database } from './database';
import { keptTemplates, noticeContents } from './notice-store';

export interface CampaignContent {
  readonly incidentId: string;
  readonly mode: 'live' | 'drill';
  readonly draft: NoticeDraft;
  /** Template text by language. */
  readonly templates: Readonly<Record<string, string>>;
}

/** @returns undefined when the campaign, or the notice that it sends, is not there. */
export async function readCampaign(
  database: Database,
  { incidentId, campaignId }: CampaignRef,
): Promise<CampaignContent | undefined> {
  const campaign = await database
    .selectFrom('delivery_campaign')
    .select(['notice_id', 'revision', 'template_revision', 'mode'])
    .where('incident_id', '=', incidentId)
    .where('campaign_id', '=', campaignId)
    .executeTakeFirst();
  if (campaign === undefined) return undefined;
  const { notice_id: noticeId, revision, template_revision: templateHash, mode } = campaign;
  const draft = await noticeContents(database).draft({ incidentId, noticeId, revision });
  return draft && { incidentId, mode, draft, templates: await keptTemplates(database, templateHash) };
}
