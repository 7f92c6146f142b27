// Incidents that began on earlier code must go on with today's: recorded histories replay command by command.
// How and when to record others is said in scripts/record-histories.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledWorkflows, replayAll } from '../support/workflow-stage';

jest.setTimeout(120_000);

const folder = join(__dirname, '..', 'histories');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

interface RecordedHistory {
  readonly workflowId: string;
  readonly history: unknown;
}

function recorded(file: string): RecordedHistory {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordedHistory;
}

test('there are histories of whole incidents, of deliveries and of several runs', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'false-alarm-1-incident.json',
      'whole-incident-1-incident.json',
      'whole-incident-2-delivery.json',
      'second-round-2-incident.json',
    ]),
  );
});

test.each(files)('%s replays', async (file) => {
  await replayAll(await bundledWorkflows(), [recorded(file)]);
});

test.each(files)('%s holds no address of a person and no name of a machine', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');

  expect(text.match(/[\w.]+@[\w-]+\.[a-z]{2}|"stackTrace"|\/node_modules\//)).toBeNull();
  expect(text.length).toBeLessThan(400 * 1024);
});

test('a history that the code no longer makes does not replay', async () => {
  const { workflowId, history } = recorded('whole-incident-1-incident.json');
  const text = JSON.stringify(history).replace('"identifyAffectedTenants"', '"findAffectedTenants"');

  const replay = replayAll(await bundledWorkflows(), [{ workflowId, history: JSON.parse(text) as unknown }]);

  await expect(replay).rejects.toThrow('incident/story-2 does not replay');
});
