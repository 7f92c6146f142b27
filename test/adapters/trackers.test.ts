// Issues over a real HTTP connection, in the form of each tracker: what is asked of it, and what its answers mean (S56).
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { TrackerRefusal, type NewIssue } from '../../src/activities/ask-tracker';
import { issueTracker } from '../../src/adapters/trackers';
import type { TrackerConfig } from '../../src/adapters/trackers/tracker-config';

interface Received {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

let server: Server;
let api: string;
let received: Received[];
/** What the tracker answers, one after the other: a status, or a body. */
let answers: unknown[];

beforeEach(async () => {
  received = [];
  answers = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url = '', headers } = request;
      received.push({ method, url, headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) });
      const answer = answers.shift();
      if (typeof answer === 'number') response.writeHead(answer).end('{}');
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const bug: NewIssue = {
  incidentId: 'INC-1',
  ref: 'BUG-1',
  kind: 'bug',
  title: 'Keys are logged',
  owner: 'ben',
  priority: '1',
  mark: 'firebreak-0123456789abcdef',
};

const trackerOf = (kind: TrackerConfig['kind'], project: string, token = 'secret') =>
  issueTracker({ kind, project, api, token });

describe('GitHub', () => {
  const opened = {
    html_url: 'https://github.example/acme/cloud/issues/7',
    state: 'open',
    state_reason: null,
  };
  const gitHub = () => trackerOf('github', 'acme/cloud');

  test('gets an issue with the mark and the priority as labels, and the incident in its text', async () => {
    answers = [opened];

    expect(await gitHub().open(bug)).toEqual({ link: opened.html_url, state: 'open' });

    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/repos/acme/cloud/issues',
        headers: { authorization: 'Bearer secret' },
        body: { title: 'Keys are logged', labels: [bug.mark, 'priority: 1'] },
      },
    ]);
    expect(JSON.stringify(received[0]?.body)).toContain('incident INC-1, where it is BUG-1');
  });

  test.each([
    ['open', null, 'open'],
    ['closed', 'completed', 'resolved'],
    ['closed', 'duplicate', 'resolved'],
    ['closed', 'not_planned', 'not-planned'],
  ])('%s (%s) is %s here', async (state, reason, expected) => {
    answers = [[{ ...opened, state, state_reason: reason }]];

    expect(await gitHub().find(bug.mark)).toEqual({ link: opened.html_url, state: expected });
    expect(received[0]?.url).toBe(`/repos/acme/cloud/issues?labels=${bug.mark}&state=all`);
  });

  test('without an issue of that mark knows none', async () => {
    answers = [[]];

    expect(await gitHub().find(bug.mark)).toBeUndefined();
  });
});

describe('Jira', () => {
  const found = (category: string, resolution?: string) => ({
    issues: [
      {
        key: 'SEC-7',
        fields: {
          status: { statusCategory: { key: category } },
          resolution: resolution === undefined ? null : { name: resolution },
        },
      },
    ],
  });

  test('gets an issue with the mark as label and its own priority', async () => {
    answers = [{ key: 'SEC-7' }];

    expect(
      await trackerOf('jira', 'SEC', 'ana@example.com:secret').open({ ...bug, priority: 'High' }),
    ).toEqual({
      link: `${api}/browse/SEC-7`,
      state: 'open',
    });

    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/rest/api/2/issue',
      headers: { authorization: `Basic ${Buffer.from('ana@example.com:secret').toString('base64')}` },
      body: {
        fields: {
          project: { key: 'SEC' },
          issuetype: { name: 'Bug' },
          summary: 'Keys are logged',
          labels: [bug.mark],
          priority: { name: 'High' },
        },
      },
    });
  });

  test.each([
    [found('indeterminate'), 'open'],
    [found('done', 'Done'), 'resolved'],
    [found('done', "Won't Do"), 'not-planned'],
  ])('answers with %j', async (answer, state) => {
    answers = [answer];

    expect(await trackerOf('jira', 'SEC').find(bug.mark)).toEqual({ link: `${api}/browse/SEC-7`, state });
    const asked = new URL(received[0]?.url ?? '', api);
    expect(asked.searchParams.get('jql')).toBe(`project = "SEC" AND labels = "${bug.mark}"`);
    expect(received[0]?.headers.authorization).toBe('Bearer secret');
  });

  test('without an issue of that mark knows none', async () => {
    answers = [{ issues: [] }];

    expect(await trackerOf('jira', 'SEC').find(bug.mark)).toBeUndefined();
  });
});

describe('Azure DevOps', () => {
  const item = (state: string) => ({
    fields: { 'System.State': state },
    _links: { html: { href: 'https://azure.example/7' } },
  });
  const azure = () => trackerOf('azure-devops', 'acme/cloud');

  test('gets a work item with the mark as tag; a number is its priority', async () => {
    answers = [item('New')];

    expect(await azure().open(bug)).toEqual({ link: 'https://azure.example/7', state: 'open' });

    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/acme/cloud/_apis/wit/workitems/$Bug?api-version=7.1',
      headers: {
        'content-type': 'application/json-patch+json',
        authorization: `Basic ${Buffer.from(':secret').toString('base64')}`,
      },
    });
    expect(received[0]?.body).toContainEqual({
      op: 'add',
      path: '/fields/Microsoft.VSTS.Common.Priority',
      value: 1,
    });
    expect(received[0]?.body).toContainEqual({ op: 'add', path: '/fields/System.Tags', value: bug.mark });
  });

  test('gets any other word for a priority as a tag', async () => {
    answers = [item('New')];

    await azure().open({ ...bug, priority: 'high' });

    const value = `${bug.mark}; priority high`;
    expect(received[0]?.body).toContainEqual({ op: 'add', path: '/fields/System.Tags', value });
  });

  test.each([
    ['Active', 'open'],
    ['Closed', 'resolved'],
    ['Removed', 'not-planned'],
  ])('%s is %s here', async (theirs, state) => {
    answers = [{ workItems: [{ id: 7 }] }, item(theirs)];

    expect(await azure().find(bug.mark)).toEqual({ link: 'https://azure.example/7', state });
    expect(received.map(({ url }) => url)).toEqual([
      '/acme/cloud/_apis/wit/wiql?api-version=7.1',
      '/acme/cloud/_apis/wit/workitems/7?$expand=links&api-version=7.1',
    ]);
    expect(JSON.stringify(received[0]?.body)).toContain(`[System.Tags] Contains '${bug.mark}'`);
  });

  test('without a work item of that mark knows none', async () => {
    answers = [{ workItems: [] }];

    expect(await azure().find(bug.mark)).toBeUndefined();
  });
});

describe('a tracker that does not answer as it should', () => {
  const find = () => trackerOf('github', 'acme/cloud').find(bug.mark);

  test.each([401, 403, 404, 422])(
    'refuses for good with %d, in a sentence without its token',
    async (status) => {
      answers = [status];

      const error = await find().catch((reason: unknown) => reason as Error);

      expect(error).toBeInstanceOf(TrackerRefusal);
      expect((error as Error).message).toBe(
        `the tracker answered ${String(status)} to GET /repos/acme/cloud/issues`,
      );
    },
  );

  test.each([408, 429, 500, 503])('is asked again after %d', async (status) => {
    answers = [status];

    const error = await find().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TrackerRefusal);
  });

  test('is missing: the sentence says what to set', async () => {
    await expect(issueTracker(undefined).find(bug.mark)).rejects.toThrow(/set FIREBREAK_TRACKER/);
  });
});
