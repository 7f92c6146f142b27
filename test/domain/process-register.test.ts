import { findGate } from '../../src/domain/gates';
import { pendingRegistration } from '../../src/domain/process-register';
import { hours, incidentInMemory, people, runTracks, type MemoryIncident } from '../support/incidents';

const { responder, executive } = people;

function withProcessFailure(): MemoryIncident {
  const incident = incidentInMemory();
  incident.send('openEntry', responder, {
    ref: 'P-1',
    kind: 'process',
    title: 'Nobody knew whom to call',
    priority: 'P2',
    gating: false,
  });
  return incident;
}
const failureIn = ({ state }: MemoryIncident) => pendingRegistration(state)?.failures[0];

test('bugs, changes and improvements are none of the register', () => {
  const incident = incidentInMemory();
  for (const kind of ['bug', 'change-request', 'improvement'] as const)
    incident.send('openEntry', responder, { ref: kind, kind, title: 'mend it' });
  expect(pendingRegistration(incident.state)).toBeUndefined();
});

test('a process failure is to be registered as it stands', () => {
  expect(failureIn(withProcessFailure())).toEqual({
    ref: 'P-1',
    title: 'Nobody knew whom to call',
    priority: 'P2',
    openedAt: hours(0),
    state: 'open',
    isSettled: false,
  });
});

test('what is registered is not registered again before it changes', () => {
  const incident = withProcessFailure();
  runTracks(incident);
  expect(pendingRegistration(incident.state)).toBeUndefined();

  incident.send('assignEntry', responder, { ref: 'P-1', owner: 'ops' });

  expect(failureIn(incident)).toMatchObject({ owner: 'ops' });
});

test('a waiver is registered with its end, and its running out is registered too', () => {
  const incident = withProcessFailure();
  incident.send('waiveEntry', executive, { ref: 'P-1', reason: 'next year', expiresAt: hours(48) });
  expect(failureIn(incident)).toMatchObject({ state: 'waived', waivedUntil: hours(48), isSettled: true });
  runTracks(incident);

  incident.record({ type: 'waiver-expired', ref: 'P-1' });

  expect(failureIn(incident)).toMatchObject({ state: 'open', isSettled: false });
});

test('a duplicate is registered anew when what it points to is resolved', () => {
  const incident = withProcessFailure();
  incident.send('openEntry', responder, { ref: 'BUG-1', title: 'no alarm' });
  incident.send('closeEntry', responder, { ref: 'P-1', resolution: 'duplicate-of', duplicateOf: 'BUG-1' });
  runTracks(incident);

  incident.send('closeEntry', responder, { ref: 'BUG-1' });

  expect(failureIn(incident)).toMatchObject({ state: 'duplicate-of', isSettled: true });
});

test('the incident does not close before the register knows', () => {
  const incident = withProcessFailure();
  const codes = () => findGate(incident.state, 'closing', incident.now())?.lacks.map(({ code }) => code);
  expect(codes()).toContain('register');
  runTracks(incident);
  expect(codes()).not.toContain('register');
});

test('what the register refuses for good holds nothing up, until it changes', () => {
  const incident = withProcessFailure();
  const step = pendingRegistration(incident.state)?.key ?? '';
  incident.record({ type: 'step-failed', step, problem: 'no such table' });
  expect(pendingRegistration(incident.state)).toBeUndefined();

  incident.send('closeEntry', responder, { ref: 'P-1' });

  expect(failureIn(incident)).toMatchObject({ state: 'resolved', isSettled: true });
});
