/** `firebreak declare`: a bad declaration is refused before anything is started; a good one is an incident at once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeclarationInput } from '../../src/contract/declaration';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, type E2eStage } from '../support/e2e-stage';

let stage: E2eStage;

beforeAll(async () => {
  stage = await e2eStage();
}, 60_000);

afterAll(() => stage.stop());

function without(field: keyof DeclarationInput): Partial<DeclarationInput> {
  const { [field]: _, ...rest } = aDeclaration();
  return rest;
}

const future = new Date(Date.now() + 3_600_000).toISOString();

test.each([
  ['without services', without('services'), 'services', /services is missing/],
  [
    'with an empty list of services',
    aDeclaration({ services: [] }),
    'services',
    /name at least one concerned service/,
  ],
  [
    'with a detection in the future',
    aDeclaration({ detection: { at: future, precision: 'second', basis: 'alert' } }),
    'detection.at',
    /detection\.at is wrong: .* lies in the future; say when it happened/,
  ],
  [
    'with an unknown severity',
    { ...aDeclaration(), severity: 'apocalyptic' },
    'severity',
    /severity is wrong: .*"low"\|"moderate"\|"high"\|"critical"/,
  ],
  [
    'with a summary of 3 MB',
    aDeclaration({ summary: 'x'.repeat(3 * 1024 * 1024) }),
    'summary',
    /summary is too large: .*10000.*; shorten it/,
  ],
  [
    'with a field that is unknown',
    { ...aDeclaration(), severty: 'high' },
    undefined,
    /severty, which is not a field here; check the spelling/,
  ],
  [
    'with a date that does not exist',
    aDeclaration({ detection: { at: '2026-02-31', precision: 'day', basis: 'alert' } }),
    'detection.at',
    /detection\.at is wrong: 2026-02-31 is not a date that exists/,
  ],
  ['that is a list', [], 'file', /^- must hold a JSON object/],
])('a declaration %s is refused by its field', async (_what, declaration, field, sentence) => {
  const failure = await failureOf(['declare', '-'], {
    env: stage.as('srt-ana', 'security-response'),
    stdin: JSON.stringify(declaration),
  });

  expect(failure).toMatchObject({ code: 2, type: 'InputProblem', ...(field !== undefined && { field }) });
  expect(failure.message).toMatch(sentence);
  expect(failure.message.length).toBeLessThan(400);
  expect(await startedIncidents()).toBe(0);
});

test.each([
  ['that is not JSON', 'incident.json', '{ "title": ', /incident\.json is not JSON: .*; correct it/],
  ['that is missing', undefined, '', /nowhere\.json cannot be read: .*no such file/],
])('a file %s is refused', async (_what, name, content, sentence) => {
  const file = join(stage.folder, name ?? 'nowhere.json');
  if (name !== undefined) writeFileSync(file, content);

  const failure = await failureOf(['declare', file], { env: stage.environment });

  expect(failure).toMatchObject({ code: 2, field: 'file' });
  expect(failure.message).toMatch(sentence);
  expect(await startedIncidents()).toBe(0);
});

test('a policy file that is wrong is refused by its field', async () => {
  const file = join(stage.folder, 'policy.json');
  writeFileSync(file, JSON.stringify({ reminderHours: -1 }));

  const failure = await failureOf(['declare', '-'], {
    env: { ...stage.environment, FIREBREAK_POLICY: file },
    stdin: JSON.stringify(aDeclaration()),
  });

  expect(failure).toMatchObject({ code: 2, field: 'reminderHours' });
  expect(await startedIncidents()).toBe(0);
});

test('a good one is an incident at once, and declared again it is the same', async () => {
  const { reporter: _, ...declaration } = aDeclaration();
  const file = join(stage.folder, 'good.json');
  writeFileSync(file, JSON.stringify(declaration));
  const env = stage.as('storage-ben', 'service-team', 'storage-team');
  const { incidentId } = declaration;

  const first = await firebreak(['declare', file], { env });
  const second = await answerOf(['declare', file], { env });

  expect(first).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `Incident ${incidentId} is declared.\nNext: firebreak status ${incidentId}\n`,
  });
  const { runId } = await stage.temporal.workflow.getHandle(`incident/${incidentId}`).describe();
  expect(second).toEqual({ incidentId, workflowId: `incident/${incidentId}`, runId });
});

test.each([['nope'], ['no/such id'], ['x'.repeat(300)]])(
  'there is no incident %s to ask for',
  async (incidentId) => {
    const failure = await failureOf(['status', incidentId], { env: stage.environment });

    expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
    expect(failure.message).toMatch(
      /there is no open incident nope; check the id|the incident id: it is (wrong|too large)/,
    );
  },
);

async function startedIncidents(): Promise<number> {
  const { count } = await stage.temporal.workflow.count();
  return count;
}
