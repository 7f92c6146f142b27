/**
 * Records the histories that test/workflows/replay.test.ts replays:
 *
 *     node --import tsx scripts/record-histories.ts [folder]
 *
 * When: after a change to the commands of a workflow (an activity, a timer, a child, an upsert more, less or in another
 * place). Run the replay test first. If it fails, incidents that run today would fail the same way on the new code: put
 * the change behind `patched`, so that the old histories go on replaying. Then record into test/histories, give the new
 * files names of their own, and keep the old ones for as long as such incidents may be open. The data are those of the
 * tests; names of machines and stack traces are taken out.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON, type History } from '@temporalio/common/lib/proto-utils';
import {
  containment,
  entries,
  eradication,
  eradicationPlan,
  hours,
  noticeGateName,
  obligationGroup,
  people,
  proposedNotice,
  recovery,
  report,
  resolution,
  totalsOf,
  watch,
} from '../test/support/incidents';
import {
  hourMs,
  realTimeStage,
  workflowStage,
  type Stage,
  type StagedIncident,
} from '../test/support/workflow-stage';

const { responder, storageTeam, identityTeam, executive, legal, communications } = people;

/** Nobody was affected: declared, looked at, closed. */
async function falseAlarm(stage: Stage): Promise<StagedIncident> {
  const incident = await stage.declare();
  const reason = 'The alert was a test of the token service.';
  await incident.tell('markUnaffected', storageTeam, { service: 'storage', reason });
  await incident.tell('markUnaffected', identityTeam, { service: 'identity', reason });
  await incident.tell('stateRootCause', responder, {
    verdict: 'not-proven',
    doneInstead: 'Nothing was there.',
  });
  await incident.tell('confirmRecovery', responder, { reason });
  await incident.play(watch);
  await incident.tell('determine', legal, { customerReportable: 'no', basis: reason });
  await incident.tell('declareTriageDone', responder, { nothingToFix: reason });
  await incident.tell('postmortem', responder, { part: 'requirement', verdict: 'no', text: reason });
  await incident.handle.result();
  return incident;
}

/** Everything that usually happens, and what goes wrong on the way: a refused decision, a deadline, deferred mail. */
async function wholeIncident(stage: Stage): Promise<StagedIncident> {
  const incident = await stage.declare({ policy: { deliveryShardSize: 2 } });
  incident.world.groups = [obligationGroup()];
  await incident.tell('recordEmergencyAction', responder, { what: 'switched it off', why: 'It went on.' });
  await incident.play(entries, containment);
  await incident.signal('approve', { token: 'not a token' });
  await incident.signal('unheardOf');
  await incident.play(eradication.slice(0, 6));
  await incident.refusedDecision('eradication', legal);
  await incident.play(eradication.slice(6), recovery, watch, proposedNotice);
  await incident.untilLine('notice-prepared');
  await stage.pass(73 * hourMs);
  await incident.untilLine('deadlines-missed');
  incident.world.pages.push({
    totals: totalsOf({ deferred: 2 }),
    nextAt: new Date(Date.parse(await stage.now()) + hourMs).toISOString(),
  });
  await incident.decide(noticeGateName, legal);
  await incident.untilLine('shards-started');
  await stage.pass(2 * hourMs);
  await incident.until(({ notification }) => notification.phase === 'complete');
  await incident.tell('reviewEmergencyAction', executive, {
    action: 'E1',
    verdict: 'upheld',
    reason: 'Right.',
  });
  await incident.play(report, resolution);
  await incident.handle.result();
  return incident;
}

/** The intruder comes back during the watch, and the story is too long for one run. */
async function secondRound(stage: Stage): Promise<StagedIncident> {
  const incident = await stage.declare({ historyLimit: 120 });
  await incident.play(containment, eradication, recovery, watch.slice(0, 1));
  await incident.tell('reportSignOfBreach', storageTeam, { what: 'a forged token again' });
  const agreement = { kind: 'eradication', version: 2, verdict: 'agree' } as const;
  await incident.tell('proposePlan', responder, eradicationPlan);
  await incident.tell('agree', responder, agreement);
  await incident.tell('agree', storageTeam, { ...agreement, service: 'storage' });
  await incident.tell('agree', identityTeam, { ...agreement, service: 'identity' });
  await incident.decide('eradication', executive, { verdict: 'reject', reason: 'Not on a Monday.' });
  await incident.tell('waiveEntry', executive, await openedEntry(incident));
  await incident.tell('recordFact', communications, { text: 'Customers ask.' });
  return incident;
}

async function openedEntry(incident: StagedIncident) {
  await incident.signal('openBug', { ...responder, ref: 'BUG-1', title: 'Keys are logged' });
  await incident.untilLine('entry-opened');
  return { ref: 'BUG-1', reason: 'The library is replaced next month.', expiresAt: hours(24 * 60) };
}

async function record(name: string, incident: StagedIncident, folder: string): Promise<void> {
  const histories = await incident.histories();
  for (const [index, { workflowId, history }] of histories.entries()) {
    const kind = workflowId.includes('/delivery/') ? 'delivery' : 'incident';
    const file = `${name}-${String(index + 1)}-${kind}.json`;
    const text = `${JSON.stringify({ workflowId, history: withoutMachines(history as History) }, null, 1)}\n`;
    writeFileSync(join(folder, file), text);
    console.log(`${file}: ${String(Math.round(text.length / 1024))} KB`);
  }
}

function withoutMachines(history: History): unknown {
  return JSON.parse(historyToJSON(history), (key, value: unknown) => {
    if (key === 'stackTrace') return undefined;
    return key === 'identity' ? 'recorder' : value;
  });
}

async function main([folder = join(__dirname, '..', 'test', 'histories')]: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [skipping, realTime] = [await workflowStage(), await realTimeStage()];
  try {
    await record('false-alarm', await falseAlarm(skipping), folder);
    await record('whole-incident', await wholeIncident(skipping), folder);
    await record('second-round', await secondRound(realTime), folder);
  } finally {
    await skipping.close();
    await realTime.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
