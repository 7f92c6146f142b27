import { gatesOf } from '../../src/domain/gates';
import { todoOf, type Principal } from '../../src/domain/todo';
import {
  containment,
  declaredAt,
  detectedAt,
  eradication,
  eradicationPlan,
  hours,
  incidentInMemory,
  noticeGateName,
  obligationGroup,
  people,
  play,
  played,
  proposedNotice,
  recovery,
  report,
  resolution,
  entries,
  notices,
  watch,
  type MemoryIncident,
} from '../support/incidents';
import { addMs } from '../../src/domain/instant';
import type { Policy } from '../../src/contract/policy';

const { responder, storageTeam, identityTeam, executive, secondExecutive, communications, legal } = people;
const itemsOf = (incident: MemoryIncident, who: Principal) => todoOf(incident.state, who, incident.now());
const whatOf = (incident: MemoryIncident, who: Principal) => itemsOf(incident, who).map(({ what }) => what);
const ofKind = (incident: MemoryIncident, who: Principal, kind: string) =>
  itemsOf(incident, who).filter((item) => item.kind === kind);

describe('a decision', () => {
  const beforeApproval = eradication.slice(0, 6);

  test('is owed by whoever may give it, with the command', () => {
    const incident = played(containment, beforeApproval);
    expect(ofKind(incident, executive, 'decision')).toEqual([
      {
        kind: 'decision',
        what: expect.stringContaining('decide on eradication: version 1 is not approved') as string,
        how: 'firebreak approve or reject inc-1 --gate eradication',
      },
    ]);
  });

  test('is not owed by those who may not', () => {
    const incident = played(containment, beforeApproval);
    for (const who of [responder, storageTeam, communications, legal])
      expect(ofKind(incident, who, 'decision')).toEqual([]);
  });

  test('is not owed while there is nothing to decide on', () => {
    const incident = played(containment);
    incident.send('proposePlan', responder, { ...eradicationPlan, restsOn: [] });
    expect(ofKind(incident, executive, 'decision')).toEqual([]);
  });

  test('on a notice is not owed by its author, and is due with the notice', () => {
    const incident = incidentInMemory({ answers: { groups: [obligationGroup()] } });
    play(incident, proposedNotice);
    expect(ofKind(incident, legal, 'decision')).toMatchObject([{ dueAt: hours(72) }]);
    expect(ofKind(incident, { ...legal, by: communications.by }, 'decision')).toEqual([]);
  });

  test('of two that are needed is not owed by who has given theirs', () => {
    const incident = incidentInMemory({ policy: { approvalsNeeded: { eradication: 1, notice: 2 } } });
    play(incident, proposedNotice, [
      (each) => {
        each.decide(noticeGateName, executive);
      },
    ]);
    expect(ofKind(incident, executive, 'decision')).toEqual([]);
    expect(ofKind(incident, secondExecutive, 'decision')).toHaveLength(1);
  });
});

describe('a language that tenants read and a notice is not written in', () => {
  const unreadLanguages = [{ language: 'ja', tenants: 24 }];
  const itemsWith = (policy: Partial<Policy>, noticeLacks: readonly string[], who: Principal) => {
    const answers = { groups: [obligationGroup()], unreadLanguages, noticeLacks };
    const incident = incidentInMemory({ policy, answers });
    play(incident, proposedNotice);
    return itemsOf(incident, who).filter(({ what }) => what.includes('ja'));
  };

  test('is a task before it is sent, due with the notice, also where the policy lets it leave', () => {
    const task = { what: 'write notice first-1 in ja as well: 24 tenants read it', how: 'proposeNotice' };
    const policy = { missingTranslation: 'fallback' } as const;
    expect(itemsWith(policy, [], communications)).toEqual([
      { kind: 'translation', ...task, dueAt: hours(72) },
    ]);
    expect(itemsWith(policy, [], executive)).toEqual([]);
  });

  test('is a task of the gate where the policy blocks it, and told once', () => {
    const what = '24 tenants read ja, and the notice is not written in it';
    expect(itemsWith({}, ['translation:ja'], communications)).toMatchObject([{ kind: 'gate', what }]);
  });
});

test('a review is owed by the executive, until its own time', () => {
  const incident = incidentInMemory();
  incident.send('recordEmergencyAction', responder, { what: 'pulled the plug', why: 'it burned' });
  expect(ofKind(incident, executive, 'review')).toEqual([
    { kind: 'review', what: 'review emergency action E1', how: 'reviewEmergencyAction', dueAt: hours(24) },
  ]);
  expect(ofKind(incident, responder, 'review')).toEqual([]);
});

test('a filing is owed by communications and legal, what is due first first', () => {
  const duty = (ruleId: string, due: number) =>
    obligationGroup({ ruleId, duty: 'provider-own', recipient: 'BSI', dueAt: hours(due) });
  const incident = incidentInMemory({ answers: { groups: [duty('later', 72), duty('sooner', 24)] } });
  play(incident, proposedNotice);
  for (const who of [communications, legal])
    expect(ofKind(incident, who, 'filing').map(({ what, dueAt }) => [what, dueAt])).toEqual([
      ['file sooner (notice) with BSI', hours(24)],
      ['file later (notice) with BSI', hours(72)],
    ]);
  expect(ofKind(incident, responder, 'filing')).toEqual([]);
});

describe('a task', () => {
  const planOnly = containment.slice(0, 2);

  test('of containment is owed by the team of its service, by the time of the alarm', () => {
    const incident = played(planOnly);
    expect(ofKind(incident, storageTeam, 'task')).toEqual([
      {
        kind: 'task',
        what: 'storage, containment: revoke the key',
        how: 'completeTask',
        dueAt: addMs(detectedAt, 480 * 60_000),
      },
    ]);
    expect(ofKind(incident, responder, 'task')).toEqual([]);
  });

  test('is owed no more when it is done', () => {
    expect(ofKind(played(containment), storageTeam, 'task')).toEqual([]);
  });

  test('of eradication is owed when its plan has passed, not before', () => {
    const before = played(containment, eradication.slice(0, 6));
    const after = played(containment, eradication.slice(0, 7));
    expect(ofKind(before, identityTeam, 'task')).toEqual([]);
    expect(ofKind(after, identityTeam, 'task').map(({ what }) => what)).toEqual([
      'identity, eradication: rebuild the hosts',
    ]);
  });
});

describe('an entry', () => {
  const withBug = (owner?: string) => {
    const incident = incidentInMemory();
    incident.send('openEntry', responder, {
      ref: 'BUG-1',
      title: 'no alarm',
      ...(owner !== undefined && { owner }),
    });
    return incident;
  };

  test('is owed by its owner, a person or a team', () => {
    expect(whatOf(withBug('storage-ben'), storageTeam)).toContain('resolve bug BUG-1, no alarm');
    expect(whatOf(withBug('storage-team'), storageTeam)).toContain('resolve bug BUG-1, no alarm');
    expect(ofKind(withBug('cleo'), storageTeam, 'entry')).toEqual([]);
  });

  test('without owner is owed an owner, by the SRT, within its grace time', () => {
    expect(ofKind(withBug(), responder, 'owner')).toEqual([
      { kind: 'owner', what: 'name an owner of bug BUG-1, no alarm', how: 'assignEntry', dueAt: hours(24) },
    ]);
    expect(ofKind(withBug('ben'), responder, 'owner')).toEqual([]);
  });

  test('that was escalated is before the executive', () => {
    const incident = withBug('ben');
    expect(ofKind(incident, executive, 'escalation')).toEqual([]);
    incident.record({ type: 'entries-escalated', refs: ['BUG-1'], leadsOf: ['ben'] });
    expect(ofKind(incident, executive, 'escalation')).toMatchObject([
      { what: `bug BUG-1, no alarm, escalated ${declaredAt}` },
    ]);
  });

  test('that is resolved is owed by nobody', () => {
    const incident = withBug('storage-ben');
    incident.send('closeEntry', storageTeam, { ref: 'BUG-1' });
    expect(ofKind(incident, storageTeam, 'entry')).toEqual([]);
  });
});

describe('what a gate lacks', () => {
  test('is owed by those whom its words name', () => {
    const incident = incidentInMemory();
    const nobodyHasDetermined = 'nobody has determined that customers must be told';
    for (const who of [responder, executive, communications, legal])
      expect(whatOf(incident, who)).toContain(nobodyHasDetermined);
    expect(whatOf(incident, storageTeam)).not.toContain(nobodyHasDetermined);
    expect(whatOf(incident, storageTeam)).toContain('no eradication plan is proposed in this round');
  });

  test('is not owed before its time has come', () => {
    expect(whatOf(played(containment), responder).join()).not.toContain('postmortem');
    expect(whatOf(played(containment, eradication, recovery, watch), responder)).toContain(
      'the sequence of events that led to the incident is missing',
    );
  });

  test('names the message with which it is supplied', () => {
    const incident = played(containment, eradication);
    expect(itemsOf(incident, responder)).toContainEqual({
      kind: 'gate',
      what: 'nobody has confirmed that the intruder is out and every known path is closed',
      how: 'confirmRecovery',
    });
  });

  test('is owed by the one team whose service it is', () => {
    const incident = played(containment, eradication, recovery.slice(0, 1));
    expect(whatOf(incident, storageTeam)).toContain('storage is not restored');
    expect(whatOf(incident, identityTeam)).not.toContain('storage is not restored');
    expect(whatOf(incident, identityTeam)).toContain('identity is not restored');
  });

  test('a signature of a team is owed by that team', () => {
    const incident = played(containment, eradication, recovery, watch);
    expect(whatOf(incident, storageTeam)).toContain('storage-team has not signed off');
    expect(whatOf(incident, storageTeam)).not.toContain('security-response has not signed off');
  });

  test('is said once, though two gates lack it', () => {
    const incident = played(containment, eradication, recovery, watch);
    const triage = whatOf(incident, responder).filter((what) => what.startsWith('triage'));
    expect(triage).toHaveLength(1);
  });
});

test('whatever a gate of the present lacks is owed by somebody, all through the story', () => {
  const incident = incidentInMemory();
  const everyone: readonly Principal[] = Object.values(people);
  for (const stage of [entries, containment, eradication, recovery, watch, notices, report, resolution])
    for (const step of stage) {
      play(incident, [step]);
      const isSomebodysMove = gatesOf(incident.state, incident.now()).some(({ lacks }) =>
        lacks.some(({ who }) => !who.startsWith('nobody') && !who.includes('delivery workers')),
      );
      if (isSomebodysMove) expect(everyone.flatMap((who) => whatOf(incident, who))).not.toEqual([]);
    }
});

test('nobody owes anything to an incident that is closed', () => {
  const incident = incidentInMemory();
  incident.record({ type: 'incident-closed' });
  expect(itemsOf(incident, responder)).toEqual([]);
});
