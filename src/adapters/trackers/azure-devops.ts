/** Work items of a project in Azure DevOps. The mark is a tag; a priority of 1 to 4 is its field, any other word a tag. */
import { z } from 'zod';
import type { IssueTracker } from '../../activities/ask-tracker';
import type { TrackedIssue } from '../../domain/follow-up';
import { askedFor, issueText } from './request';
import type { TrackerConfig } from './tracker-config';

const Item = z.object({
  fields: z.object({ 'System.State': z.string() }),
  _links: z.object({ html: z.object({ href: z.string() }) }),
});
const Found = z.object({ workItems: z.array(z.object({ id: z.int() })) });

const version = 'api-version=7.1';
const doneStates = new Set(['Closed', 'Done', 'Resolved', 'Completed']);
const ownPriority = /^[1-4]$/;

/** @param config.project is `organisation/project` */
export function azureDevOpsTracker({ api, project, token }: TrackerConfig): IssueTracker {
  const authorization = `Basic ${Buffer.from(`:${token}`).toString('base64')}`;
  const path = (rest: string) => new URL(`${api}/${project}/_apis/wit/${rest}`);
  return {
    find: async (mark) => {
      const query = `Select [System.Id] From WorkItems Where [System.TeamProject] = @project And [System.Tags] Contains '${mark}'`;
      const { workItems } = await askedFor(Found, path(`wiql?${version}`), {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: { query },
      });
      const [found] = workItems;
      if (found === undefined) return undefined;
      const item = path(`workitems/${String(found.id)}?$expand=links&${version}`);
      return issueFrom(await askedFor(Item, item, { headers: { authorization } }));
    },
    open: async ({ incidentId, ref, kind, title, owner, priority = '', mark }) => {
      const hasOwnPriority = ownPriority.test(priority);
      const tags = [mark, ...(priority === '' || hasOwnPriority ? [] : [`priority ${priority}`])];
      const fields = {
        'System.Title': title,
        'System.Description': issueText(incidentId, ref, owner),
        'System.Tags': tags.join('; '),
        ...(hasOwnPriority && { 'Microsoft.VSTS.Common.Priority': Number(priority) }),
      };
      const opened = await askedFor(Item, path(`workitems/$${kind === 'bug' ? 'Bug' : 'Task'}?${version}`), {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json-patch+json' },
        body: Object.entries(fields).map(([field, value]) => ({
          op: 'add',
          path: `/fields/${field}`,
          value,
        })),
      });
      return issueFrom(opened);
    },
  };
}

function issueFrom({ fields, _links: links }: z.infer<typeof Item>): TrackedIssue {
  return { link: links.html.href, state: stateOf(fields['System.State']) };
}

function stateOf(state: string): TrackedIssue['state'] {
  if (state === 'Removed') return 'not-planned';
  return doneStates.has(state) ? 'resolved' : 'open';
}
