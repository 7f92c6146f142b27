/** The acts of the follow-up: bugs, postmortem, closing, report. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markdownPage } from '../../src/adapters/markdown-page';
import type { IncidentUpdates } from '../../src/client';
import { cast } from './cast';
import { chapter, say } from './narrator';
import { item, teams, tell, tellTogether, type Scene } from './scene';

export async function followUp(scene: Scene): Promise<void> {
  const { firebreak, incidentId } = scene;
  chapter('Bugs are opened by signal, from the first day on; the postmortem waits for every one of them');
  const bugs = ['CC-1', 'CC-2', 'CC-3'] as const;
  await firebreak.openBug(incidentId, {
    ...cast.srt,
    ref: bugs[0],
    title: 'Detect and block session theft on managed laptops',
    owner: 'endpoint',
  });
  await firebreak.openBug(incidentId, {
    ...cast.srt,
    ref: bugs[1],
    title: 'Ask for step-up sign-in before production',
    owner: 'platform',
  });
  await firebreak.openBug(incidentId, {
    ...cast.srt,
    ref: bugs[2],
    title: 'Limit how long tokens live',
    owner: 'api',
    kind: 'change-request',
  });
  await writePostmortem(scene);
  for (const ref of bugs.slice(0, 2)) await firebreak.closeBug(incidentId, { ...cast.srt, ref });
  await firebreak.reopenBug(incidentId, {
    ...cast.srt,
    ref: bugs[0],
    reason: 'the fix does not cover one laptop model',
  });
  await firebreak.closeBug(incidentId, { ...cast.srt, ref: bugs[0] });
  const gate = (await firebreak.gates(incidentId)).find((each) => each.gate === 'postmortem');
  say(`The postmortem still lacks: ${(gate?.lacks ?? []).map((lack) => lack.sentence).join('; ')}`);
  await firebreak.closeBug(incidentId, { ...cast.srt, ref: bugs[2] });
}

async function writePostmortem(scene: Scene): Promise<void> {
  const part = (
    name: IncidentUpdates['postmortem']['part'],
    text: string,
    more: Partial<IncidentUpdates['postmortem']> = {},
    sender = cast.srt,
  ) => item('postmortem', sender, { part: name, text, ...more });
  const noneFound = (
    ['procedural-failure', 'manual-error', 'process-flaw', 'unknown-attack-vector'] as const
  ).map((each) => part('none-found', 'none found', { class: each }));
  await tellTogether(scene, [
    part(
      'sequence-of-events',
      'Malware on a laptop took a signed-in session; the session reached production; secrets were copied.',
    ),
    part('technical-summary', 'The session had passed two-factor sign-in and stayed valid.', {
      evidence: ['session store', 'forensic image'],
    }),
    part('response-review', 'Eradication ran service by service; customers were told while it went on.'),
    part('finding', 'Malware on a managed laptop was not stopped.', {
      class: 'technical-lapse',
      key: true,
      entry: 'CC-1',
    }),
    part('finding', 'The first report of a customer took a day to reach us.', {
      class: 'communication-breakdown',
    }),
    ...noneFound,
    part('sufficiency', 'What was done was enough to end the intrusion.', { verdict: 'yes' }),
    part('completeness', 'Every known path was inspected.', { verdict: 'yes' }),
    part('suggestion', 'Rehearse mass rotation twice a year.', {
      verdict: 'accepted',
      consulted: 'all service teams',
      procedure: 'SOP-7 v3',
    }),
    part('sign-off', 'agreed', { party: 'security-response' }),
    ...teams.map((team) => part('sign-off', 'agreed', { party: team }, cast.teamOf(team))),
    item('declareTriageDone', cast.srt, {}),
  ]);
}

/** Whoever no mail reaches is called; that it was done is somebody's word, and counted as that. */
async function attestByHand(scene: Scene): Promise<void> {
  const tasks = await scene.stage.database
    .selectFrom('delivery')
    .select('tenant_id as tenantId')
    .where('state', '=', 'needs-human')
    .execute();
  for (const { tenantId } of tasks) {
    const call = {
      tenantId,
      channel: 'phone' as const,
      at: new Date().toISOString(),
      reference: 'call 4711',
    };
    await tell(scene, 'attestDelivery', cast.comms, call);
    say(`${tenantId} was told by phone: communications vouches for it, and the ledger keeps that apart.`);
  }
}

export async function close(scene: Scene): Promise<void> {
  const { firebreak, incidentId } = scene;
  chapter('The last bug is closed');
  await attestByHand(scene);
  const gate = (await firebreak.gates(incidentId)).find((each) => each.gate === 'closing');
  const undecided = (gate?.lacks ?? []).flatMap(({ code }) =>
    code.startsWith('undecided:') ? [code.slice('undecided:'.length)] : [],
  );
  if (undecided.length > 0)
    say(`Before it can close, legal decides on ${String(undecided.length)} rules whose facts nobody knows.`);
  await tellTogether(
    scene,
    undecided.map((ruleId) =>
      item('decideUndecided', cast.legal, {
        ruleId,
        applies: false,
        reason: 'the fact it asks for was found not to hold',
      }),
    ),
  );
  const status = await firebreak.waitFor(incidentId, ({ phase }) => phase === 'closed', {
    timeoutMs: 30_000,
    pollMs: 200,
  });
  say(`Postmortem complete, incident ${status.phase}.`);
}

export async function report({ firebreak, incidentId, stage }: Scene): Promise<readonly string[]> {
  const markdown = await firebreak.postmortemReport(incidentId);
  const files = [
    join(stage.outDirectory, 'postmortem.md'),
    join(stage.outDirectory, 'postmortem.html'),
  ] as const;
  await writeFile(files[0], markdown);
  await writeFile(files[1], markdownPage(`Postmortem ${incidentId}`, markdown));
  return files;
}
