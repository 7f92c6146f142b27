/** The good path of the commands about an incident, for people and for programs, and what a closed one still answers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gate, IncidentStatus, TimelineLine } from '../../src/client';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, enrolledApprover, type Approver, type E2eStage } from '../support/e2e-stage';
import {
  agreedEradicationPlan,
  approvedEradicationPlan,
  closing,
  containment,
  determination,
  everythingDelivered,
  importTenantsOfStorage,
  noticeFile,
  postmortem,
  recovery,
  type Step,
} from '../support/e2e-story';

let stage: E2eStage;
let executive: Approver;
let incidentId: string;
let asResponder: Record<string, string>;
let asCommunications: Record<string, string>;

beforeAll(async () => {
  stage = await e2eStage();
  await Promise.all([stage.startWorker(), importTenantsOfStorage(stage, 3)]);
  executive = await enrolledApprover(stage, 'eim-dora', 'executive-incident-manager');
  asResponder = stage.as('srt-ana', 'security-response');
  asCommunications = stage.as('comms-fay', 'communications');
  ({ incidentId } = await stage.firebreak.declareIncident(aDeclaration()));
}, 120_000);

afterAll(() => stage.stop(), 60_000);

async function play(...steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step({ stage, incidentId, executive });
}

async function textOf(words: readonly string[], env = asResponder): Promise<string> {
  const { code, stdout, stderr } = await firebreak(words, { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

// One after the other: they tell one incident.

test('status says where it stands and whose move it is', async () => {
  const text = await textOf(['status', incidentId]);
  const status = await answerOf<IncidentStatus>(['status', incidentId], { env: asResponder });

  expect(text).toContain(`${incidentId}: A signing key has leaked (moderate)\n`);
  expect(text).toContain('\nALARM         not contained in time: storage\n');
  expect(text).toContain('\nphase         detection-and-analysis, round 1\n');
  expect(text).toContain('storage (storage-team): analysis');
  expect(status).toMatchObject({
    incidentId,
    phase: 'detection-and-analysis',
    services: [{ service: 'storage' }],
  });
});

test('tell sends any message, from a file or from standard input', async () => {
  const file = join(stage.folder, 'message.json');
  writeFileSync(file, JSON.stringify({ text: 'Tokens were forged.', evidence: ['log:1'] }));

  const fromFile = await textOf(['tell', incidentId, 'recordAnalysis', file]);
  const fromInput = await answerOf(['tell', incidentId, 'recordFact'], {
    env: asResponder,
    stdin: '{"name":"impact","value":["confidentiality"]}',
  });

  expect(fromFile).toBe('Recorded: analysis-recorded (A1).\n');
  expect(fromInput).toMatchObject({ recorded: [{ type: 'fact-recorded' }] });
});

test.each([
  [
    'an unknown message',
    ['recordNonsense'],
    '{}',
    /there is no message recordNonsense; known are recordEntry, /,
  ],
  ['a message without a field', ['recordAnalysis'], '{}', /recordAnalysis: text is missing/],
  ['a list', ['recordAnalysis'], '[]', /- must hold a JSON object/],
  [
    'a message that is not for this role',
    ['waiveEntry'],
    '{"ref":"B","reason":"x","expiresAt":"2030-01-01T00:00:00Z"}',
    /srt-ana speaks as security-response, but this is for executive-incident-manager/,
  ],
])('tell refuses %s, and nothing is recorded', async (_what, words, stdin, sentence) => {
  const before = await stage.firebreak.timeline(incidentId);

  const failure = await failureOf(['tell', incidentId, ...words], { env: asResponder, stdin });

  expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
  expect(failure.message).toMatch(sentence);
  expect(await stage.firebreak.timeline(incidentId)).toEqual(before);
});

test('bugs are opened, closed and opened again', async () => {
  const opened = await textOf([
    'bug',
    'open',
    incidentId,
    'BUG-7',
    '--title',
    'Dumps hold keys',
    '--owner',
    'ben',
  ]);
  const closed = await answerOf(['bug', 'close', incidentId, 'BUG-7'], { env: asResponder });
  const reopened = await textOf(['bug', 'reopen', incidentId, 'BUG-7', '--reason', 'one dump was missed']);

  expect(opened).toBe('BUG-7: open is recorded.\n');
  expect(closed).toMatchObject({ recorded: [{ type: 'entry-closed' }] });
  expect(reopened).toBe('BUG-7: reopen is recorded.\n');
  expect((await stage.firebreak.status(incidentId)).followUp.entriesOpen).toBe(1);
  await textOf(['bug', 'close', incidentId, 'BUG-7']);
});

test('a bug that was never opened cannot be closed, by command or by signal', async () => {
  const failure = await failureOf(['bug', 'close', incidentId, 'BUG-404'], { env: asResponder });
  await stage.firebreak.closeBug(incidentId, { by: 'srt-ana', role: 'security-response', ref: 'BUG-405' });

  expect(failure).toMatchObject({
    code: 2,
    message: 'entry BUG-404 was never opened in this incident; open it with openBug first',
  });
  const { text } = (await stage.firebreak.timeline(incidentId)).at(-1) ?? { text: '' };
  expect(text).toContain('A message closeBug was ignored: entry BUG-405 was never opened');
  expect((await stage.firebreak.status(incidentId)).followUp.entriesOpen).toBe(0);
});

test('a bug of a kind that there is not is refused', async () => {
  const words = ['bug', 'open', incidentId, 'BUG-8', '--title', 'x', '--kind', 'feature'];

  const failure = await failureOf(words, { env: asResponder });

  expect(failure).toMatchObject({ code: 2, field: 'kind' });
});

test('gates and timeline tell what is lacking and what happened', async () => {
  await play(...containment, ...agreedEradicationPlan);

  const gates = await textOf(['gates', incidentId]);
  const timeline = await textOf(['timeline', incidentId]);

  expect(gates).toMatch(/^eradication: closed\n {4}.*executive-incident-manager/m);
  expect(timeline).toMatch(/^2026-.*Z {2}srt-ana \(security-response, stated\) {2}The incident is declared/m);
  const asJson = await answerOf<Gate[]>(['gates', incidentId], { env: asResponder });
  expect(asJson.find(({ gate }) => gate === 'eradication')).toMatchObject({ isOpen: false });
  const lines = await answerOf<TimelineLine[]>(['timeline', incidentId], { env: asResponder });
  expect(lines[0]).toMatchObject({ seq: 1, type: 'declared' });
});

test('a notice that lacks a section, or is of no incident, is not proposed and not kept', async () => {
  await play(approvedEradicationPlan, ...determination);
  const file = join(stage.folder, 'incomplete.json');
  writeFileSync(
    file,
    JSON.stringify({ noticeId: 'n', kind: 'first', translations: { en: { subject: 's' } } }),
  );

  const incomplete = await failureOf(['notice', 'propose', incidentId, file], { env: asCommunications });
  const nowhere = await failureOf(['notice', 'propose', 'nope', noticeFile], { env: asCommunications });

  expect(incomplete).toMatchObject({ code: 2 });
  expect(incomplete.message).toMatch(/the notice cannot be proposed, it lacks section:en\/\S+, /);
  expect(nowhere).toMatchObject({ code: 2 });
  expect(nowhere.message).toContain('there is no open incident nope');
  expect(await stage.database.selectFrom('notice').select('notice_id').execute()).toEqual([]);
});

test('a notice is proposed, approved by its own words, and delivered', async () => {
  const proposed = await textOf(['notice', 'propose', incidentId, noticeFile], asCommunications);
  await stage.firebreak.waitFor(incidentId, ({ waitingFor }) => waitingFor === 'executive-incident-manager', {
    timeoutMs: 30_000,
    pollMs: 100,
  });
  const words = [
    'approve',
    incidentId,
    '--gate',
    'notice:first-1',
    '--key',
    executive.keyFile,
    '--as',
    executive.id,
  ];
  const { code, stdout, stderr } = await firebreak([...words, '--yes'], { env: stage.environment });
  await play(everythingDelivered);

  expect(proposed).toMatch(/^Notice first-1, revision 1, is proposed\.\nNext: firebreak approve/);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'eim-dora approved notice:first-1. The gate is open.\n',
  });
  expect(stderr).toContain('please rotate the secrets stored with us');
  expect(stage.inbox.messages).toHaveLength(3);
});

test('a proposal names what its recipients read and it is not written in, and so does its gate', async () => {
  const file = join(stage.folder, 'japanese.json');
  const text = { subject: '続報', contactPoint: 'security@cloud.example' };
  writeFileSync(file, JSON.stringify({ noticeId: 'update-ja', kind: 'update', translations: { ja: text } }));

  const proposed = await textOf(['notice', 'propose', incidentId, file], asCommunications);
  const gate = async () => {
    const gates = await answerOf<Gate[]>(['gates', incidentId], { env: asCommunications });
    return gates.find((each) => each.gate === 'notice:update-ja');
  };
  let seen = await gate();
  for (let tries = 0; tries < 20 && seen?.lacks.some(({ code }) => code === 'preparation'); tries += 1)
    seen = await gate();

  expect(proposed).toContain('It is not written in en, the language of 3 tenants.');
  expect(seen?.lacks).toContainEqual(
    expect.objectContaining({
      code: 'translation:en',
      sentence: '3 tenants read en, and the notice is not written in it',
    }),
  );
});

test('the report is printed, or written as Markdown and HTML', async () => {
  await play(...recovery, ...postmortem, ...closing);
  const out = join(stage.folder, 'postmortem');

  const printed = await textOf(['report', incidentId]);
  const written = await answerOf(['report', incidentId, '--out', out], { env: asResponder });

  expect(printed).toContain('the sequence-of-events');
  expect(written).toEqual({ files: [`${out}.md`, `${out}.html`] });
  expect(readFileSync(`${out}.md`, 'utf8')).toContain('the sequence-of-events');
  expect(readFileSync(`${out}.html`, 'utf8')).toMatch(/^<!doctype html>/i);
});

test('a report that cannot be written says where', async () => {
  const failure = await failureOf(['report', incidentId, '--out', '/no/such/folder/x'], { env: asResponder });

  expect(failure.code).toBe(2);
  expect(failure.message).toContain('/no/such/folder/x.md cannot be written');
});

test('a closed incident still answers, takes nothing, and is not declared again', async () => {
  const status = await answerOf<IncidentStatus>(['status', incidentId], { env: asResponder });
  const bug = await failureOf(['bug', 'close', incidentId, 'BUG-1'], { env: asResponder });
  const again = await failureOf(['declare', '-'], {
    env: asResponder,
    stdin: JSON.stringify(aDeclaration({ incidentId })),
  });

  expect(status).toMatchObject({ phase: 'closed', waitingFor: 'nobody' });
  expect(bug).toMatchObject({ code: 2, field: 'incidentId' });
  expect(again).toMatchObject({
    code: 2,
    field: 'incidentId',
    message: `incident ${incidentId} is closed; declare a new one and link it with relatedTo`,
  });
});
