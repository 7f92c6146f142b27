// The dashboards as files: read back as any reader would, whatever the texts are, and whole at every moment.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { DashboardIssue, DashboardMode } from '../../src/activities/publish-status-post';
import { renderSafeMarkdown } from '../../src/adapters/safe-markdown';
import { statusFiles } from '../../src/adapters/status-files';
import type { ServiceHealthIssue } from '../../src/contract/service-health-issue';
import { parseXml, type XmlElement } from '../support/xml';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'status-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const publisher = { name: 'Cloud & Sons', domain: 'provider.example' };
const dashboards = () => statusFiles(folder, publisher);

function issue<Mode extends DashboardMode>(
  mode: Mode,
  changes: Partial<ServiceHealthIssue> = {},
): DashboardIssue<Mode> {
  return {
    mode,
    id: 'SP0123456789ab',
    title: 'Storage is slow',
    service: 'storage',
    feature: null,
    featureGroup: null,
    classification: 'incident',
    status: 'investigating',
    startDateTime: '2026-11-23T07:30:00.000Z',
    endDateTime: null,
    lastModifiedDateTime: '2026-11-23T09:00:00.000Z',
    isResolved: false,
    impactDescription: 'Uploads take longer.',
    details: [{ name: 'Region', value: 'eu-west' }],
    posts: [post('<p>We look into it.</p>', '2026-11-23T09:00:00.000Z')],
    ...changes,
  };
}

function post(content: string, createdDateTime: string) {
  return {
    createdDateTime,
    postType: 'regular' as const,
    description: { contentType: 'html' as const, content },
  };
}

// The shape that readers of Microsoft Graph expect, written down apart from ours

const dateTimeOffset = z.iso.datetime({ offset: true });
const graphIssues = z.strictObject({
  value: z.array(
    z.strictObject({
      id: z.string().min(1),
      title: z.string(),
      service: z.string(),
      feature: z.string().nullable(),
      featureGroup: z.string().nullable(),
      classification: z.enum(['advisory', 'incident']),
      status: z.string(),
      startDateTime: dateTimeOffset,
      endDateTime: dateTimeOffset.nullable(),
      lastModifiedDateTime: dateTimeOffset,
      isResolved: z.boolean(),
      impactDescription: z.string(),
      details: z.array(z.strictObject({ name: z.string(), value: z.string() })),
      posts: z.array(
        z.strictObject({
          createdDateTime: dateTimeOffset,
          postType: z.enum(['regular', 'quick', 'strategic']),
          description: z.strictObject({ contentType: z.literal('html'), content: z.string() }),
        }),
      ),
    }),
  ),
});

async function jsonIn(directory: string) {
  return graphIssues.parse(JSON.parse(await readFile(join(directory, 'issues.json'), 'utf8'))).value;
}

// Atom, by RFC 4287

async function feedIn(directory: string): Promise<XmlElement> {
  const feed = parseXml(await readFile(join(directory, 'issues.atom'), 'utf8'));
  expect(feed).toMatchObject({ name: 'feed', attributes: { xmlns: 'http://www.w3.org/2005/Atom' } });
  for (const each of [feed, ...named(feed, 'entry')]) {
    expect(textOf(each, 'id')).toMatch(/^tag:provider\.example,2026-11-01:[\w/-]+$/);
    expect(textOf(each, 'title')).not.toBe('');
    expect(dateTimeOffset.safeParse(textOf(each, 'updated')).success).toBe(true);
  }
  expect(named(feed, 'author').map((author) => textOf(author, 'name'))).toEqual([publisher.name]);
  return feed;
}

function named({ children }: XmlElement, name: string): readonly XmlElement[] {
  return children.filter((child) => child.name === name);
}

/** Of the one child of this name. */
function textOf(element: XmlElement, name: string): string {
  const found = named(element, name);
  expect(found.map((each) => each.name)).toEqual([name]);
  return found[0]?.text ?? '';
}

test('JSON has the shape of Microsoft Graph, and holds what was published and nothing of ours', async () => {
  const { mode, ...published } = issue('live');
  await dashboards().live.show([{ mode, ...published }]);

  expect(await jsonIn(folder)).toEqual([published]);
});

test('the feed has one entry an issue, and in it the posts, the newest first', async () => {
  const posts = [
    post('<p>We look into it.</p>', '2026-11-23T09:00:00.000Z'),
    post('<p>It is over.</p>', '2026-11-23T11:00:00.000Z'),
  ];
  const over = issue('live', {
    id: 'SP1',
    status: 'serviceRestored',
    isResolved: true,
    endDateTime: '2026-11-23T10:30:00.000Z',
    lastModifiedDateTime: '2026-11-23T11:00:00.000Z',
    posts,
  });
  await dashboards().live.show([over, issue('live', { id: 'SP2' })]);

  const feed = await feedIn(folder);
  const [first, second] = named(feed, 'entry');
  expect(textOf(feed, 'updated')).toBe('2026-11-23T11:00:00.000Z');
  expect(first && textOf(first, 'id')).toBe('tag:provider.example,2026-11-01:service-health/SP1');
  expect(first && textOf(first, 'published')).toBe('2026-11-23T09:00:00.000Z');
  expect(first && named(first, 'category').map(({ attributes }) => attributes['term'])).toEqual([
    'storage',
    'incident',
    'serviceRestored',
  ]);
  const content = first && textOf(first, 'content');
  expect(content?.indexOf('It is over.')).toBeLessThan(content?.indexOf('We look into it.') ?? -1);
  expect(second && textOf(second, 'summary')).toBe('Uploads take longer.');
});

test('a dashboard without issues is a feed and a list all the same', async () => {
  await dashboards().live.show([]);

  expect(await jsonIn(folder)).toEqual([]);
  expect(named(await feedIn(folder), 'entry')).toEqual([]);
});

test('a drill has files and names of its own, is marked in every text, and leaves the live files alone', async () => {
  const { live, drill } = dashboards();
  await live.show([issue('live')]);
  const before = await Promise.all(
    ['issues.json', 'issues.atom'].map((name) => readFile(join(folder, name))),
  );

  await drill.show([issue('drill')]);

  const after = await Promise.all(['issues.json', 'issues.atom'].map((name) => readFile(join(folder, name))));
  expect(after).toEqual(before);
  expect((await readdir(folder)).sort()).toEqual(['drill', 'issues.atom', 'issues.json']);
  const [shown] = await jsonIn(join(folder, 'drill'));
  const feed = await feedIn(join(folder, 'drill'));
  expect(shown?.title).toBe('[DRILL] Storage is slow');
  expect(shown?.impactDescription).toMatch(/^DRILL: this is an exercise, nothing has happened\. /);
  expect(shown?.posts[0]?.description.content).toMatch(/^<p>DRILL: this is an exercise/);
  expect(textOf(feed, 'title')).toBe('[DRILL] Service health');
  expect(textOf(feed, 'id')).not.toBe(textOf(await feedIn(folder), 'id'));
});

describe('hostile text', () => {
  const hostile = `<script>alert("1")</script> ]]> &amp; ' "><x/> \u0000\u0008\u001B\u{FFFE}\uD800 \u{1F525} </title>`;
  const unreadable = ['\u0000', '\u0008', '\u001B', '\u{FFFE}', '\uD800'];
  const readable = unreadable.reduce((text, each) => text.replaceAll(each, '\uFFFD'), hostile);

  test('comes back as it was written, but for what no XML may hold', async () => {
    const said = { title: hostile, service: hostile, impactDescription: hostile };
    await dashboards().live.show([
      issue('live', {
        ...said,
        feature: hostile,
        details: [{ name: hostile, value: hostile }],
        posts: [post(hostile, '2026-11-23T09:00:00.000Z')],
      }),
    ]);

    const [shown] = await jsonIn(folder);
    const [entry] = named(await feedIn(folder), 'entry');
    expect(shown).toMatchObject({
      title: readable,
      service: readable,
      feature: readable,
      impactDescription: readable,
      details: [{ name: readable, value: readable }],
      posts: [{ description: { content: readable } }],
    });
    expect(entry && textOf(entry, 'title')).toBe(readable);
    expect(entry && textOf(entry, 'summary')).toBe(readable);
    expect(entry && textOf(entry, 'content')).toContain(readable);
    expect(entry && named(entry, 'category')[0]?.attributes['term']).toBe(readable);
  });

  test('does not end the script element that a page puts the JSON into', async () => {
    await dashboards().live.show([issue('live', { title: '</script><script>alert(1)</script>' })]);
    expect(await readFile(join(folder, 'issues.json'), 'utf8')).not.toContain('<');
  });

  test('in the Markdown of a post becomes no element, no script and no picture', () => {
    const html = renderSafeMarkdown(
      '<script>alert(1)</script>\n\n![x](https://evil.example/x.png) [y](javascript:alert(1)) <b onclick="x">z</b>',
    );
    expect(html).not.toMatch(/<(script|img|b)\b|href="javascript/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

describe('a reader sees whole files', () => {
  test('whoever else publishes at the same time, and nothing is left behind', async () => {
    const { live } = dashboards();
    const long = 'Storage is slow. '.repeat(20_000);
    const versions = Array.from({ length: 12 }, (_, version) => [
      issue('live', { title: `version ${String(version)}`, impactDescription: long }),
    ]);
    await live.show(versions[0] ?? []);
    const progress = { isOver: false };
    let reads = 0;

    const writing = Promise.all(versions.map((issues) => live.show(issues))).finally(() => {
      progress.isOver = true;
    });
    while (!progress.isOver) {
      const [shown] = await jsonIn(folder);
      expect(shown?.impactDescription).toBe(long);
      await feedIn(folder);
      reads += 1;
    }
    await writing;

    expect(reads).toBeGreaterThan(0);
    expect((await readdir(folder)).sort()).toEqual(['issues.atom', 'issues.json']);
  });

  test('a folder that cannot be made is reported, and the old files stay', async () => {
    await writeFile(join(folder, 'taken'), 'a file');
    const { live } = statusFiles(join(folder, 'taken'), publisher);

    await expect(live.show([issue('live')])).rejects.toThrow(/EEXIST|ENOTDIR/);

    expect(await readFile(join(folder, 'taken'), 'utf8')).toBe('a file');
  });
});
