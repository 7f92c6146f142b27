// Posts on the service health dashboard (S49): a decision and an approval of their own, a revision at a time.
import fc from 'fast-check';
import type { Sender } from '../../src/contract/principal';
import { nextStatusPostStep } from '../../src/domain/next-steps';
import type { EventBody } from '../../src/domain/events';
import { fingerprintOf } from '../../src/domain/fingerprint';
import { closingGate, findGate, statusPostGateOf } from '../../src/domain/gates';
import { apply, type Incident } from '../../src/domain/incident';
import type { RefusalType } from '../../src/domain/intake/refusal';
import { noDeliveries } from '../../src/domain/delivery';
import { deliveryTotals, isEveryoneTold } from '../../src/domain/notification';
import { waitingFor } from '../../src/domain/operator-view';
import { findStatusPost, statusPostIdOf } from '../../src/domain/status-posts';
import { sampleEvents } from '../support/arbitraries';
import {
  blankIncident,
  hours,
  incidentInMemory,
  people,
  play,
  played,
  recorded,
  refusalOf,
  step,
  type Content,
  type MemoryIncident,
  type Step,
} from '../support/incidents';

const { communications, executive, legal, responder } = people;
const gateName = 'status-post:storage-1';

const proposal: Content<'proposeStatusPost'> = {
  postId: 'storage-1',
  revision: 1,
  contentHash: fingerprintOf('Storage is slow.'),
  tlp: 'CLEAR',
};
const nextProposal = { ...proposal, revision: 2, contentHash: fingerprintOf('Storage is well again.') };

const proposed = step('proposeStatusPost', communications, proposal);
const approved: Step = (incident) => incident.decide(gateName, legal);
const rejected: Step = (incident) => incident.decide(gateName, legal, 'reject', 'It says too much.');

const postOf = ({ state }: MemoryIncident) => findStatusPost(state.statusPosts, 'storage-1');
const gateOf = (incident: MemoryIncident) => findGate(incident.state, gateName, incident.now());
const lacksOf = (incident: MemoryIncident) => gateOf(incident)?.lacks.map(({ code }) => code);

/** Plays without what follows by itself, so that what is between two steps can be looked at. */
function before(...steps: readonly Step[]): MemoryIncident {
  const incident = incidentInMemory();
  for (const each of steps) each(incident);
  return incident;
}

describe('a proposal is refused', () => {
  test.each<[string, readonly Step[], Sender, Partial<Content<'proposeStatusPost'>>, RefusalType, string]>([
    [
      'above TLP:CLEAR',
      [],
      communications,
      { tlp: 'GREEN' },
      'NotAllowed',
      'tlp is GREEN, but the dashboard is public; write what everybody may read and mark it CLEAR',
    ],
    [
      'from a responder',
      [],
      responder,
      {},
      'NotAllowed',
      'srt-ana speaks as security-response, but this is for communications, legal; ask one of them',
    ],
    [
      'of a revision that is not newer',
      [proposed],
      legal,
      {},
      'Stale',
      'revision 1 is not newer than revision 1',
    ],
    [
      'of an older revision than the one shown',
      [step('proposeStatusPost', communications, nextProposal), approved],
      communications,
      {},
      'Stale',
      'revision 1 is not newer than revision 2',
    ],
    [
      'with an id that is no id',
      [],
      communications,
      { postId: '../storage' },
      'Malformed',
      'postId must be a letter or digit, then letters, digits and . _ - only, at most 100',
    ],
  ])('%s', (_, given, sender, changes, type, sentence) => {
    const found = refusalOf(played(given), 'proposeStatusPost', sender, { ...proposal, ...changes });
    expect({ type: found?.type, sentence: found?.message }).toEqual({ type, sentence });
  });
});

test('it asks for no determination and for no tenants', () => {
  expect(refusalOf(incidentInMemory(), 'proposeStatusPost', communications, proposal)).toBeUndefined();
});

describe('its gate', () => {
  test('lacks an approval, bound to the very text', () => {
    const incident = before(proposed);
    expect(gateOf(incident)).toMatchObject({
      isOpen: false,
      generation: 1,
      objectHash: proposal.contentHash,
      lacks: [{ code: 'approval', who: 'an executive-incident-manager or legal, not its author (approve)' }],
    });
    expect(waitingFor(incident.state)).toBe('executive-incident-manager');
  });

  test('is opened by legal or by an executive, by nobody else, and never by the author', () => {
    const byLegal = step('proposeStatusPost', legal, proposal);
    expect(gateOf(before(proposed, approved))?.isOpen).toBe(true);
    expect(gateOf(before(proposed, (incident) => incident.decide(gateName, executive)))?.isOpen).toBe(true);
    expect(() => before(proposed, (incident) => incident.decide(gateName, responder))).toThrow(
      'security-response does not decide status-post:storage-1',
    );
    expect(() => before(byLegal, approved)).toThrow('legal-gus proposed it');
  });

  test('asks for nothing more once it is approved', () => {
    expect(gateOf(before(proposed, approved))?.objectHash).toBeUndefined();
  });

  test('lacks a revision after a rejection', () => {
    const incident = before(proposed, rejected);
    expect(lacksOf(incident)).toEqual(['revision']);
    expect(nextStatusPostStep(incident.state)).toBeUndefined();
  });

  test('is closed again by the next revision, for which no former approval counts', () => {
    const incident = before(proposed, approved, step('proposeStatusPost', communications, nextProposal));
    expect(gateOf(incident)).toMatchObject({ isOpen: false, generation: 2 });
    const replayed = { ...sampleEvents['decision-accepted'], gate: gateName, generation: 1 };

    incident.record({ ...replayed, objectHash: nextProposal.contentHash });

    expect(lacksOf(incident)).toEqual(['approval']);
  });
});

test('what is approved is published once; what is published next needs its own approval', () => {
  const incident = played([proposed, approved]);
  expect(postOf(incident)).toMatchObject({ state: { kind: 'published' }, shown: { revision: 1 } });

  play(incident, [step('proposeStatusPost', communications, nextProposal)]);
  expect(postOf(incident)).toMatchObject({ state: { kind: 'proposed' }, shown: { revision: 1 } });

  play(incident, [approved]);
  expect(postOf(incident)).toMatchObject({ state: { kind: 'published' }, shown: { revision: 2 } });
  expect(incident.events.filter(({ type }) => type === 'status-post-published')).toHaveLength(2);
});

test('a revision that was on its way when the next was proposed is shown, and the next still waits', () => {
  const incident = before(proposed, approved, step('proposeStatusPost', communications, nextProposal));

  incident.record({ ...sampleEvents['status-post-published'], revision: 1 });

  expect(postOf(incident)).toMatchObject({
    state: { kind: 'proposed' },
    revision: 2,
    shown: { revision: 1 },
  });
  expect(lacksOf(incident)).toEqual(['approval']);
});

test('a post that cannot be published is left until the next revision', () => {
  const incident = before(proposed, approved);
  const key = nextStatusPostStep(incident.state)?.key ?? '';
  incident.record({ type: 'step-failed', step: key, problem: 'the text is gone' });
  expect(nextStatusPostStep(incident.state)).toBeUndefined();

  play(incident, [step('proposeStatusPost', communications, nextProposal), approved]);

  expect(postOf(incident)).toMatchObject({ shown: { revision: 2 } });
});

test('it counts nowhere as delivery', () => {
  const { state } = played([proposed, approved]);
  expect(deliveryTotals(state.notification)).toEqual(noDeliveries);
  expect(isEveryoneTold(state.notification)).toBe(false);
  expect(state.notification).toEqual(incidentInMemory().state.notification);
});

describe('the incident does not close', () => {
  const closingLacksOf = (incident: MemoryIncident) =>
    closingGate(incident.state)
      .lacks.filter(({ code }) => statusPostIdOf(code) !== undefined)
      .map(({ sentence }) => sentence);

  test('while the dashboard shows the issue as going on', () => {
    const incident = incidentInMemory({ answers: { isPostResolved: false } });
    play(incident, [proposed, approved]);
    expect(closingLacksOf(incident)).toEqual(['the dashboard still shows storage-1 as going on']);
  });

  test('while an approved post is on its way, but for one that cannot be published', () => {
    const incident = before(proposed, approved);
    expect(closingLacksOf(incident)).toEqual(['post storage-1 is on its way to the dashboard']);
    const key = nextStatusPostStep(incident.state)?.key ?? '';

    incident.record({ type: 'step-failed', step: key, problem: 'the text is gone' });

    expect(closingLacksOf(incident)).toEqual([]);
  });

  test('for nothing else: a proposal that nobody decided on stops nothing', () => {
    expect(closingLacksOf(before(proposed))).toEqual([]);
    expect(closingLacksOf(played([proposed, approved]))).toEqual([]);
  });
});

// Whatever comes, in whatever order

const hashes = [proposal.contentHash, nextProposal.contentHash];
const anyEvent: fc.Arbitrary<EventBody> = fc.oneof(
  fc.record({
    type: fc.constant('status-post-proposed' as const),
    postId: fc.constantFrom('storage-1', 'storage-2'),
    revision: fc.integer({ min: 1, max: 4 }),
    contentHash: fc.constantFrom(...hashes),
    tlp: fc.constant('CLEAR' as const),
  }),
  fc
    .record({
      gate: fc.constantFrom(gateName, 'status-post:storage-2', 'notice:storage-1', 'eradication'),
      generation: fc.integer({ min: 0, max: 4 }),
      objectHash: fc.constantFrom(...hashes),
      verdict: fc.constantFrom('approve' as const, 'reject' as const),
    })
    .map((decision) => ({ ...sampleEvents['decision-accepted'], ...decision })),
  fc
    .record({ postId: fc.constantFrom('storage-1', 'storage-2'), revision: fc.integer({ min: 1, max: 4 }) })
    .map((publication) => ({ ...sampleEvents['status-post-published'], ...publication })),
  fc.constantFrom(...Object.values(sampleEvents)),
);

/** Replays the rule itself over the bare list: the last proposal of a post, and a yes to it and to nothing else. */
function isApprovedBy(events: readonly EventBody[], postId: string): boolean {
  const proposals = events.flatMap((event, index) =>
    event.type === 'status-post-proposed' && event.postId === postId ? [{ event, index }] : [],
  );
  const last = proposals.at(-1);
  if (last === undefined) return false;
  return events
    .slice(last.index + 1)
    .some(
      (event) =>
        event.type === 'decision-accepted' &&
        event.verdict === 'approve' &&
        event.gate === `status-post:${postId}` &&
        event.generation === proposals.length &&
        event.objectHash === last.event.contentHash,
    );
}

test('its gate never opens before an approval of this very revision, and nothing is published that was not open', () => {
  let opened = 0;
  fc.assert(
    fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 40 }), (bodies) => {
      // A publication comes only from a step, which comes only from an open gate.
      const events: EventBody[] = [];
      let state: Incident = blankIncident();
      for (const body of bodies) {
        const due = nextStatusPostStep(state)?.post;
        const isDue = body.type !== 'status-post-published' || body.postId === due?.postId;
        if (!isDue) continue;
        const [event] = recorded(
          body.type === 'status-post-published' && due !== undefined
            ? { ...body, revision: due.revision }
            : body,
        );
        if (event === undefined) continue;
        events.push(event);
        state = apply(state, { ...event, at: hours(events.length) });
        for (const post of state.statusPosts) {
          if (!statusPostGateOf(post).isOpen) continue;
          opened += 1;
          expect(isApprovedBy(events, post.postId)).toBe(true);
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(opened).toBeGreaterThan(0);
});
