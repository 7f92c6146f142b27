// The service health dashboard as a running workflow: nothing is published before its own approval, whatever happens to
// the notices meanwhile, and no tenant counts as told by it.
import { fingerprintOf } from '../../src/domain/fingerprint';
import { people, proposedNotice, totalsOf, type Content } from '../support/incidents';
import { hourMs, workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const gateName = 'status-post:storage-1';
const proposal: Content<'proposeStatusPost'> = {
  postId: 'storage-1',
  revision: 1,
  contentHash: fingerprintOf('Storage is slow.'),
  tlp: 'CLEAR',
};
const nextProposal = { ...proposal, revision: 2, contentHash: fingerprintOf('It is over.') };

const publicationsOf = ({ world }: StagedIncident) =>
  world.calls.filter((call) => call.startsWith('publishStatusPost'));

async function proposedPost(): Promise<StagedIncident> {
  const incident = await stage.declare();
  await incident.tell('proposeStatusPost', people.communications, proposal);
  return incident;
}

test('a post is published after its approval, the next revision after its own, and both are one issue', async () => {
  const incident = await proposedPost();
  await stage.pass(24 * hourMs);
  expect(publicationsOf(incident)).toEqual([]);
  expect(await incident.status()).toMatchObject({
    waitingFor: 'executive-incident-manager',
    statusPosts: [{ postId: 'storage-1', revision: 1, state: 'proposed' }],
  });

  await incident.decide(gateName, people.executive);
  await incident.untilLine('status-post-published');
  await incident.tell('proposeStatusPost', people.communications, nextProposal);
  await stage.pass(hourMs);
  expect(publicationsOf(incident)).toEqual(['publishStatusPost storage-1.1 drill']);

  incident.world.resolvedPosts.add('storage-1.2');
  await incident.decide(gateName, people.legal);

  const published = await incident.untilLine('status-post-published', 2);
  expect(publicationsOf(incident)).toEqual([
    'publishStatusPost storage-1.1 drill',
    'publishStatusPost storage-1.2 drill',
  ]);
  const issues = published.map(({ text }) => /SP[0-9a-f]{12}/.exec(text)?.[0]);
  expect(issues[0]).toBe(issues[1]);
  expect(published[1]?.text).toContain('resolved');
});

test('above TLP:CLEAR it is refused, and nothing is there to approve', async () => {
  const incident = await stage.declare();

  const refusal = await incident.refusalOf('proposeStatusPost', people.communications, {
    ...proposal,
    tlp: 'AMBER',
  });

  expect(refusal).toEqual({
    type: 'NotAllowed',
    sentence: 'tlp is AMBER, but the dashboard is public; write what everybody may read and mark it CLEAR',
  });
  await expect(incident.gate(gateName)).rejects.toThrow('there is no gate');
});

test('it is not published for an approval of another text, by its author, or of the former revision', async () => {
  const incident = await stage.declare();
  await incident.tell('proposeStatusPost', people.legal, proposal);
  const former = await incident.token(gateName, people.executive);

  const other = await incident.refusedDecision(gateName, people.executive, {
    claims: { obj: nextProposal.contentHash },
  });
  const own = await incident.refusedDecision(gateName, people.legal);
  const stranger = await incident.refusedDecision(gateName, people.responder);
  await incident.tell('proposeStatusPost', people.legal, nextProposal);
  await incident.signal('approve', { token: former });
  const refusals = await incident.untilLine('decision-refused', 4);

  expect([other.type, own.type, stranger.type]).toEqual(['other-object', 'self-approval', 'wrong-role']);
  expect(refusals.at(-1)?.text).toContain('generation');
  await stage.pass(hourMs);
  expect(publicationsOf(incident)).toEqual([]);
});

test('it tells no tenant: the notice still waits for its own approval', async () => {
  const incident = await stage.declare();
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  await incident.tell('proposeStatusPost', people.communications, proposal);

  await incident.decide(gateName, people.legal);
  await incident.untilLine('status-post-published');

  await stage.pass(hourMs);
  expect(incident.world.told).toEqual([]);
  expect(await incident.status()).toMatchObject({
    notification: { phase: 'approving' },
    deliveries: totalsOf({}),
    notices: [{ state: 'prepared' }],
  });
});

test('while its files cannot be written, notices go on', async () => {
  const incident = await stage.declare();
  const release = incident.world.hold('publishStatusPost');
  await incident.tell('proposeStatusPost', people.communications, proposal);
  await incident.decide(gateName, people.legal);

  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  await incident.decide('notice:first-1', people.legal);
  await incident.until(({ notification }) => notification.phase === 'complete');

  expect(await incident.lines('status-post-published')).toEqual([]);
  release();
  await incident.untilLine('status-post-published');
});

test('what cannot be published for good stands on the timeline, and the next revision mends it', async () => {
  const incident = await proposedPost();
  const sentence = 'Post storage-1, revision 1, is not in the database; save it and propose it again.';
  incident.world.refusals.set('publishStatusPost', sentence);

  await incident.decide(gateName, people.legal);

  const [failed] = await incident.untilLine('step-failed');
  expect(failed?.text).toContain(sentence);
  incident.world.refusals.delete('publishStatusPost');
  await incident.tell('proposeStatusPost', people.communications, nextProposal);
  await incident.decide(gateName, people.legal);
  await incident.untilLine('status-post-published');
});

test('a rejected post is not published', async () => {
  const incident = await proposedPost();
  await incident.decide(gateName, people.legal, { verdict: 'reject', reason: 'It says too much.' });

  expect(await incident.gate(gateName)).toMatchObject({ isOpen: false, lacks: [{ code: 'revision' }] });
  expect(await incident.status()).toMatchObject({ statusPosts: [{ state: 'rejected' }] });
  await stage.pass(hourMs);
  expect(publicationsOf(incident)).toEqual([]);
});
