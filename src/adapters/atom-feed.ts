/** Issues of the service health dashboard as an Atom 1.0 feed (RFC 4287): one entry an issue, its posts the newest first. */
import type { ServiceHealthIssue, ServiceHealthIssuePost } from '../contract/service-health-issue';

export interface FeedPublisher {
  /** Who speaks to the reader. */
  readonly name: string;
  /** A domain of the provider; with it the ids of feed and entries are like no others (RFC 4151). */
  readonly domain: string;
}

export interface Feed {
  readonly title: string;
  /** Tells this feed from other feeds of the publisher. */
  readonly name: string;
  readonly issues: readonly ServiceHealthIssue[];
}

/** What has no issue yet was never updated; a feed has to say when, all the same. */
const never = '1970-01-01T00:00:00.000Z';

/** A tag names a day on which the domain was the publisher's. */
const taggedSince = '2026-11-01';

export function atomFeed({ title, name, issues }: Feed, publisher: FeedPublisher): string {
  const feedId = `tag:${publisher.domain},${taggedSince}:${name}`;
  const changes = issues.map((issue) => issue.lastModifiedDateTime).sort();
  const updated = changes.at(-1) ?? never;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    element('id', feedId),
    element('title', title),
    element('updated', updated),
    `<author>${element('name', publisher.name)}</author>`,
    ...issues.map((issue) => entry(issue, feedId)),
    '</feed>\n',
  ].join('\n');
}

function entry(issue: ServiceHealthIssue, feedId: string): string {
  const { id, title, posts, lastModifiedDateTime, service, classification, status } = issue;
  return [
    '<entry>',
    element('id', `${feedId}/${id}`),
    element('title', title),
    element('published', posts[0]?.createdDateTime ?? lastModifiedDateTime),
    element('updated', lastModifiedDateTime),
    ...[service, classification, status].map((term) => `<category term="${escaped(term)}"/>`),
    element('summary', issue.impactDescription),
    `<content type="html">${escaped([...posts].reverse().map(htmlOf).join('\n'))}</content>`,
    '</entry>',
  ].join('\n');
}

function htmlOf({ createdDateTime, description }: ServiceHealthIssuePost): string {
  return `<p><time datetime="${createdDateTime}">${createdDateTime}</time></p>\n${description.content}`;
}

function element(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
