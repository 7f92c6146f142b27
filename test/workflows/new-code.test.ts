// A worker is replaced by one with newer code while an incident is under way: it is replayed there, and goes on.
import { noticeGateName, people, proposedNotice, totalsOf } from '../support/incidents';
import { realTimeStage, type Stage } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await realTimeStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const inOldWords = 'All shards of';
const inNewWords = 'Every shard of';

function withNewWords(code: string): string {
  expect(code).toContain(inOldWords);
  return code.replaceAll(inOldWords, inNewWords);
}

test('an incident goes on in newer code from where it was, to its end', async () => {
  const incident = await stage.declare();
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  const before = await incident.timeline();

  await stage.deploy(withNewWords);
  await incident.decide(noticeGateName, people.legal);

  const status = await incident.until(({ notification }) => notification.phase === 'complete');
  expect(status.deliveries).toEqual(totalsOf({ accepted: 3 }));
  const after = await incident.timeline();
  expect(after.slice(0, before.length)).toEqual(before);
  expect((await incident.lines('shards-started')).map(({ text }) => text)).toEqual([
    `${inNewWords} first-1.1 are under way.`,
  ]);
});
