import { dueAlarms } from '../../src/domain/alarms';
import { latestSafeStart } from '../../src/domain/latest-safe-start';
import type { ObligationGroup } from '../../src/domain/obligations';
import { currentDetailsOf, statusOf } from '../../src/domain/operator-view';
import {
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  people,
  play,
  proposedNotice,
  runTracks,
  step,
  type MemoryIncident,
} from '../support/incidents';

const hourMs = 3_600_000;

function incidentWith(groups: readonly ObligationGroup[], policy = {}): MemoryIncident {
  const incident = incidentInMemory({ policy, answers: { groups } });
  play(incident, proposedNotice);
  return incident;
}

const safeStartAlarms = (incident: MemoryIncident, at = hours(999)) =>
  dueAlarms(incident.state, at).filter(({ event }) => event.type === 'latest-safe-start-reached');

describe('the latest safe start', () => {
  test('is the earliest due instant less the retries of the relay and the further contacts', () => {
    const later = obligationGroup({ ruleId: 'uk-gdpr-33-2', dueAt: hours(96) });
    const incident = incidentWith([later, obligationGroup()], {
      relayRetryWindowMinutes: 90,
      fallbackLadderMinutes: 30,
    });
    expect(statusOf(incident.state).latestSafeStart).toEqual({
      at: hours(70),
      dueAt: hours(72),
      basis: 'rule',
    });
    expect(currentDetailsOf(incident.state, incident.now())).toContain(`Latest safe start: ${hours(70)}`);
  });

  test('of a duty without a number in the law follows the policy, and says so', () => {
    const { dueAt: _, ...undated } = obligationGroup({ clock: 'undated', softDueAt: hours(24) });
    expect(latestSafeStart(incidentWith([undated]).state)).toMatchObject({ at: hours(21), basis: 'policy' });
  });

  test('is not that of filings, nor of what the tenants owe themselves', () => {
    const filing = obligationGroup({ ruleId: 'de-bsig-32', duty: 'provider-own' });
    const own = obligationGroup({ ruleId: 'eu-nis2-23', duty: 'tenant-own' });
    expect(latestSafeStart(incidentWith([filing, own]).state)).toBeUndefined();
  });

  test('is over when a notice has begun to leave, and when nobody has to be told', () => {
    const begun = incidentWith([obligationGroup()]);
    begun.decide(noticeGateName, people.legal);
    runTracks(begun);
    expect(latestSafeStart(begun.state)).toBeUndefined();

    const nobody = incidentWith([obligationGroup()]);
    play(nobody, [step('determine', people.legal, { customerReportable: 'no', basis: 'test data' })]);
    expect(latestSafeStart(nobody.state)).toBeUndefined();
  });

  test('rings once for a due instant, and again for another one', () => {
    const incident = incidentWith([obligationGroup()]);
    expect(safeStartAlarms(incident)).toMatchObject([{ at: hours(69), event: { dueAt: hours(72) } }]);
    incident.pass(69 * hourMs);
    runTracks(incident);
    expect(incident.events).toContainEqual(
      expect.objectContaining({ type: 'latest-safe-start-reached', dueAt: hours(72) }),
    );
    expect(safeStartAlarms(incident)).toEqual([]);

    incident.answers.groups = [obligationGroup({ dueAt: hours(80) })];
    incident.send('recordFact', people.legal, { name: 'aware', value: 'later' });
    runTracks(incident);
    expect(safeStartAlarms(incident)).toMatchObject([{ at: hours(77) }]);
  });

  test('does not ring when a notice leaves in time', () => {
    const incident = incidentWith([obligationGroup()]);
    incident.decide(noticeGateName, people.legal);
    runTracks(incident);
    expect(safeStartAlarms(incident)).toEqual([]);
  });
});
