// What an incident takes from people and programs, and what it does with what it cannot take: each message is answered
// or stands on the timeline, and none of them stops the workflow.
import { RawValue } from '@temporalio/common';
import { declarationOf, declaredAt, hours, people } from '../support/incidents';
import { hourMs, workflowStage, type Stage } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const bug = { ...people.responder, ref: 'BUG-1', title: 'Keys are logged' };

describe('declaring', () => {
  test('returns before any work is done, and the status answers', async () => {
    const incident = await stage.declare({ declaration: { severity: 'high' } });

    expect(await incident.status()).toMatchObject({
      incidentId: incident.incidentId,
      severity: 'high',
      phase: 'detection-and-analysis',
      response: { phase: 'analysis', round: 1 },
      notification: { phase: 'undetermined' },
      followUp: { phase: 'collecting', entriesOpen: 0 },
    });
    expect(incident.world.calls).toEqual([]);
  });

  test('records the declaration first, then the detection and whatever else is known to have been', async () => {
    const occurrence = {
      kind: 'occurrence' as const,
      at: '2026-11-20',
      precision: 'day' as const,
      basis: 'first log line',
    };
    const incident = await stage.declare({ declaration: { anchors: [occurrence] } });

    const lines = await incident.timeline();

    expect(lines.map(({ type }) => type)).toEqual(['declared', 'anchor-recorded', 'anchor-recorded']);
    expect(lines[2]?.text).toBe('occurrence is put at 2026-11-20: first log line');
    expect(lines.map(({ by }) => by)).toEqual(Array(3).fill(people.responder.by));
  });

  test('a drill with a date plays at that date', async () => {
    const incident = await stage.declare();

    const [first] = await incident.timeline();

    expect(first?.at.slice(0, 19)).toBe(declaredAt.slice(0, 19));
    await stage.pass(24 * hourMs);
    await incident.tell('recordFact', people.legal, { text: 'A day has gone by.' });
    const [fact] = await incident.lines('fact-recorded');
    expect(fact?.at.slice(0, 16)).toBe(hours(24).slice(0, 16));
  });

  test('a live incident goes by the clock of the server, whatever date it names', async () => {
    const declaration = { ...declarationOf(), mode: 'live' as const, incidentId: 'live-1' };
    const nowMs = Date.parse(await stage.now());
    const incident = await stage.declare({ declaration });

    const [first] = await incident.timeline();

    expect(Math.abs(Date.parse(first?.at ?? '') - nowMs)).toBeLessThan(60_000);
  });
});

describe('a signal that cannot be taken is written to the timeline and ignored', () => {
  const bytes = (text: string, encoding = 'json/plain') =>
    RawValue.fromPayload({ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(text) });

  test.each([
    ['a field is missing', 'openBug', [{ ...bug, title: undefined }], 'title is missing'],
    ['a field has the wrong type', 'openBug', [{ ...bug, gating: 'yes' }], 'gating must be true or false'],
    ['a field is misspelt', 'openBug', [{ ...bug, ownr: 'ann' }], 'ownr is not a field here'],
    ['a text of 100 KB', 'openBug', [{ ...bug, title: 'x'.repeat(100_000) }], 'title is longer than 500'],
    ['the role may not', 'closeBug', [{ ...people.legal, ref: 'BUG-1' }], 'ask one of them'],
    ['a bug that was never opened', 'closeBug', [{ ...people.responder, ref: 'BUG-9' }], 'was never opened'],
    ['no payload at all', 'openBug', [], 'the message must be an object'],
    ['null', 'openBug', [null], 'the message must be an object'],
    ['a list', 'reopenBug', [[bug]], 'the message must be an object'],
    ['bytes that are no JSON', 'openBug', [bytes('{"ref": "BUG-')], 'the message must be an object'],
    ['an encoding that nobody knows', 'openBug', [bytes('{}', 'binary/unheard-of')], 'must be an object'],
    ['no token', 'approve', [{}], 'has no token'],
    ['no payload for a decision', 'reject', [], 'has no token'],
    ['a token that is none', 'approve', [{ token: 'yes, go ahead' }], 'not three base64url parts'],
    ['a name that nobody knows', 'launchRockets', [{ now: true }], 'no such signal is known here'],
    ['a name that belongs to the SDK', '__temporal_unheard_of', [{}], 'no such signal is known here'],
    ['the name of a query of the SDK', '__stack_trace', [], 'no such signal is known here'],
    ['a name of JavaScript', 'constructor', [{}], 'no such signal is known here'],
  ])('%s', async (_case, name, payload, problem) => {
    const incident = await stage.declare();

    await incident.signal(name, ...payload);

    const [line] = await incident.untilLine('message-refused');
    expect(line?.text).toContain(`${name} was ignored: `);
    expect(line?.text).toContain(problem);
    expect(line?.text.length).toBeLessThan(500);
    await incident.signal('openBug', bug);
    expect(await incident.untilLine('entry-opened')).toHaveLength(1);
  });

  test('a report of deliveries that says something else: nobody writes events by signal', async () => {
    const incident = await stage.declare();

    await incident.signal('deliveryProgressed', { type: 'incident-closed' });
    await incident.signal('deliveryProgressed', { campaignId: 'first-1.1', shard: 0, settled: true });
    await incident.signal('deliveryProgressed');

    const lines = await incident.untilLine('message-refused', 3);
    expect(lines.map(({ text }) => text)).toEqual([
      expect.stringContaining('type is not a field here'),
      expect.stringContaining('totals is missing'),
      expect.stringContaining('the message must be an object'),
    ]);
    expect((await incident.status()).phase).toBe('detection-and-analysis');
  });
});

describe('an update that cannot be taken', () => {
  test('is answered with a sentence and a type, and leaves nothing behind', async () => {
    const incident = await stage.declare();
    const before = await incident.timeline();

    const answers = [
      await incident.refusalOf('recordAnalysis', people.legal, { text: 'A guess.' }),
      await incident.refusalOf('recordAnalysis', people.responder, { text: '' }),
      await incident.refusalOf('completeTask', people.storageTeam, {
        service: 'printers',
        track: 'containment',
        what: 'switch them off',
      }),
    ];

    expect(answers).toEqual([
      { type: 'NotAllowed', sentence: expect.stringContaining('legal-gus speaks as legal') as string },
      { type: 'Malformed', sentence: 'text is empty; write something' },
      { type: 'NotKnown', sentence: expect.stringContaining('printers is not among those') as string },
    ]);
    expect(await incident.timeline()).toEqual(before);
    expect((await incident.histories()).flatMap(({ history }) => updatesIn(history))).toEqual([]);
  });

  test('because its text holds half a character is refused like any other', async () => {
    const incident = await stage.declare();
    await incident.signal('openBug', { ...bug, ref: 'BUG-\ud800' });

    const refusal = await incident.refusalOf('assignEntry', people.responder, {
      ref: 'BUG-\udfff',
      owner: 'ben',
    });

    expect(refusal.type).toBe('NotKnown');
    expect((await incident.status()).followUp.entriesOpen).toBe(1);
  });
});

describe('a message that comes twice is recorded once and answered alike', () => {
  test('an update with the same update id', async () => {
    const incident = await stage.declare();
    const analysis = { text: 'The key was read from a crash dump.' };

    const first = await incident.tell('recordAnalysis', people.responder, analysis, 'analysis-a');
    const second = await incident.tell('recordAnalysis', people.responder, analysis, 'analysis-a');

    expect(second).toEqual(first);
    expect(await incident.lines('analysis-recorded')).toHaveLength(1);
  });

  test('an update with the same messageId under another update id', async () => {
    const incident = await stage.declare();
    const analysis = { text: 'The key was read from a crash dump.', messageId: 'analysis-b' };

    const first = await incident.tell('recordAnalysis', people.responder, analysis);
    const second = await incident.tell('recordAnalysis', people.responder, analysis);

    expect(first).toMatchObject({ id: 'A1' });
    expect(second).toEqual(first);
    expect(await incident.lines('analysis-recorded')).toHaveLength(1);
  });

  test('a signal with the same messageId', async () => {
    const incident = await stage.declare();

    await incident.signal('openBug', { ...bug, messageId: 'bug-1' });
    await incident.signal('openBug', { ...bug, messageId: 'bug-1' });
    await incident.signal('openBug', { ...bug, ref: 'BUG-2' });

    await incident.untilLine('entry-opened', 2);
    expect(await incident.lines('message-refused')).toEqual([]);
  });
});

test('messages that came before any worker are taken in the order in which they came, behind the declaration', async () => {
  const incident = await stage.declare({ taskQueue: 'a-worker-that-starts-late' });
  const { responder } = people;
  await incident.signal('openBug', bug);
  await incident.signal('closeBug', { ...responder, ref: 'BUG-1' });
  await incident.signal('reopenBug', { ...responder, ref: 'BUG-1', reason: 'not on all hosts' });
  await incident.signal('closeBug', { ...responder, ref: 'BUG-1' });
  await incident.signal('somethingElse');
  await incident.signal('openBug', { ...bug, ref: 'BUG-2' });

  await stage.startWorker('a-worker-that-starts-late');

  await incident.untilLine('entry-opened', 2);
  expect((await incident.timeline()).map(({ type }) => type)).toEqual([
    'declared',
    'anchor-recorded',
    'entry-opened',
    'entry-closed',
    'entry-reopened',
    'entry-closed',
    'message-refused',
    'entry-opened',
  ]);
});

function updatesIn(history: unknown): object[] {
  const { events } = history as { readonly events?: readonly object[] };
  return (events ?? []).filter((event) => {
    const accepted = event as { workflowExecutionUpdateAcceptedEventAttributes?: unknown };
    return Boolean(accepted.workflowExecutionUpdateAcceptedEventAttributes);
  });
}
