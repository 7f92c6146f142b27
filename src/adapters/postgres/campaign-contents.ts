/** What a campaign sends: its notice in every kind and language, and the templates that were approved with it. */
import type { CampaignRef } from '../../activities/plan-deliveries';
import type { NoticeTemplates } from '../../activities/prepare-notice';
import type { NoticeDraft } from '../../contract/notice';
import type { Database } from './database';
import { keptTemplates, noticeContents } from './notice-store';

export interface CampaignContent {
  readonly incidentId: string;
  readonly mode: 'live' | 'drill';
  readonly draft: NoticeDraft;
  readonly templates: NoticeTemplates;
}

/** @returns undefined when the campaign, or the notice that it sends, is not there. */
export async function readCampaign(
  database: Database,
  { incidentId, campaignId }: CampaignRef,
): Promise<CampaignContent | undefined> {
  const campaign = await database
    .selectFrom('delivery_campaign')
    .select(['notice_id', 'revision', 'template_revision', 'mode', 'repetition'])
    .where('incident_id', '=', incidentId)
    .where('campaign_id', '=', campaignId)
    .executeTakeFirst();
  if (campaign === undefined) return undefined;
  const { notice_id: noticeId, revision, template_revision: templateHash, mode } = campaign;
  const written = await noticeContents(database).draft({ incidentId, noticeId, revision });
  const draft = written && campaign.repetition > 0 ? withoutNews(written) : written;
  return draft && { incidentId, mode, draft, templates: await keptTemplates(database, templateHash) };
}

/** What was new the first time is not new again, and the next one was promised by the last: the template says so. */
function withoutNews({ acknowledgeWithinHours: _askedBefore, ...draft }: NoticeDraft): NoticeDraft {
  const translations = Object.entries(draft.translations).map(
    ([language, { description: _description, nextUpdateAt: _nextUpdateAt, ...rest }]) =>
      [language, rest] as const,
  );
  return { ...draft, translations: Object.fromEntries(translations) };
}
