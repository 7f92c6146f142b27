// When the engineers' tracker is asked about the entries of an incident, and what its answer changes (S56).
import { changesByTracker, isDue, nextTrackerVisit } from '../../src/domain/tracker';
import type { TrackedIssue } from '../../src/domain/follow-up';
import { hours, incidentInMemory, people, type MemoryIncident } from '../support/incidents';

const { responder, storageTeam, executive } = people;

function withBug(setting: Parameters<typeof incidentInMemory>[0] = {}): MemoryIncident {
  const incident = incidentInMemory({ policy: { askTrackerEveryHours: 24 }, ...setting });
  incident.send('openEntry', responder, { ref: 'BUG-1', title: 'mend it', priority: 'P1' });
  return incident;
}

const visitOf = ({ state }: MemoryIncident) => nextTrackerVisit(state);

function answered(incident: MemoryIncident, state: TrackedIssue['state']): void {
  const issues = [{ ref: 'BUG-1', link: 'https://tracker.example/1', state }];
  const changes = changesByTracker(incident.state.followUp, { issues });
  incident.record({ type: 'tracker-asked', issues });
  for (const change of changes) incident.record(change);
}

const bugOf = ({ state }: MemoryIncident) => state.followUp.entries[0];

describe('a visit to the tracker', () => {
  test('is due at once for an entry that has no issue, and brings its priority', () => {
    const incident = withBug();

    expect(visitOf(incident)).toMatchObject({ at: hours(0), items: [{ ref: 'BUG-1', priority: 'P1' }] });
  });

  test('never comes where the policy names no tracker, nor in a drill, nor without entries', () => {
    const drill = { declaration: { mode: 'drill' as const } };

    expect(visitOf(withBug({ policy: {} }))).toBeUndefined();
    expect(visitOf(withBug(drill))).toBeUndefined();
    expect(visitOf(incidentInMemory({ policy: { askTrackerEveryHours: 24 } }))).toBeUndefined();
  });

  test('comes again after the hours of the policy while something is open', () => {
    const incident = withBug();
    answered(incident, 'open');

    const next = visitOf(incident);

    expect(next?.at).toBe(hours(24));
    expect(next && isDue(next, hours(23))).toBe(false);
    expect(next && isDue(next, hours(24))).toBe(true);
  });

  test('comes no more when everything is settled', () => {
    const incident = withBug();
    answered(incident, 'resolved');

    expect(visitOf(incident)).toBeUndefined();
  });

  test('that was refused for good waits until somebody has the step tried again', () => {
    const incident = withBug();
    const step = visitOf(incident)?.key ?? '';
    incident.record({ type: 'step-failed', step, problem: 'the tracker answered 401' });
    expect(visitOf(incident)).toBeUndefined();

    incident.record({ type: 'step-retried', step, reason: 'the token is new' });

    expect(visitOf(incident)?.key).toBe(step);
  });
});

describe('the word of the tracker', () => {
  test('gives the entry the link of its issue', () => {
    const incident = withBug();
    answered(incident, 'open');

    expect(bugOf(incident)?.issue).toEqual({ link: 'https://tracker.example/1', state: 'open' });
  });

  test.each(['resolved', 'not-planned'] as const)('that an issue is %s closes the entry so', (state) => {
    const incident = withBug();
    answered(incident, 'open');
    answered(incident, state);

    expect(bugOf(incident)?.state.kind).toBe(state);
  });

  test('that an issue is open again opens the entry again', () => {
    const incident = withBug();
    answered(incident, 'resolved');
    answered(incident, 'open');

    expect(bugOf(incident)?.state.kind).toBe('open');
  });

  test('that has not changed takes nothing back of what a signal said sooner', () => {
    const incident = withBug();
    answered(incident, 'open');
    incident.send('closeEntry', storageTeam, { ref: 'BUG-1' });
    answered(incident, 'open');

    expect(bugOf(incident)?.state.kind).toBe('resolved');
  });

  test('leaves a waiver as it is', () => {
    const incident = withBug();
    answered(incident, 'open');
    incident.send('waiveEntry', executive, { ref: 'BUG-1', reason: 'next year', expiresAt: hours(48) });
    answered(incident, 'resolved');

    expect(bugOf(incident)?.state.kind).toBe('waived');
  });
});
