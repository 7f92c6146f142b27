// What remains to be done after the fire, as a running workflow: entries that nobody forgets, a postmortem that ends
// when the last of them is settled, and a closing that nobody can hurry.
import { WorkflowNotFoundError } from '@temporalio/client';
import * as messages from '../../src/workflows/messages';
import {
  containment,
  eradication,
  hours,
  noticeGateName,
  people,
  proposedNotice,
  recovery,
  report,
  totalsOf,
  watch,
} from '../support/incidents';
import {
  hourMs,
  workflowStage,
  type Declared,
  type Stage,
  type StagedIncident,
} from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const { responder, storageTeam, executive } = people;
const bug = (ref: string, more: object = {}) => ({ ...responder, ref, title: `mend ${ref}`, ...more });
const minuteOf = (instant: string | undefined) => instant?.slice(0, 16);
const minutesOf = (lines: readonly { readonly at: string }[]) => lines.map(({ at }) => minuteOf(at));

/** The response is over; nothing is said yet about customers. */
async function stableIncident(declared?: Declared): Promise<StagedIncident> {
  const incident = await stage.declare(declared);
  await incident.play(containment, eradication, recovery, watch);
  return incident;
}

async function lacksOf(incident: StagedIncident, gate: string): Promise<readonly string[]> {
  return (await incident.gate(gate)).lacks.map(({ code }) => code);
}

describe('an entry', () => {
  test('without owner is called to mind after 24 hours, and again every 24, until it has one', async () => {
    const incident = await stage.declare();
    await incident.signal('openBug', bug('BUG-1'));
    await incident.signal('openBug', bug('BUG-2', { owner: 'ben' }));
    await incident.untilLine('entry-opened', 2);

    await stage.pass(50 * hourMs);
    const reminded = await incident.lines('entries-reminded');
    await incident.tell('assignEntry', responder, { ref: 'BUG-1', owner: 'cleo' });
    await stage.pass(10 * 24 * hourMs);

    expect(minutesOf(reminded)).toEqual([hours(24), hours(48)].map(minuteOf));
    expect(reminded[0]?.text).toBe('Without owner: BUG-1');
    expect(await incident.lines('entries-reminded')).toEqual(reminded);
  });

  test('that is open when the response is over comes back every 24 hours until it is settled', async () => {
    const incident = await stableIncident();
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.untilLine('entry-opened');

    await stage.pass(73 * hourMs);
    const reminded = await incident.lines('entries-reminded');
    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });
    await incident.untilLine('entry-closed');
    await stage.pass(10 * 24 * hourMs);

    expect(minutesOf(reminded)).toEqual([hours(24), hours(48), hours(72)].map(minuteOf));
    expect(reminded[0]?.text).toBe('Still open: BUG-1');
    expect(await incident.lines('entries-reminded')).toEqual(reminded);
  });

  test('that three reminders do not move is raised above its owner, and again after three more', async () => {
    const incident = await stableIncident();
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.untilLine('entry-opened');

    await stage.pass(6 * 24 * hourMs + hourMs);

    const raised = await incident.lines('entries-escalated');
    expect(minutesOf(raised)).toEqual([hours(72), hours(144)].map(minuteOf));
    expect(raised[0]?.text).toBe(
      'Reminders did not help; raised to the executive-incident-manager and the leads of ben: BUG-1',
    );
    expect(await incident.lines('entries-reminded')).toHaveLength(6);
  });

  test('that is waived holds the postmortem again from the moment at which the waiver expires', async () => {
    const incident = await stage.declare();
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.tell('waiveEntry', executive, {
      ref: 'BUG-1',
      reason: 'The library is replaced next week.',
      expiresAt: hours(48),
    });
    expect(await lacksOf(incident, 'postmortem')).not.toContain('entry:BUG-1');

    await stage.pass(49 * hourMs);

    expect(minutesOf(await incident.lines('waiver-expired'))).toEqual([minuteOf(hours(48))]);
    expect(await lacksOf(incident, 'postmortem')).toContain('entry:BUG-1');
  });
});

describe('the postmortem', () => {
  test('completes by itself when the last gating bug is closed; one that is opened again holds it', async () => {
    const incident = await stableIncident();
    await incident.play(proposedNotice);
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.signal('openBug', bug('BUG-2', { owner: 'ben' }));
    await incident.signal('openBug', bug('DCR-1', { kind: 'improvement', gating: false }));
    await incident.play(report);
    expect(await lacksOf(incident, 'postmortem')).toEqual(['entry:BUG-1', 'entry:BUG-2']);

    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });
    await incident.signal('reopenBug', { ...storageTeam, ref: 'BUG-1', reason: 'not on all hosts' });
    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-2' });
    await incident.untilLine('entry-closed', 2);
    expect(await incident.lines('postmortem-completed')).toEqual([]);
    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });

    await incident.untilLine('postmortem-completed');
    expect(await lacksOf(incident, 'closing')).toContain('entry:DCR-1');
  });

  test('is not completed by a bug that is not planned, nor by a duplicate of one that is open', async () => {
    const incident = await stableIncident();
    await incident.play(proposedNotice);
    for (const ref of ['BUG-1', 'BUG-2', 'BUG-3'])
      await incident.signal('openBug', bug(ref, { owner: 'ben' }));
    await incident.play(report);

    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });
    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-2', resolution: 'not-planned' });
    await incident.signal('closeBug', {
      ...storageTeam,
      ref: 'BUG-3',
      resolution: 'duplicate-of',
      duplicateOf: 'BUG-2',
    });
    await incident.untilLine('entry-closed', 3);
    expect(await lacksOf(incident, 'postmortem')).toEqual(['entry:BUG-2', 'entry:BUG-3']);

    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-2' });
    await incident.untilLine('postmortem-completed');
  });
});

describe('a postmortem that is complete', () => {
  async function completeWithWaiver(): Promise<StagedIncident> {
    const incident = await stableIncident();
    await incident.play(proposedNotice);
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.untilLine('entry-opened');
    await incident.tell('waiveEntry', executive, {
      ref: 'BUG-1',
      reason: 'The library is replaced next week.',
      expiresAt: hours(48),
    });
    await incident.play(report);
    await incident.untilLine('postmortem-completed');
    return incident;
  }

  test('is open again when a waiver it rests on expires, and completes again when the bug is closed', async () => {
    const incident = await completeWithWaiver();
    expect((await incident.gate('postmortem')).isOpen).toBe(true);
    expect((await incident.status()).followUp.phase).toBe('resolved');

    await stage.pass(49 * hourMs);

    expect(await lacksOf(incident, 'postmortem')).toEqual(['entry:BUG-1']);
    expect(await lacksOf(incident, 'closing')).toContain('postmortem');
    expect((await incident.status()).followUp.phase).toBe('postmortem');

    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });
    await incident.untilLine('postmortem-completed', 2);
    expect(await lacksOf(incident, 'postmortem')).toEqual([]);
  });

  test('is open again when the intruder is back', async () => {
    const incident = await completeWithWaiver();

    await incident.tell('reportSignOfBreach', responder, { what: 'A new web shell.', evidence: ['log:1'] });

    expect(await lacksOf(incident, 'postmortem')).toContain('stable');
    expect(await lacksOf(incident, 'closing')).toContain('postmortem');
  });
});

describe('a process failure', () => {
  const failure = { ref: 'P-1', kind: 'process', title: 'Nobody knew whom to call', gating: false } as const;

  test('is kept in the register outside, and again whenever it changes', async () => {
    const incident = await stage.declare();
    await incident.signal('openBug', { ...responder, ...failure });
    await incident.untilLine('process-register-updated');
    expect(incident.world.registered.get('P-1')).toMatchObject({ state: 'open', isSettled: false });

    await incident.tell('assignEntry', responder, { ref: 'P-1', owner: 'ops' });
    await incident.signal('closeBug', { ...responder, ref: 'P-1' });
    await incident.until(() => incident.world.registered.get('P-1')?.state === 'resolved');

    expect(incident.world.registered.get('P-1')).toMatchObject({ owner: 'ops', isSettled: true });
  });

  test('keeps its incident open until the register has taken its end', async () => {
    const incident = await readyToCloseBut({ ...responder, ...failure });
    const register = incident.world.hold('keepProcessRegister');
    await incident.signal('closeBug', { ...responder, ref: 'P-1' });
    await incident.untilLine('entry-closed', 2);

    expect(await lacksOf(incident, 'closing')).toContain('register');
    expect((await incident.status()).phase).toBe('post-incident');

    register();
    expect((await incident.handle.result()).phase).toBe('closed');
    expect(incident.world.registered.get('P-1')).toMatchObject({ state: 'resolved' });
  });

  test('that the register refuses for good is said on the timeline and holds nothing up', async () => {
    const incident = await stage.declare();
    incident.world.refusals.set('keepProcessRegister', 'there is no such table');

    await incident.signal('openBug', { ...responder, ...failure });

    await incident.untilLine('step-failed');
    expect(await lacksOf(incident, 'closing')).not.toContain('register');
  });

  async function readyToCloseBut(entry: Parameters<StagedIncident['signal']>[1]): Promise<StagedIncident> {
    const incident = await stableIncident();
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');
    await incident.decide(noticeGateName, people.legal);
    await incident.until(({ notification }) => notification.phase === 'complete');
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.signal('openBug', entry);
    await incident.play(report);
    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });
    await incident.untilLine('process-register-updated');
    return incident;
  }
});

describe('a running incident is asked', () => {
  test('for its figures', async () => {
    const incident = await stableIncident({
      declaration: {
        anchors: [
          {
            kind: 'occurrence',
            at: '2026-11-20',
            precision: 'day',
            zone: 'America/Los_Angeles',
            basis: 'first forged token',
          },
        ],
      },
    });

    const figures = await incident.handle.query(messages.metrics);

    expect(figures).toMatchObject({ incidentId: incident.incidentId, mode: 'drill', phase: 'post-incident' });
    expect(figures.timeToDetect).toEqual({ atLeastMs: 47.5 * hourMs, atMostMs: 71.5 * hourMs });
    expect(figures.timeToContain).toBeDefined();
  });

  test('for what somebody owes to it', async () => {
    const incident = await stableIncident();

    const owed = await incident.handle.query(messages.todo, people.storageTeam);

    expect(owed.map(({ what }) => what)).toEqual(['storage-team has not signed off']);
  });
});

describe('the tracker', () => {
  const asking = { declaration: { mode: 'live' as const }, policy: { askTrackerEveryHours: 24 } };

  test('gets an issue for a new entry, and closes the entry when its issue is closed', async () => {
    const incident = await stage.declare(asking);
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.untilLine('tracker-asked');
    incident.world.issues.set('BUG-1', 'resolved');

    await stage.pass(25 * hourMs);

    await incident.untilLine('entry-closed');
    expect((await incident.status()).followUp.entriesOpen).toBe(0);
  });

  test('that refuses for good is a step that somebody has tried again', async () => {
    const incident = await stage.declare(asking);
    incident.world.refusals.set('askTracker', 'the tracker answered 401');
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    const [failed] = await incident.untilLine('step-failed');
    incident.world.refusals.delete('askTracker');

    const step = /tracker\/[0-9a-f]+/.exec(failed?.text ?? '')?.[0] ?? '';
    await incident.tell('retryStep', responder, { step, reason: 'the token is new' });

    await incident.untilLine('tracker-asked');
    expect(incident.world.issues.get('BUG-1')).toBe('open');
  });
});

describe('an incident', () => {
  test('closes when tenants are told, the postmortem is complete and the last entry is settled', async () => {
    const incident = await stableIncident();
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');
    await incident.decide(noticeGateName, people.legal);
    await incident.until(({ notification }) => notification.phase === 'complete');
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.play(report);
    expect(await incident.status()).toMatchObject({ phase: 'post-incident', followUp: { entriesOpen: 1 } });

    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });

    const outcome = await incident.handle.result();
    expect(outcome).toMatchObject({
      incidentId: incident.incidentId,
      phase: 'closed',
      waitingFor: 'nobody',
      response: { phase: 'stable', round: 1 },
      notification: { phase: 'complete', tenants: 3 },
      followUp: { phase: 'resolved', entriesOpen: 0 },
      deliveries: totalsOf({ accepted: 3 }),
    });
    expect(await incident.status()).toEqual(outcome);
    const last = (await incident.timeline()).slice(-2);
    expect(last.map(({ type }) => type)).toEqual(['postmortem-completed', 'incident-closed']);
  });

  test('that is closed takes no message any more, and still answers what it was', async () => {
    const incident = await closedIncident();

    await expect(incident.signal('openBug', bug('BUG-9'))).rejects.toThrow(WorkflowNotFoundError);
    expect((await incident.status()).phase).toBe('closed');
  });

  test('stays open while nobody has said whether customers must be told', async () => {
    const incident = await stableIncident();
    await incident.tell('declareTriageDone', responder, {
      nothingToFix: 'The key was revoked by its owner.',
    });

    await stage.pass(100 * 24 * hourMs);

    expect(await lacksOf(incident, 'closing')).toContain('determination');
    expect((await incident.status()).phase).toBe('post-incident');
  });

  async function closedIncident(): Promise<StagedIncident> {
    const incident = await stableIncident();
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');
    await incident.decide(noticeGateName, people.legal);
    await incident.signal('openBug', bug('BUG-1', { owner: 'ben' }));
    await incident.play(report);
    await incident.signal('closeBug', { ...storageTeam, ref: 'BUG-1' });
    await incident.handle.result();
    return incident;
  }
});
