/** `npm run demo`: one incident from the first report to the last closed bug, on real servers on this machine. */
import { join, relative } from 'node:path';
import { endGracefully } from './local/servers.mjs';
import { defaultPolicy } from '../src/domain/policy';
import { enrollExecutive } from './demo/cast';
import { chapter, say } from './demo/narrator';
import { setStage, type Stage } from './demo/stage';
import * as followUp from './demo/follow-up-acts';
import * as notification from './demo/notification-acts';
import * as response from './demo/response-acts';
import type { Scene } from './demo/scene';

const projectDirectory = join(__dirname, '..');

/** A provider in the United States; deferred mail comes back after seconds, so that nobody waits for the demo. */
const policy = {
  ...defaultPolicy,
  provider: {
    ...defaultPolicy.provider,
    sectors: ['cloud'],
    country: 'US',
    subdivision: 'US-CA',
    timeZone: 'America/Los_Angeles',
  },
  deferralSeconds: [3, 5, 10],
};

async function main(): Promise<void> {
  chapter('Servers start on this machine: PostgreSQL, Temporal, an SMTP inbox, a worker');
  const stage = await setStage(policy);
  const forget = endGracefully(() => stage.stop());
  try {
    await play(stage);
    if (process.argv.includes('--keep')) await stayUp(stage);
  } finally {
    forget();
    await stage.stop();
  }
}

async function play(stage: Stage): Promise<void> {
  say(`Temporal UI: ${stage.uiUrl ?? 'not started'}`);
  await notification.importDirectory(stage, join(projectDirectory, 'examples', 'tenants.jsonl'));
  const executive = await enrollExecutive(stage);
  const incidentId = await response.declare(stage);
  const scene = { stage, firebreak: stage.firebreak, incidentId, executive };
  say(
    `See it live: ${stage.uiUrl ?? ''}/namespaces/default/workflows/${encodeURIComponent(`incident/${incidentId}`)}`,
  );
  try {
    await playActs(scene);
  } catch (error) {
    await tellWhereItStands(scene);
    throw error;
  }
  await tellWhereThingsAre(scene);
}

async function playActs(scene: Scene): Promise<void> {
  await response.analyse(scene);
  await response.approveFirstPlan(scene);
  await response.widen(scene);
  await response.contain(scene);
  await response.approveSecondPlan(scene);
  await notification.findTenants(scene);
  await notification.proposeNotice(scene);
  await notification.deliver(scene);
  await response.finishEradication(scene);
  await response.recover(scene);
  await followUp.followUp(scene);
  await followUp.close(scene);
}

/** The last lines of the timeline: what went wrong stands there. */
async function tellWhereItStands({ firebreak, incidentId }: Scene): Promise<void> {
  const lines = await firebreak.timeline(incidentId);
  for (const { at, by, text } of lines.slice(-8)) say(`${at} ${by}: ${text}`);
}

async function tellWhereThingsAre(scene: Scene): Promise<void> {
  const [markdown, html] = await followUp.report(scene);
  chapter('What there is to read');
  say(
    `the mails          ${shown(join(scene.stage.outDirectory, 'inbox'))} (${String(scene.stage.inbox.messages.length)} .eml files)`,
  );
  say(`the postmortem     ${shown(markdown ?? '')} and ${shown(html ?? '')}`);
  say(`the worker's log   ${shown(join(scene.stage.outDirectory, 'worker.log'))}`);
}

function shown(path: string): string {
  return relative(process.cwd(), path);
}

async function stayUp({ uiUrl, temporalAddress }: Stage): Promise<never> {
  say(`Staying up: Temporal UI ${uiUrl ?? ''}, Temporal ${temporalAddress}. Ctrl-C ends everything.`);
  return new Promise<never>(() => setInterval(() => undefined, 60_000));
}

main().catch((error: unknown) => {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
