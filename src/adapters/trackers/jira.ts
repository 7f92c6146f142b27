/** Issues of a Jira project. The mark is a label, the priority is Jira's own field: its name must be one that Jira has. */
import { z } from 'zod';
import type { IssueTracker } from '../../activities/ask-tracker';
import type { TrackedIssue } from '../../domain/follow-up';
import { askedFor, issueText } from './request';
import type { TrackerConfig } from './tracker-config';

const Issue = z.object({
  key: z.string(),
  fields: z.object({
    status: z.object({ statusCategory: z.object({ key: z.string() }) }),
    resolution: z.object({ name: z.string() }).nullish(),
  }),
});
const Found = z.object({ issues: z.array(Issue) });
const Opened = z.object({ key: z.string() });

/** Names of resolutions that mean that nothing was mended. */
const withoutMending = /^(won't|wont|will not|cannot reproduce|declined|not planned|abandoned|invalid)/i;

export function jiraTracker({ api, project, token }: TrackerConfig): IssueTracker {
  const headers = { authorization: authorizationOf(token), 'content-type': 'application/json' };
  const linkTo = (key: string) => `${api}/browse/${key}`;
  return {
    find: async (mark) => {
      const search = new URL(`${api}/rest/api/2/search/jql`);
      const jql = `project = "${project}" AND labels = "${mark}"`;
      search.search = new URLSearchParams({ jql, fields: 'status,resolution', maxResults: '1' }).toString();
      const [found] = (await askedFor(Found, search, { headers })).issues;
      return found && { link: linkTo(found.key), state: stateOf(found) };
    },
    open: async ({ incidentId, ref, kind, title, owner, priority, mark }) => {
      const fields = {
        project: { key: project },
        issuetype: { name: kind === 'bug' ? 'Bug' : 'Task' },
        summary: title,
        description: issueText(incidentId, ref, owner),
        labels: [mark],
        ...(priority !== undefined && { priority: { name: priority } }),
      };
      const opened = await askedFor(Opened, new URL(`${api}/rest/api/2/issue`), {
        method: 'POST',
        headers,
        body: { fields },
      });
      return { link: linkTo(opened.key), state: 'open' };
    },
  };
}

/** `user:token` is how Jira's cloud wants it; a token alone is a personal one of a server of one's own. */
function authorizationOf(token: string): string {
  return token.includes(':') ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}`;
}

function stateOf({ fields: { status, resolution } }: z.infer<typeof Issue>): TrackedIssue['state'] {
  if (status.statusCategory.key !== 'done') return 'open';
  return withoutMending.test(resolution?.name ?? '') ? 'not-planned' : 'resolved';
}
