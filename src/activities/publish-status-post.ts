/**
 * Puts an approved revision of a post on the service health dashboard (S49): into the table of issues, then into the
 * files that a web server serves. A drill has a dashboard of its own; which one an issue may be shown on is in its type.
 */
import { ApplicationFailure } from '@temporalio/activity';
import {
  isResolvedStatus,
  type ServiceHealthIssue,
  type ServiceHealthIssuePost,
} from '../contract/service-health-issue';
import type { StatusPostDraft } from '../contract/status-post';
import { type Fingerprint, fingerprintOf } from '../domain/fingerprint';
import { type Instant, instantOf } from '../domain/instant';
import { problemOfTlp } from '../domain/status-posts';

/** `live` is the one that everybody reads; `drill` shows exercises. */
export type DashboardMode = 'live' | 'drill';

export interface StatusPostRevision {
  readonly incidentId: string;
  readonly postId: string;
  readonly revision: number;
}

export interface PublishStatusPostInput extends StatusPostRevision {
  readonly contentHash: Fingerprint;
  readonly mode: DashboardMode;
  readonly publishedAt: Instant;
}

export interface PublishedStatusPost {
  /** The issue on the dashboard; it says nothing about our incident. */
  readonly issueId: string;
  readonly isResolved: boolean;
}

export interface StatusPostDrafts {
  draft(post: StatusPostRevision): Promise<StatusPostDraft | undefined>;
}

/** One revision as it is added to its issue: whatever it says replaces the former, its text comes after theirs. */
export interface NewIssuePost extends StatusPostRevision {
  readonly mode: DashboardMode;
  readonly issue: ServiceHealthIssue;
}

/** An issue of one dashboard. */
export type DashboardIssue<Mode extends DashboardMode> = ServiceHealthIssue & { readonly mode: Mode };

export interface Dashboard<Mode extends DashboardMode> {
  readonly mode: Mode;
  /** Replaces all that is shown. A property, so that the issues of one dashboard do not pass for those of the other. */
  readonly show: (issues: readonly DashboardIssue<Mode>[]) => Promise<void>;
}

export type Dashboards = { readonly [Mode in DashboardMode]: Dashboard<Mode> };

export interface DashboardIssues {
  /** A revision that is there already, or an older one, changes nothing. */
  add(post: NewIssuePost): Promise<void>;
  /** Shows every issue of the dashboard, one caller after the other, so that the newest is what stays. */
  showOn<Mode extends DashboardMode>(dashboard: Dashboard<Mode>): Promise<void>;
}

export interface PublishStatusPostPorts {
  readonly drafts: StatusPostDrafts;
  readonly issues: DashboardIssues;
  readonly dashboards: Dashboards;
  /** Markdown to HTML that runs nothing and fetches nothing. */
  readonly renderHtml: (markdown: string) => string;
}

/**
 * Safe to run again: a revision is added once, and the files are written anew.
 * Final failures, by `type`: `StatusPostUnknown`, `StatusPostChanged` (the stored text is not the approved one),
 * `StatusPostNotPublic` (its TLP is above CLEAR). Whatever database or file system report is tried again.
 */
export const publishStatusPost =
  (ports: PublishStatusPostPorts) =>
  async (input: PublishStatusPostInput): Promise<PublishedStatusPost> => {
    const { incidentId, postId, revision, mode } = input;
    const draft = await approvedDraft(ports.drafts, input);
    const issue = issueFrom(draft, input, ports.renderHtml);
    await ports.issues.add({ incidentId, postId, revision, mode, issue });
    await showOn(ports.issues, ports.dashboards, mode);
    return { issueId: issue.id, isResolved: issue.isResolved };
  };

function showOn<Mode extends DashboardMode>(
  issues: DashboardIssues,
  dashboards: Pick<Dashboards, Mode>,
  mode: Mode,
): Promise<void> {
  return issues.showOn(dashboards[mode]);
}

async function approvedDraft(
  drafts: StatusPostDrafts,
  input: PublishStatusPostInput,
): Promise<StatusPostDraft> {
  const name = `Post ${input.postId}, revision ${String(input.revision)},`;
  const draft = await drafts.draft(input);
  if (draft === undefined)
    throw refusal('StatusPostUnknown', `${name} is not in the database; save it and propose it again.`);
  if (fingerprintOf(draft) !== input.contentHash)
    throw refusal(
      'StatusPostChanged',
      `${name} is not the text that was approved: its hash differs. Propose the stored text, or find out who changed it.`,
    );
  const problem = problemOfTlp(draft.tlp);
  if (problem !== undefined) throw refusal('StatusPostNotPublic', `${name} stays here: ${problem}.`);
  return draft;
}

function refusal(type: string, sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, type);
}

function issueFrom(
  draft: StatusPostDraft,
  { incidentId, postId, publishedAt }: PublishStatusPostInput,
  renderHtml: PublishStatusPostPorts['renderHtml'],
): ServiceHealthIssue {
  const { title, service, classification, status, impact, details, postType, text } = draft;
  const post: ServiceHealthIssuePost = {
    createdDateTime: publishedAt,
    postType,
    description: { contentType: 'html', content: renderHtml(text) },
  };
  return {
    id: issueIdOf(incidentId, postId),
    title,
    service,
    feature: draft.feature ?? null,
    featureGroup: draft.featureGroup ?? null,
    classification,
    status,
    startDateTime: instantOf(draft.startedAt),
    endDateTime: draft.endedAt === undefined ? null : instantOf(draft.endedAt),
    lastModifiedDateTime: publishedAt,
    isResolved: isResolvedStatus(status),
    impactDescription: impact,
    details,
    posts: [post],
  };
}

/** Everybody reads it, so it must not be made of what an incident is called among us. */
export function issueIdOf(incidentId: string, postId: string): string {
  return `SP${fingerprintOf(['service health issue', incidentId, postId]).slice(0, 12)}`;
}
