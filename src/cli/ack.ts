/** `firebreak ack`: a recipient has acknowledged a notice, by the token in the mail. */
import { Command } from 'commander';
import { acknowledgements } from '../adapters/acknowledgements';
import { requireAcknowledgementKey } from '../config';
import { InputProblem } from '../contract/input-problem';
import { instantFromEpochMs } from '../domain/instant';
import { withDatabase, type CliContext } from './context';

export function ackCommand(context: CliContext): Command {
  return new Command('ack')
    .description('record that a notice was acknowledged, by the token of its mail; twice does no harm')
    .argument('<token>', 'what stands behind "token=" in the link')
    .action((token: string) => acknowledge(context, token));
}

async function acknowledge(context: CliContext, token: string): Promise<void> {
  const { secret } = requireAcknowledgementKey(context.config);
  const now = instantFromEpochMs(Date.now());
  const outcome = await withDatabase(context, (database) =>
    acknowledgements(database, secret).acknowledge(token, now),
  );
  if (outcome.kind === 'refused') throw new InputProblem(outcome.problem, 'token');
  const { incidentId, noticeId, isRepeated } = outcome;
  context.print(
    { incidentId, noticeId, isRepeated },
    `Notice ${noticeId} of ${incidentId} ${isRepeated ? 'was acknowledged before' : 'is acknowledged'}.`,
  );
}
