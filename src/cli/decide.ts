/** `firebreak approve` and `reject`: show what is decided on, in full, ask, sign with the approver's own key, send. */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { readPrivateKeyFile } from '../adapters/approver-key-files';
import { signDecision } from '../adapters/decision-tokens';
import { noticeContents } from '../adapters/postgres/notice-store';
import { statusPostToDecide } from '../adapters/postgres/status-post-store';
import type { DecisionReceipt, DecisionToMake, Firebreak } from '../client';
import { InputProblem } from '../contract/input-problem';
import { claimsOf } from '../domain/decision-token';
import { holdIdOf } from '../domain/holds';
import { instantFromEpochMs } from '../domain/instant';
import { noticeIdOf } from '../domain/notification';
import { statusPostIdOf } from '../domain/status-posts';
import { withClient, withDatabase, type CliContext } from './context';

interface DecideOptions {
  readonly gate: string;
  readonly key: string;
  readonly as: string;
  readonly why?: string;
  readonly yes?: boolean;
  readonly print?: boolean;
}

export function decideCommand(context: CliContext, verdict: 'approve' | 'reject'): Command {
  return new Command(verdict)
    .description(`${verdict} what a gate waits for, with your own signature`)
    .argument('<incident>')
    .requiredOption(
      '--gate <gate>',
      'eradication, notice:<id>, hold:<id>, status-post:<id>; see firebreak gates',
    )
    .requiredOption('--key <file>', 'your private key, made by firebreak keys generate')
    .requiredOption('--as <id>', 'the approver id that the key is enrolled for')
    .option('--why <reason>', verdict === 'reject' ? 'the reason; required' : 'a reason')
    .option('--yes', 'do not ask; for those who have read it elsewhere')
    .option('--print', 'print the token instead of sending it, to be pasted into the Temporal UI')
    .action((incidentId: string, options: DecideOptions) =>
      withClient(context, (firebreak) => decide(context, firebreak, incidentId, verdict, options)),
    );
}

async function decide(
  context: CliContext,
  firebreak: Firebreak,
  incidentId: string,
  verdict: 'approve' | 'reject',
  options: DecideOptions,
): Promise<void> {
  const request = await firebreak.decisionAt(incidentId, options.gate);
  context.note(await objectText(context, firebreak, incidentId, request));
  if (options.yes !== true) await confirm(verdict, request);
  const token = await signedToken(context, request, verdict, options);
  if (options.print === true) return context.print({ token }, token);
  context.print(...receiptOf(await firebreak[verdict](incidentId, token)));
}

async function signedToken(
  context: CliContext,
  request: DecisionToMake,
  verdict: 'approve' | 'reject',
  { key, as, why }: DecideOptions,
): Promise<string> {
  const privateKey = await readPrivateKeyFile(key, context.passphrase);
  const answer = {
    approverId: as,
    verdict,
    tokenId: randomUUID(),
    issuedAt: instantFromEpochMs(Date.now()),
    ...(why !== undefined && { reason: why }),
  };
  return signDecision(privateKey, claimsOf({ ...request, expiresInSeconds: 3600 }, answer));
}

/** What the approver is about to sign for, every word of it. */
async function objectText(
  context: CliContext,
  firebreak: Firebreak,
  incidentId: string,
  request: DecisionToMake,
): Promise<string> {
  const object = await textBehind(context, firebreak, incidentId, request);
  return `${object}\n\nSHA-256 of what is decided on: ${request.obj}`;
}

function textBehind(
  context: CliContext,
  firebreak: Firebreak,
  incidentId: string,
  request: DecisionToMake,
): Promise<string> {
  const { gate, obj: contentHash } = request;
  const noticeId = noticeIdOf(gate);
  if (noticeId !== undefined) return noticeText(context, firebreak, incidentId, noticeId);
  const holdId = holdIdOf(gate);
  if (holdId !== undefined) return holdText(firebreak, incidentId, holdId);
  const postId = statusPostIdOf(gate);
  if (postId !== undefined) return statusPostText(context, { incidentId, postId, contentHash });
  return planText(firebreak, incidentId, request);
}

async function planText(firebreak: Firebreak, incidentId: string, request: DecisionToMake): Promise<string> {
  const plans = await firebreak.plans(incidentId);
  const plan = plans.find((each) => each.hash === request.obj);
  return JSON.stringify(plan, undefined, 2);
}

async function holdText(firebreak: Firebreak, incidentId: string, holdId: string): Promise<string> {
  const { holds } = await firebreak.status(incidentId);
  return JSON.stringify(
    holds.find((hold) => hold.holdId === holdId),
    undefined,
    2,
  );
}

async function noticeText(
  context: CliContext,
  firebreak: Firebreak,
  incidentId: string,
  noticeId: string,
): Promise<string> {
  const { notices } = await firebreak.status(incidentId);
  const { revision = 1, standing } = notices.find((notice) => notice.noticeId === noticeId) ?? {};
  const draft = await withDatabase(context, (database) =>
    noticeContents(database).draft({ incidentId, noticeId, revision }),
  );
  const text = JSON.stringify(draft, undefined, 2);
  return standing === undefined ? text : `${text}\n\n${willBeRepeated}`;
}

const willBeRepeated =
  'STANDING: once approved, it is also sent again by itself, without what is new, whenever the duty repeats.';

async function statusPostText(
  context: CliContext,
  post: Parameters<typeof statusPostToDecide>[1],
): Promise<string> {
  const draft = await withDatabase(context, (database) => statusPostToDecide(database, post));
  return JSON.stringify(draft, undefined, 2);
}

async function confirm(verdict: string, { gate }: DecisionToMake): Promise<void> {
  if (!process.stdin.isTTY)
    throw new InputProblem('nobody can be asked here; read the above and add --yes', 'yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Type ${verdict} to ${verdict} ${gate}: `);
  terminal.close();
  if (answer.trim() !== verdict) throw new InputProblem('nothing was decided', 'yes');
}

function receiptOf(receipt: DecisionReceipt): [DecisionReceipt, string] {
  const { approver, verdict, gate, isOpen, lacks } = receipt;
  const rest = isOpen
    ? 'The gate is open.'
    : `The gate still lacks:\n${lacks.map((lack) => `  ${lack}`).join('\n')}`;
  return [receipt, `${approver} ${verdict === 'approve' ? 'approved' : 'rejected'} ${gate}. ${rest}`];
}
