/** `firebreak dashboard …`: posts on the service health dashboard. Text and files come from the database. */
import { Command } from 'commander';
import { dashboardIssues, listIssues, type ListedIssue } from '../adapters/postgres/dashboard-issues';
import { saveStatusPostDraft } from '../adapters/postgres/status-post-store';
import { statusFiles } from '../adapters/status-files';
import { InputProblem } from '../contract/input-problem';
import { parseInput } from '../contract/parse-input';
import { StatusPostDraft } from '../contract/status-post';
import { problemOfTlp, statusPostGate } from '../domain/status-posts';
import { withClient, withDatabase, type CliContext } from './context';
import { readJsonFile } from './read-json-file';

export function dashboardCommand(context: CliContext): Command {
  const dashboard = new Command('dashboard').description('posts on the public service health dashboard');
  dashboard
    .command('propose <incident> <file>')
    .description(
      'propose a post, JSON of the draft (see docs/guides/operators.md); an edit is a new revision',
    )
    .action((incidentId: string, file: string) => propose(context, incidentId, file));
  dashboard
    .command('list')
    .description('what the dashboard shows, and that of drills')
    .action(() => list(context));
  dashboard
    .command('publish-files')
    .description('write the files of both dashboards anew, for this machine to serve')
    .action(() => publishFiles(context));
  return dashboard;
}

async function propose(context: CliContext, incidentId: string, file: string): Promise<void> {
  const sender = context.sender();
  const draft = parseInput(StatusPostDraft, await readJsonFile(file), 'the post');
  const problem = problemOfTlp(draft.tlp);
  if (problem !== undefined) throw new InputProblem(`the post: ${problem}`, 'tlp');
  const saved = await withClient(context, async (firebreak) => {
    await firebreak.status(incidentId); // no text is kept for an incident that there is not
    const proposal = await withDatabase(context, (database) =>
      saveStatusPostDraft(database, incidentId, draft, sender.by),
    );
    await firebreak.tell(incidentId, 'proposeStatusPost', { ...sender, ...proposal, tlp: draft.tlp });
    return proposal;
  });
  const { postId, revision } = saved;
  context.print(
    saved,
    `Post ${postId}, revision ${String(revision)}, is proposed.\nNext: firebreak approve ${incidentId} --gate ${statusPostGate(postId)} …`,
  );
}

async function list(context: CliContext): Promise<void> {
  const issues = await withDatabase(context, listIssues);
  context.print(issues, issues.length === 0 ? 'The dashboard shows nothing.' : issues.map(lineOf).join('\n'));
}

function lineOf({
  id,
  mode,
  title,
  service,
  status,
  posts,
  incidentId,
  postId,
  revision,
}: ListedIssue): string {
  const from = `incident ${incidentId}, post ${postId}, revision ${String(revision)} (${String(posts.length)} in all)`;
  return `${id}${mode === 'drill' ? ' [DRILL]' : ''}  ${service}: ${title}  ${status}  ${from}`;
}

async function publishFiles(context: CliContext): Promise<void> {
  const { statusDirectory, sender } = context.config;
  const { live, drill } = statusFiles(statusDirectory, { name: sender.name, domain: sender.messageIdDomain });
  await withDatabase(context, async (database) => {
    const issues = dashboardIssues(database);
    await issues.showOn(live);
    await issues.showOn(drill);
  });
  context.print({ directory: statusDirectory }, `The files in ${statusDirectory} are written.`);
}
