/** Posts on the service health dashboard by the command line: proposed, signed, listed, and in the files. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ListedIssue } from '../../src/adapters/postgres/dashboard-issues';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, enrolledApprover, type Approver, type E2eStage } from '../support/e2e-stage';
import { completePost, resolvingPost } from '../support/status-posts';
import { parseXml } from '../support/xml';

jest.setTimeout(60_000);

let stage: E2eStage;
let executive: Approver;
let directory: string;
let env: Record<string, string>;

beforeAll(async () => {
  stage = await e2eStage();
  directory = stage.environment['FIREBREAK_STATUS_DIRECTORY'] ?? '';
  env = stage.as('comms-fay', 'communications');
  await stage.startWorker({ role: 'incident' });
  executive = await enrolledApprover(stage, 'eim-dora', 'executive-incident-manager');
}, 120_000);

afterAll(() => stage.stop(), 60_000);

const gateName = 'status-post:storage-1';

async function declared(mode: 'live' | 'drill' = 'live'): Promise<string> {
  const { incidentId } = await stage.firebreak.declareIncident(aDeclaration({ mode }));
  return incidentId;
}

function fileOf(post: object): string {
  const file = join(stage.folder, `post-${String(Math.random()).slice(2)}.json`);
  writeFileSync(file, JSON.stringify(post));
  return file;
}

const propose = (incidentId: string, post: object) =>
  answerOf<{ revision: number }>(['dashboard', 'propose', incidentId, fileOf(post)], { env });

async function publish(incidentId: string, post: object): Promise<void> {
  const { revision } = await propose(incidentId, post);
  await executive.approve(incidentId, gateName);
  await stage.firebreak.waitFor(
    incidentId,
    ({ statusPosts }) => statusPosts.some((each) => each.revision === revision && each.state === 'published'),
    { timeoutMs: 20_000, pollMs: 50 },
  );
}

const listed = () => answerOf<readonly ListedIssue[]>(['dashboard', 'list'], { env });
const issuesIn = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, 'issues.json'), 'utf8')) as { value: readonly ListedIssue[] }).value;

test('a post is proposed, shown in full to whoever signs, published in JSON and Atom, and ended by the next', async () => {
  const incidentId = await declared();
  const proposed = await firebreak(['dashboard', 'propose', incidentId, fileOf(completePost)], { env });
  expect(proposed.stdout).toBe(
    `Post storage-1, revision 1, is proposed.\nNext: firebreak approve ${incidentId} --gate ${gateName} …\n`,
  );
  expect(existsSync(directory)).toBe(false);

  const words = ['approve', incidentId, '--gate', gateName, '--key', executive.keyFile, '--as', executive.id];
  const signed = await firebreak([...words, '--yes'], { env: stage.environment });
  expect(signed.code).toBe(0);
  expect(signed.stderr).toContain('"text": "We **look into it**."');
  await publish(incidentId, resolvingPost);

  const [issue] = await listed();
  expect(issue).toMatchObject({ incidentId, postId: 'storage-1', revision: 2, status: 'serviceRestored' });
  expect(issue?.posts).toHaveLength(2);
  expect(issuesIn(directory)).toMatchObject([{ id: issue?.id, isResolved: true }]);
  expect(readFileSync(join(directory, 'issues.json'), 'utf8')).not.toContain(incidentId);
  expect(parseXml(readFileSync(join(directory, 'issues.atom'), 'utf8')).name).toBe('feed');
  const people = await firebreak(['dashboard', 'list'], { env });
  expect(people.stdout).toContain(
    `storage: Storage is slow  serviceRestored  incident ${incidentId}, post storage-1, revision 2 (2 in all)`,
  );
});

test('a drill is published beside the live files, which stay as they are', async () => {
  await publish(await declared(), completePost);
  const before = readFileSync(join(directory, 'issues.json'), 'utf8');

  await publish(await declared('drill'), completePost);

  expect(readFileSync(join(directory, 'issues.json'), 'utf8')).toBe(before);
  expect(issuesIn(join(directory, 'drill')).map(({ title }) => title)).toEqual(['[DRILL] Storage is slow']);
  expect((await listed()).filter(({ mode }) => mode === 'drill')).toHaveLength(1);
});

test('the files are written anew on another machine, from the database alone', async () => {
  await publish(await declared(), completePost);
  const elsewhere = join(stage.folder, 'elsewhere');

  const answer = await answerOf(['dashboard', 'publish-files'], {
    env: { ...env, FIREBREAK_STATUS_DIRECTORY: elsewhere },
  });

  expect(answer).toEqual({ directory: elsewhere });
  for (const name of ['issues.json', 'issues.atom'])
    expect(readFileSync(join(elsewhere, name), 'utf8')).toBe(readFileSync(join(directory, name), 'utf8'));
});

test('above TLP:CLEAR nothing is kept and nobody is asked', async () => {
  const incidentId = await declared();

  const failure = await failureOf(
    ['dashboard', 'propose', incidentId, fileOf({ ...completePost, tlp: 'AMBER' })],
    { env },
  );

  expect(failure).toMatchObject({
    code: 2,
    field: 'tlp',
    message:
      'the post: tlp is AMBER, but the dashboard is public; write what everybody may read and mark it CLEAR',
  });
  expect((await stage.firebreak.gates(incidentId)).map(({ gate }) => gate)).not.toContain(gateName);
  expect(
    await stage.database
      .selectFrom('status_post_draft')
      .where('incident_id', '=', incidentId)
      .selectAll()
      .execute(),
  ).toEqual([]);
});

test.each([
  ['a field is missing', { ...completePost, title: undefined }, 'the post: title is missing'],
  [
    'a field is misspelt',
    { ...completePost, titel: 'x' },
    'the post: it has titel, which is not a field here; check the spelling',
  ],
])('when %s, the sentence says which', async (_, post, message) => {
  expect(await failureOf(['dashboard', 'propose', 'INC-1', fileOf(post)], { env })).toMatchObject({
    code: 2,
    message,
  });
});
