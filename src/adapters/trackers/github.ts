/** Issues of a GitHub repository. The mark and the priority are labels; "closed as not planned" is not planned. */
import { z } from 'zod';
import type { IssueTracker } from '../../activities/ask-tracker';
import type { TrackedIssue } from '../../domain/follow-up';
import { askedFor, issueText } from './request';
import type { TrackerConfig } from './tracker-config';

const Issue = z.object({
  html_url: z.string(),
  state: z.enum(['open', 'closed']),
  state_reason: z.string().nullish(),
});

export function gitHubTracker({ api, project, token }: TrackerConfig): IssueTracker {
  const issues = new URL(`${api}/repos/${project}/issues`);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-github-api-version': '2022-11-28',
  };
  return {
    find: async (mark) => {
      const marked = new URL(issues);
      marked.search = new URLSearchParams({ labels: mark, state: 'all' }).toString();
      const [found] = await askedFor(z.array(Issue), marked, { headers });
      return found && issueFrom(found);
    },
    open: async ({ incidentId, ref, title, owner, priority, mark }) => {
      const labels = [mark, ...(priority === undefined ? [] : [`priority: ${priority}`])];
      const body = { title, body: issueText(incidentId, ref, owner), labels };
      return issueFrom(await askedFor(Issue, issues, { method: 'POST', headers, body }));
    },
  };
}

function issueFrom({ html_url: link, state, state_reason: reason }: z.infer<typeof Issue>): TrackedIssue {
  if (state === 'open') return { link, state };
  return { link, state: reason === 'not_planned' ? 'not-planned' : 'resolved' };
}
