/** `firebreak notice propose`: the text goes to the database, its hash to the incident. */
import { Command } from 'commander';
import { saveNoticeDraft } from '../adapters/postgres/notice-store';
import { InputProblem } from '../contract/input-problem';
import { missingSections, NoticeDraft } from '../contract/notice';
import { parseInput } from '../contract/parse-input';
import { readJsonFile } from './read-json-file';
import { withClient, withDatabase, type CliContext } from './context';

export function noticeCommand(context: CliContext): Command {
  const notice = new Command('notice').description('notices to the administrators of affected tenants');
  notice
    .command('propose <incident> <file>')
    .description(
      'propose a notice, JSON of the draft (see docs/guides/operators.md); an edit is a new revision',
    )
    .action((incidentId: string, file: string) => propose(context, incidentId, file));
  return notice;
}

async function propose(context: CliContext, incidentId: string, file: string): Promise<void> {
  const sender = context.sender();
  const draft = parseInput(NoticeDraft, await readJsonFile(file), 'the notice');
  const missing = missingSections(draft);
  if (missing.length > 0)
    throw new InputProblem(`the notice cannot be proposed, it lacks ${missing.join(', ')}`, missing[0]);
  const saved = await withClient(context, async (firebreak) => {
    await firebreak.status(incidentId); // no text is kept for an incident that there is not
    const { noticeId, revision, contentHash } = await withDatabase(context, (database) =>
      saveNoticeDraft(database, incidentId, draft, sender.by),
    );
    const proposal = { noticeId, revision, contentHash };
    await firebreak.tell(incidentId, 'proposeNotice', { ...sender, ...proposal, stage: draft.kind });
    return proposal;
  });
  const { noticeId, revision } = saved;
  context.print(
    saved,
    `Notice ${noticeId}, revision ${String(revision)}, is proposed.\nNext: firebreak approve ${incidentId} --gate notice:${noticeId} …`,
  );
}
