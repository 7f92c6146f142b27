/**
 * The service health dashboards as files that any web server serves: `issues.json`, as Microsoft Graph lists its
 * issues, and `issues.atom`. Drills have a folder of their own, and nothing here that shows a drill knows another.
 */
import { join } from 'node:path';
import type { Dashboard, DashboardIssue, DashboardMode, Dashboards } from '../activities/publish-status-post';
import type { ServiceHealthIssue } from '../contract/service-health-issue';
import { atomFeed, type Feed, type FeedPublisher } from './atom-feed';
import { replaceFile } from './replace-file';

/** @param directory is made when it is missing; drills go to `drill` in it */
export function statusFiles(directory: string, publisher: FeedPublisher): Dashboards {
  return { live: liveFiles(directory, publisher), drill: drillFiles(join(directory, 'drill'), publisher) };
}

function liveFiles(directory: string, publisher: FeedPublisher): Dashboard<'live'> {
  const feed = { title: 'Service health', name: 'service-health' };
  return {
    mode: 'live',
    show: (issues) => writeFiles(directory, { ...feed, issues: issues.map(publicPart) }, publisher),
  };
}

function drillFiles(directory: string, publisher: FeedPublisher): Dashboard<'drill'> {
  const feed = { title: '[DRILL] Service health', name: 'service-health/drill' };
  return {
    mode: 'drill',
    show: (issues) => writeFiles(directory, { ...feed, issues: issues.map(markedAsDrill) }, publisher),
  };
}

async function writeFiles(directory: string, feed: Feed, publisher: FeedPublisher): Promise<void> {
  const issues = wellFormed(feed.issues);
  await replaceFile(join(directory, 'issues.json'), jsonOf({ value: issues }));
  await replaceFile(join(directory, 'issues.atom'), atomFeed({ ...feed, issues }, publisher));
}

function publicPart({ mode, ...issue }: DashboardIssue<DashboardMode>): ServiceHealthIssue {
  return issue;
}

const drillMark = 'DRILL: this is an exercise, nothing has happened.';

function markedAsDrill(issue: DashboardIssue<'drill'>): ServiceHealthIssue {
  return {
    ...publicPart(issue),
    title: `[DRILL] ${issue.title}`,
    impactDescription: `${drillMark} ${issue.impactDescription}`,
    posts: issue.posts.map((post) => ({
      ...post,
      description: { ...post.description, content: `<p>${drillMark}</p>\n${post.description.content}` },
    })),
  };
}

/** So that a page may put it into a script element. */
function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2).replaceAll('<', '\\u003c')}\n`;
}

/** Neither XML nor every reader of JSON takes control characters or halves of character pairs. */
const unreadable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

function wellFormed(issues: readonly ServiceHealthIssue[]): readonly ServiceHealthIssue[] {
  const text = JSON.stringify(issues, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(unreadable, '\uFFFD') : value,
  );
  return JSON.parse(text) as readonly ServiceHealthIssue[];
}
