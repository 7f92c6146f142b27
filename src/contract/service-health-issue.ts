/**
 * An issue on the service health dashboard, in the shape of Microsoft Graph's `serviceHealthIssue`, so that what reads
 * that dashboard can read ours.
 */
import { z } from 'zod';

/** `serviceHealthStatus`, but for what Graph reserves and for the value of a service that has no issue. */
export const IssueStatus = z.enum([
  'investigating',
  'serviceDegradation',
  'serviceInterruption',
  'restoringService',
  'extendedRecovery',
  'verifyingService',
  'investigationSuspended',
  'serviceRestored',
  'falsePositive',
  'postIncidentReviewPublished',
]);
export type IssueStatus = z.infer<typeof IssueStatus>;

const endingStatuses: readonly IssueStatus[] = [
  'serviceRestored',
  'falsePositive',
  'postIncidentReviewPublished',
];

/** Whether an issue of this status is over. */
export function isResolvedStatus(status: IssueStatus): boolean {
  return endingStatuses.includes(status);
}

export const IssueClassification = z.enum(['advisory', 'incident']);
export type IssueClassification = z.infer<typeof IssueClassification>;

export const PostType = z.enum(['regular', 'quick', 'strategic']);
export type PostType = z.infer<typeof PostType>;

export interface ServiceHealthIssuePost {
  readonly createdDateTime: string;
  readonly postType: PostType;
  readonly description: { readonly contentType: 'html'; readonly content: string };
}

/** Instants are ISO 8601 in UTC. Posts stand in the order in which they were published. */
export interface ServiceHealthIssue {
  readonly id: string;
  readonly title: string;
  readonly service: string;
  readonly feature: string | null;
  readonly featureGroup: string | null;
  readonly classification: IssueClassification;
  readonly status: IssueStatus;
  readonly startDateTime: string;
  readonly endDateTime: string | null;
  readonly lastModifiedDateTime: string;
  readonly isResolved: boolean;
  readonly impactDescription: string;
  readonly details: readonly { readonly name: string; readonly value: string }[];
  readonly posts: readonly ServiceHealthIssuePost[];
}
