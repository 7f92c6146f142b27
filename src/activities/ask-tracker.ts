/**
 * Asks the issue tracker about the entries of an incident, and gives it an issue for each that has none (S56). Safe to
 * repeat: an issue carries a mark of its entry, and is looked for before another is opened.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { TrackedIssue } from '../domain/follow-up';
import { fingerprintOf } from '../domain/fingerprint';
import type { TrackerItem } from '../domain/tracker';

export interface AskTrackerInput {
  readonly incidentId: string;
  readonly items: readonly TrackerItem[];
}

export interface NewIssue extends TrackerItem {
  readonly incidentId: string;
  /** A label that only the issue of this entry has. */
  readonly mark: string;
}

export interface IssueTracker {
  find(mark: string): Promise<TrackedIssue | undefined>;
  open(issue: NewIssue): Promise<TrackedIssue>;
}

/** The tracker will not have it however often it is asked: somebody has to mend something first. */
export class TrackerRefusal extends Error {}

export interface AskTrackerResult {
  readonly issues: readonly (TrackedIssue & { readonly ref: string })[];
}

/** Final failure, by `type`: `Refused`, for what the tracker refuses. */
export const askTracker =
  (tracker: IssueTracker) =>
  async ({ incidentId, items }: AskTrackerInput): Promise<AskTrackerResult> => {
    const issues: (TrackedIssue & { readonly ref: string })[] = [];
    try {
      for (const item of items) issues.push({ ref: item.ref, ...(await issueOf(tracker, incidentId, item)) });
    } catch (error) {
      throw error instanceof TrackerRefusal
        ? ApplicationFailure.nonRetryable(error.message, 'Refused')
        : error;
    }
    return { issues };
  };

async function issueOf(tracker: IssueTracker, incidentId: string, item: TrackerItem): Promise<TrackedIssue> {
  const mark = `firebreak-${fingerprintOf([incidentId, item.ref]).slice(0, 16)}`;
  return (await tracker.find(mark)) ?? tracker.open({ ...item, incidentId, mark });
}
