/**
 * `firebreak approve` and `reject` with real keys, and tokens that are pasted into the Temporal UI as signals: what does
 * not count is refused with its reason, changes nothing, and the incident goes on.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyFiles } from '../../src/adapters/approver-key-files';
import { answerOf, firebreak } from '../support/cli';
import {
  aDeclaration,
  e2eStage,
  enrolledApprover,
  passphrase,
  type Approver,
  type E2eStage,
} from '../support/e2e-stage';
import { agreedEradicationPlan, containment, eradicationPlan, people, says } from '../support/e2e-story';

let stage: E2eStage;
let executive: Approver;
let legal: Approver;
/** Awaits the approval of its eradication plan, and keeps awaiting it. */
let waiting: string;

beforeAll(async () => {
  stage = await e2eStage();
  await stage.startWorker();
  executive = await enrolledApprover(stage, 'eim-dora', 'executive-incident-manager');
  legal = await enrolledApprover(stage, 'legal-gus', 'legal');
  waiting = await incidentAwaitingApproval();
}, 120_000);

afterAll(() => stage.stop(), 60_000);

async function incidentAwaitingApproval(): Promise<string> {
  const { incidentId } = await stage.firebreak.declareIncident(aDeclaration());
  for (const step of [...containment, ...agreedEradicationPlan]) await step({ stage, incidentId, executive });
  return incidentId;
}

function wordsFor(incidentId: string, changes: Record<string, string> = {}): string[] {
  const options = { gate: 'eradication', key: executive.keyFile, as: executive.id, ...changes };
  return [
    'approve',
    incidentId,
    '--yes',
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
  ];
}

async function refusalOf(words: string[], env: Record<string, string> = stage.environment) {
  const { code, stdout, stderr } = await firebreak([...words, '--json'], { env });
  const { error } = JSON.parse(stdout) as { error: { type: string; message: string } };
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`firebreak: ${error.message}`);
  return { code, ...error };
}

async function expectStillWaiting(incidentId: string): Promise<void> {
  const gates = await stage.firebreak.gates(incidentId);
  expect(gates.find(({ gate }) => gate === 'eradication')).toMatchObject({ isOpen: false });
  expect((await stage.firebreak.status(incidentId)).waitingFor).toBe('executive-incident-manager');
}

describe('a decision by the command line', () => {
  test('in the wrong role is refused', async () => {
    const refusal = await refusalOf(wordsFor(waiting, { key: legal.keyFile, as: legal.id }));

    expect(refusal).toMatchObject({ code: 2, type: 'InputProblem' });
    expect(refusal.message).toMatch(
      /is decided by executive-incident-manager; "legal-gus" is enrolled as legal/,
    );
    await expectStillWaiting(waiting);
  });

  test('in the name of somebody else is refused', async () => {
    const refusal = await refusalOf(wordsFor(waiting, { key: legal.keyFile }));

    expect(refusal.code).toBe(2);
    expect(refusal.message).toMatch(
      /speaks for "eim-dora", but key \w+ belongs to "legal-gus"; sign with your own key/,
    );
    await expectStillWaiting(waiting);
  });

  test('with a key that nobody enrolled is refused', async () => {
    const key = join(stage.folder, 'stranger.key');
    await generateKeyFiles(key, passphrase);

    const refusal = await refusalOf(wordsFor(waiting, { key }));

    expect(refusal.code).toBe(2);
    expect(refusal.message).toMatch(/No key "\w+" is enrolled; enroll it with "firebreak keys enroll"/);
    await expectStillWaiting(waiting);
  });

  test('at a gate that there is not is refused, and the gates are named', async () => {
    const refusal = await refusalOf(wordsFor(waiting, { gate: 'eradicate' }));

    expect(refusal.code).toBe(2);
    expect(refusal.message).toMatch(/there is no gate eradicate in incident .*; its gates are .*eradication/);
  });

  test('at a gate that is not ready is refused with what it lacks', async () => {
    const refusal = await refusalOf(wordsFor(waiting, { gate: 'postmortem' }));

    expect(refusal.code).toBe(2);
    expect(refusal.message).toMatch(/gate postmortem is not ready for a decision: /);
  });

  test('that nobody can be asked about is refused', async () => {
    const refusal = await refusalOf(wordsFor(waiting).filter((word) => word !== '--yes'));

    expect(refusal).toMatchObject({
      code: 2,
      message: 'nobody can be asked here; read the above and add --yes',
    });
    await expectStillWaiting(waiting);
  });

  test.each([
    ['that is missing', () => '/no/such.key', {}, /\/no\/such\.key cannot be read/],
    ['that others can read', openKeyFile, {}, /can be read by others; run "chmod 600/],
    [
      'under another passphrase',
      () => executive.keyFile,
      { FIREBREAK_KEY_PASSPHRASE: 'not this one at all' },
      /does not open as an Ed25519 private key; check the file and FIREBREAK_KEY_PASSPHRASE/,
    ],
  ])('with a key file %s is refused', async (_what, file, env, sentence) => {
    const refusal = await refusalOf(wordsFor(waiting, { key: file() }), { ...stage.environment, ...env });

    expect(refusal.code).toBe(2);
    expect(refusal.message).toMatch(sentence);
    expect(refusal.message).not.toContain('not this one');
  });

  test('that rejects needs a reason', async () => {
    const refusal = await refusalOf(['reject', ...wordsFor(waiting).slice(1)]);

    expect(refusal.code).toBe(2);
    expect(refusal.message).toContain('a rejection needs a reason');
    await expectStillWaiting(waiting);
  });

  test('on a hold shows all of it, and takes the signatures of two', async () => {
    const { incidentId } = await stage.firebreak.declareIncident(aDeclaration());
    const proposal = {
      noticeId: 'first-1',
      revision: 1,
      stage: 'first',
      contentHash: 'a'.repeat(64),
    } as const;
    const hold = { scope: { notices: ['first-1'] }, reason: 'The police ask for it.' };
    for (const step of [
      says('determine', people.communications, { customerReportable: 'yes', basis: 'Data was read.' }),
      says('proposeNotice', people.communications, proposal),
      says('holdNotice', people.communications, { ...hold, until: '2099-01-01T00:00:00Z' }),
    ])
      await step({ stage, incidentId, executive });
    const signed = async ({ id, keyFile }: Approver) =>
      firebreak(wordsFor(incidentId, { gate: 'hold:H1', key: keyFile, as: id }), { env: stage.environment });

    const first = await signed(legal);
    const second = await signed(executive);

    expect(first.stderr).toContain('The police ask for it.');
    expect(first.stdout).toContain('no executive-incident-manager has signed the hold');
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('The gate is open.') as string });
    const { holds } = await stage.firebreak.status(incidentId);
    expect(holds).toMatchObject([{ holdId: 'H1', state: 'in-force' }]);
  });

  test('that is right opens the gate, and shows what was decided on', async () => {
    const incidentId = await incidentAwaitingApproval();

    const { code, stdout, stderr } = await firebreak(wordsFor(incidentId), { env: stage.environment });

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'eim-dora approved eradication. The gate is open.\n',
    });
    expect(stderr).toContain(eradicationPlan.objective);
    expect(stderr).toMatch(/SHA-256 of what is decided on: [0-9a-f]{64}/);
  });

  test('that rejects is final for the plan', async () => {
    const incidentId = await incidentAwaitingApproval();
    const words = ['reject', ...wordsFor(incidentId, { why: 'too risky on a Friday' }).slice(1)];

    const receipt = await answerOf(words, { env: stage.environment });

    expect(receipt).toMatchObject({
      gate: 'eradication',
      verdict: 'reject',
      approver: 'eim-dora',
      isOpen: false,
    });
    const refusal = await refusalOf(wordsFor(incidentId));
    expect(refusal.code).toBe(2);
  });
});

describe('a token that is pasted as a signal', () => {
  async function printedToken(incidentId: string): Promise<string> {
    const { token } = await answerOf<{ token: string }>([...wordsFor(incidentId), '--print'], {
      env: stage.environment,
    });
    return token;
  }

  async function paste(incidentId: string, signal: string, payload: unknown): Promise<string> {
    const before = (await stage.firebreak.timeline(incidentId)).length;
    await stage.temporal.workflow.getHandle(`incident/${incidentId}`).signal(signal, payload);
    for (;;) {
      const lines = (await stage.firebreak.timeline(incidentId)).slice(before);
      const answer = lines.find(({ type }) => /refused|accepted/.test(type));
      if (answer !== undefined) return answer.text;
    }
  }

  test('is taken when it is right, and only once', async () => {
    const incidentId = await incidentAwaitingApproval();
    const token = await printedToken(incidentId);

    expect(await paste(incidentId, 'approve', { token })).toMatch(/^eim-dora approved eradication/);
    expect(await paste(incidentId, 'approve', { token })).toContain('this token was used before');
  });

  test('of another incident is refused', async () => {
    const other = await incidentAwaitingApproval();

    const answer = await paste(waiting, 'approve', { token: await printedToken(other) });

    expect(answer).toMatch(new RegExp(`The decision is for ".*${other}", not for ".*${waiting}"`));
    await expectStillWaiting(waiting);
  });

  test('of another gate is refused', async () => {
    const token = await executive.token(waiting, 'eradication', 'approve', { gate: 'notice:first-1' });

    const answer = await paste(waiting, 'approve', { token });

    expect(answer).toContain('the gate that the token names is not waiting for a decision');
    await expectStillWaiting(waiting);
  });

  test('for a version that is not the current one any more is refused', async () => {
    const incidentId = await incidentAwaitingApproval();
    const token = await printedToken(incidentId);
    const story = { stage, incidentId, executive };
    await says('proposePlan', people.responder, { ...eradicationPlan, objective: 'Remove both footholds.' })(
      story,
    );
    await says('agree', people.responder, { kind: 'eradication', version: 2, verdict: 'agree' })(story);
    await says('agree', people.team, {
      kind: 'eradication',
      version: 2,
      verdict: 'agree',
      service: 'storage',
    })(story);

    const answer = await paste(incidentId, 'approve', { token });

    expect(answer).toMatch(/The decision is (about version|for generation)/);
    await expectStillWaiting(incidentId);
    await executive.approve(incidentId, 'eradication');
  });

  test.each([
    [
      'that approves, as reject',
      async () => ({ token: await printedToken(waiting) }),
      'reject',
      'the token says approve but was sent as reject; nothing is decided',
    ],
    [
      'that is none',
      () => Promise.resolve({ token: randomUUID() }),
      'approve',
      'A message approve was ignored: ',
    ],
    ['that is missing', () => Promise.resolve({ tokn: 'x' }), 'approve', 'A message approve was ignored: '],
    ['with a signal that is unknown', () => Promise.resolve({}), 'aprove', 'no such signal is known here'],
  ])('%s is ignored and stands on the timeline', async (_what, payload, signal, sentence) => {
    expect(await paste(waiting, signal, await payload())).toContain(sentence);
    await expectStillWaiting(waiting);
  });
});

function openKeyFile(): string {
  const file = join(stage.folder, 'open.key');
  copyFileSync(executive.keyFile, file);
  chmodSync(file, 0o644);
  return file;
}
