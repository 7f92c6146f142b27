import type { Recommendation } from '../../src/contract/messages';
import {
  closingGate,
  eradicationGate,
  findGate,
  gatesOf,
  noticeGateOf,
  postmortemGate,
  recoveryGate,
  stableGate,
  type Gate,
  type Lack,
} from '../../src/domain/gates';
import type { Incident } from '../../src/domain/incident';
import { sampleEvents } from '../support/arbitraries';
import {
  blankIncident,
  containment,
  determination,
  entries,
  eradication,
  eradicationPlan,
  hours,
  incidentInMemory,
  mailRelay,
  noticeGateName,
  notices,
  obligationGroup,
  people,
  play,
  played,
  proposedNotice,
  recovery,
  refusalOf,
  report,
  resolution,
  runTracks,
  step,
  storage,
  watch,
  wholeStory,
  type Content,
  type Setting,
  type Step,
} from '../support/incidents';

const now = hours(1);
const evidence = ['log:4711'];
const codes = (gate: Gate) => gate.lacks.map(({ code }) => code);
const inSetting = (setting: Setting, ...stages: (readonly Step[])[]): Incident => {
  const incident = incidentInMemory(setting);
  play(incident, ...stages);
  return incident.state;
};
const onlyLack = (gate: Gate, code: string): Lack | undefined =>
  gate.lacks.find((lack) => lack.code === code);

test('a gate is open exactly when it lacks nothing, and every incident has the same five', () => {
  const gates = gatesOf(blankIncident(), now);
  expect(gates.map(({ gate }) => gate)).toEqual([
    'eradication',
    'recovery',
    'stable',
    'postmortem',
    'closing',
  ]);
  for (const gate of gates) expect(gate.isOpen).toBe(gate.lacks.length === 0);
});

test('each notice has a gate of its own, found by its name', () => {
  const { state } = played(proposedNotice);
  expect(findGate(state, noticeGateName, now)?.gate).toBe('notice:first-1');
  expect(findGate(state, 'notice:other', now)).toBeUndefined();
});

describe('the eradication gate', () => {
  const propose = (changes: Partial<Content<'proposePlan'>>): readonly Step[] => [
    ...containment,
    step('proposePlan', people.responder, { ...eradicationPlan, ...changes }),
  ];
  const withoutRecommendation = (): Content<'proposePlan'> & { recommendation?: Recommendation } => {
    const { recommendation: _, ...rest } = eradicationPlan;
    return rest;
  };
  const agreed = eradication.slice(2, 6);

  test('without a plan it lacks the plan and there is nothing to decide on', () => {
    const gate = eradicationGate(blankIncident());
    expect(gate.objectHash).toBeUndefined();
    expect(gate.lacks).toEqual([
      {
        code: 'plan',
        sentence: 'no eradication plan is proposed in this round',
        who: 'security-response or a service team (proposePlan)',
      },
    ]);
  });

  test.each<[string, readonly Step[], Lack]>([
    [
      'an analysis',
      propose({ restsOn: [] }),
      {
        code: 'analysis',
        sentence: 'the plan names no analysis it rests on',
        who: 'whoever proposes the next version (proposePlan)',
      },
    ],
    [
      'the four factors',
      [...containment, step('proposePlan', people.responder, withoutRecommendation())],
      {
        code: 'recommendation',
        sentence: 'the recommendation with its four factors is missing',
        who: 'whoever proposes the next version (proposePlan)',
      },
    ],
    [
      'the business impact',
      propose({ options: [] }),
      {
        code: 'business-impact',
        sentence: 'no option with its business impact is stated',
        who: 'whoever proposes the next version (proposePlan)',
      },
    ],
    [
      'the agreement of the SRT',
      propose({}),
      {
        code: 'agreement:security-response',
        sentence: 'security-response has neither agreed to nor declined version 1',
        who: 'security-response (agree)',
      },
    ],
    [
      'the agreement of a service',
      propose({}),
      {
        code: 'agreement:storage',
        sentence: 'storage has neither agreed to nor declined version 1',
        who: 'the team of storage (agree)',
      },
    ],
    [
      'the approval',
      propose({}),
      {
        code: 'approval',
        sentence: 'version 1 is not approved',
        who: 'an executive-incident-manager who did not propose it (approve)',
      },
    ],
    [
      'a new version after a rejection',
      [
        ...propose({}),
        (incident) => {
          incident.decide('eradication', people.executive, 'reject', 'too risky');
        },
      ],
      {
        code: 'plan',
        sentence: 'version 1 was rejected; a new version is needed',
        who: 'security-response or a service team (proposePlan)',
      },
    ],
  ])('says that it lacks %s', (_, steps, lack) => {
    const gate = eradicationGate(played(steps).state);
    expect(gate.isOpen).toBe(false);
    expect(onlyLack(gate, lack.code)).toEqual(lack);
  });

  test('nobody can decide before analysis, factors and business impact are there', () => {
    expect(eradicationGate(played(propose({ options: [] })).state).objectHash).toBeUndefined();
    const { state } = played(propose({}));
    expect(eradicationGate(state).objectHash).toBe(state.response.plans.at(-1)?.hash);
  });

  test('after a rejection there is nothing to decide on', () => {
    const incident = played(propose({}));
    incident.decide('eradication', people.executive, 'reject');
    expect(eradicationGate(incident.state)).toMatchObject({ isOpen: false, lacks: [{ code: 'plan' }] });
    expect(eradicationGate(incident.state).objectHash).toBeUndefined();
  });

  test('lacks the approval alone once everyone has agreed, and opens with it', () => {
    const incident = played(containment, agreed);
    expect(codes(eradicationGate(incident.state))).toEqual(['approval']);
    incident.decide('eradication', people.executive);
    expect(eradicationGate(incident.state)).toMatchObject({ isOpen: true, lacks: [] });
  });

  test('a new version voids agreements and approval', () => {
    const incident = played(containment, eradication.slice(0, 7));
    incident.send('proposePlan', people.responder, eradicationPlan);
    expect(codes(eradicationGate(incident.state))).toEqual([
      'agreement:security-response',
      'agreement:storage',
      'agreement:identity',
      'approval',
    ]);
    expect(eradicationGate(incident.state).generation).toBe(2);
  });

  test('a new round voids the plan, under a higher generation', () => {
    const incident = played(containment, eradication.slice(0, 7));
    const { generation } = eradicationGate(incident.state);
    incident.send('reportSignOfBreach', people.forensics, { what: 'a new web shell' });
    expect(codes(eradicationGate(incident.state))).toEqual(['plan']);
    expect(eradicationGate(incident.state).generation).toBeGreaterThan(generation);
  });

  test('two executives are needed where the policy says so, and one of them twice is not enough', () => {
    const incident = incidentInMemory({ policy: { approvalsNeeded: { eradication: 2, notice: 1 } } });
    play(incident, containment, agreed);
    incident.decide('eradication', people.executive);
    incident.decide('eradication', people.executive);
    expect(codes(eradicationGate(incident.state))).toEqual(['approval']);
    incident.decide('eradication', people.secondExecutive);
    expect(eradicationGate(incident.state).isOpen).toBe(true);
  });

  const atMostLow = { condition: 'severity-at-most', severity: 'low' } as const;
  const lowSeverity: Setting = {
    declaration: { severity: 'low' },
    policy: { approvalNotNecessaryWhen: [atMostLow] },
  };

  test('a policy may waive the approval for low severity', () => {
    expect(eradicationGate(inSetting(lowSeverity, containment, agreed)).isOpen).toBe(true);
  });

  test('not for any other severity', () => {
    const moderate: Setting = { policy: { approvalNotNecessaryWhen: [atMostLow] } };
    expect(codes(eradicationGate(inSetting(moderate, containment, agreed)))).toEqual(['approval']);
  });

  test('a service that declines goes to the executive, whatever the policy says', () => {
    const declined = step('agree', people.identityTeam, {
      kind: 'eradication',
      version: 1,
      verdict: 'decline',
      service: 'identity',
      reason: 'the quarter ends',
    });
    const state = inSetting(lowSeverity, containment, agreed, [declined]);
    expect(codes(eradicationGate(state))).toEqual(['approval']);
  });

  test('a service that is owned outside is no party to the agreement', () => {
    const tasks = [storage, mailRelay].map(({ service }) => ({
      service,
      what: 'rebuild the hosts',
      track: 'eradication' as const,
      supporter: people.responder.by,
    }));
    const setting = { declaration: { services: [storage, mailRelay] } };
    const state = inSetting(setting, [
      step('recordAnalysis', people.responder, { text: 'forged tokens' }),
      step('proposePlan', people.responder, { ...eradicationPlan, tasks }),
    ]);
    expect(codes(eradicationGate(state))).toEqual([
      'agreement:security-response',
      'agreement:storage',
      'approval',
    ]);
  });
});

describe('the recovery gate', () => {
  const ready = [...containment, ...eradication];
  const vulnerability = (content: Partial<Content<'recordVulnerability'>>) =>
    step('recordVulnerability', people.executive, {
      vulnerability: 'old-library',
      state: 'known',
      ...content,
    });

  test.each<[string, readonly Step[], Lack]>([
    [
      'open tasks of a service',
      [...containment, ...eradication.slice(0, 7)],
      {
        code: 'task:storage',
        sentence: 'eradication tasks of storage are open',
        who: 'the team of storage (completeTask)',
      },
    ],
    [
      'tasks of a service that has none',
      [],
      {
        code: 'task:identity',
        sentence: 'identity has no eradication tasks and is not marked unaffected',
        who: 'the team of identity (completeTask)',
      },
    ],
    [
      'the eviction of a foothold',
      [step('recordEviction', people.responder, { foothold: 'web-shell', state: 'known' })],
      {
        code: 'foothold:web-shell',
        sentence: 'foothold web-shell has no eviction claim',
        who: 'security-response or the service team (recordEviction)',
      },
    ],
    [
      'confidence in an eviction',
      [
        step('recordEviction', people.responder, {
          foothold: 'web-shell',
          state: 'evicted',
          confidence: 'low',
          evidence,
        }),
      ],
      {
        code: 'foothold:web-shell',
        sentence: 'foothold web-shell is claimed to be evicted with low confidence only',
        who: 'security-response or the service team (recordEviction)',
      },
    ],
    [
      'the mitigation of a vulnerability',
      [vulnerability({})],
      {
        code: 'vulnerability:old-library',
        sentence: 'vulnerability old-library is known and not mitigated',
        who: 'the service team (mitigated) or the executive-incident-manager (accepted)',
      },
    ],
    [
      'an acceptance that has expired',
      [vulnerability({ state: 'accepted', reason: 'retired soon', expiresAt: hours(0.5) })],
      {
        code: 'vulnerability:old-library',
        sentence: 'vulnerability old-library was accepted, but that has expired',
        who: 'the service team (mitigated) or the executive-incident-manager (accepted)',
      },
    ],
    [
      'the root cause',
      [],
      {
        code: 'root-cause',
        sentence: 'the root cause is not stated, neither removed nor not proven',
        who: 'security-response (stateRootCause)',
      },
    ],
    [
      'the confirmation',
      ready,
      {
        code: 'confirmation',
        sentence: 'nobody has confirmed that the intruder is out and every known path is closed',
        who: 'security-response (confirmRecovery)',
      },
    ],
  ])('says that it lacks %s', (_, steps, lack) => {
    expect(onlyLack(recoveryGate(played(steps).state, now), lack.code)).toEqual(lack);
  });

  test('says that it lacks the statement of an outside owner, and takes it', () => {
    const incident = incidentInMemory({ declaration: { services: [storage, mailRelay] } });
    const lack = {
      code: 'outside:mail-relay',
      sentence: 'Relay Ltd, who owns mail-relay, has not been heard',
      who: 'whoever speaks with them (recordOutsideStatement)',
    };
    expect(onlyLack(recoveryGate(incident.state, now), lack.code)).toEqual(lack);
    incident.send('recordOutsideStatement', people.responder, {
      service: 'mail-relay',
      statement: 'all hosts were rebuilt',
    });
    expect(codes(recoveryGate(incident.state, now))).not.toContain(lack.code);
  });

  test('lacks the confirmation alone when all is done, and opens with it', () => {
    const incident = played(ready);
    expect(codes(recoveryGate(incident.state, now))).toEqual(['confirmation']);
    incident.send('confirmRecovery', people.responder, { reason: 'the intruder is out' });
    expect(recoveryGate(incident.state, now).isOpen).toBe(true);
  });

  test.each<[string, Step]>([
    ['a mitigated vulnerability', vulnerability({ state: 'mitigated', evidence })],
    ['one that is recorded as unknown', vulnerability({ state: 'unknown' })],
    [
      'one that is accepted for the time being',
      vulnerability({ state: 'accepted', reason: 'retired soon', expiresAt: hours(99) }),
    ],
  ])('does not wait for %s', (_, record) => {
    expect(codes(recoveryGate(played(ready, [record]).state, now))).toEqual(['confirmation']);
  });

  test('does not wait for a service that is unaffected, or contained without anything to eradicate', () => {
    const unaffected = step('markUnaffected', people.identityTeam, { service: 'identity', reason: 'clean' });
    expect(codes(recoveryGate(played(containment, [unaffected]).state, now))).toEqual([
      'root-cause',
      'confirmation',
    ]);
  });

  test('a vulnerability that was known does not become harmless by being called unknown', () => {
    const incident = played(ready, [vulnerability({})]);
    refusalOf(incident, 'recordVulnerability', people.storageTeam, {
      vulnerability: 'old-library',
      state: 'unknown',
    });
    expect(codes(recoveryGate(incident.state, now))).toContain('vulnerability:old-library');
  });

  test('after a sign of breach the outside owner has to be heard again', () => {
    const incident = incidentInMemory({ declaration: { services: [storage, mailRelay] } });
    incident.send('recordOutsideStatement', people.responder, {
      service: 'mail-relay',
      statement: 'all hosts were rebuilt',
    });
    incident.send('reportSignOfBreach', people.responder, { what: 'mail leaves again' });
    expect(codes(recoveryGate(incident.state, now))).toContain('outside:mail-relay');
  });
});

describe('the stable gate', () => {
  const recovered = [...containment, ...eradication, ...recovery];

  test.each<[string, readonly Step[], readonly Lack[]]>([
    [
      'every service that is not restored',
      [],
      [
        {
          code: 'restored:storage',
          sentence: 'storage is not restored',
          who: 'the team of storage (recordRecovery)',
        },
        {
          code: 'restored:identity',
          sentence: 'identity is not restored',
          who: 'the team of identity (recordRecovery)',
        },
      ],
    ],
    [
      'the watch',
      recovered,
      [{ code: 'watch', sentence: 'the watch has not started', who: 'security-response (startWatch)' }],
    ],
    [
      'the end of the watch',
      [...recovered, ...watch.slice(0, 1)],
      [
        {
          code: 'watch-exit',
          sentence: 'the watch is running; both exit checks are missing',
          who: 'security-response (endWatch)',
        },
      ],
    ],
    ['nothing once the watch has ended', [...recovered, ...watch], []],
  ])('lacks %s', (_, steps, lacks) => {
    expect(stableGate(played(steps).state).lacks).toEqual(lacks);
  });
});

describe('the gate of a notice', () => {
  const gateAfter = (steps: readonly Step[], noticeLacks: readonly string[] = []) => {
    const incident = incidentInMemory({ answers: { noticeLacks } });
    play(incident, steps);
    const notice = incident.state.notification.notices[0];
    if (notice === undefined) throw new Error('there is no notice');
    return noticeGateOf(incident.state, notice);
  };
  const [determined, , proposed] = proposedNotice;
  const changedMind = step('determine', people.legal, { customerReportable: 'no', basis: 'test data only' });
  const decision =
    (verdict: 'approve' | 'reject'): Step =>
    (incident) => {
      incident.decide(noticeGateName, people.legal, verdict);
    };

  test.each<[string, Gate, readonly Lack[]]>([
    [
      'the preparation',
      gateAfter([determined, proposed].filter((each) => each !== undefined)),
      [
        {
          code: 'preparation',
          sentence: 'its content is still being bound to template, tenants and rule pack',
          who: 'nobody: it follows once tenants and obligations are known',
        },
      ],
    ],
    [
      'sections that the draft has not',
      gateAfter(proposedNotice, ['section:en/description', 'language:ja']),
      [
        {
          code: 'section:en/description',
          sentence: 'the notice lacks section:en/description',
          who: 'communications or legal (proposeNotice)',
        },
        {
          code: 'language:ja',
          sentence: 'the notice lacks language:ja',
          who: 'communications or legal (proposeNotice)',
        },
        {
          code: 'approval',
          sentence: 'the notice is not approved',
          who: 'an executive-incident-manager or legal, not its author (approve)',
        },
      ],
    ],
    [
      'the determination when it is withdrawn',
      gateAfter([...proposedNotice, changedMind]),
      [
        {
          code: 'determination',
          sentence: 'nobody has determined that customers must be told',
          who: 'security-response, executive-incident-manager, communications or legal (determine)',
        },
        {
          code: 'approval',
          sentence: 'the notice is not approved',
          who: 'an executive-incident-manager or legal, not its author (approve)',
        },
      ],
    ],
    [
      'a new revision after a rejection',
      gateAfter([...proposedNotice, decision('reject')]),
      [
        {
          code: 'revision',
          sentence: 'revision 1 was rejected; a new one is needed',
          who: 'communications or legal (proposeNotice)',
        },
      ],
    ],
    ['nothing once it leaves', gateAfter([...proposedNotice, decision('approve')]), []],
  ])('lacks %s', (_, gate, lacks) => {
    expect(gate.lacks).toEqual(lacks);
  });

  test('an incomplete notice cannot be decided on', () => {
    expect(gateAfter(proposedNotice, ['section:en/description']).objectHash).toBeUndefined();
    expect(gateAfter(proposedNotice).objectHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the postmortem gate', () => {
  const stable = [...containment, ...eradication, ...recovery, ...watch];
  const whole = [...stable, ...entries, ...report, ...resolution];
  const postmortemLacks = (steps: readonly Step[]) => postmortemGate(played(steps).state).lacks;
  const part = (code: string, sentence: string): Lack => ({
    code,
    sentence,
    who: 'security-response (postmortem)',
  });
  const withoutReportStep = (index: number) => whole.filter((each) => each !== report[index]);

  test('lacks nothing at the end of the story', () => {
    expect(postmortemLacks(whole)).toEqual([]);
  });

  test.each<[number, Lack]>([
    [0, part('sequence-of-events', 'the sequence of events that led to the incident is missing')],
    [1, part('technical-summary', 'the technical summary is missing')],
    [2, part('response-review', 'how the response was run is not described')],
    [3, part('class:technical-lapse', 'finding class technical-lapse is not answered')],
    [4, part('class:procedural-failure', 'finding class procedural-failure is not answered')],
    [5, part('class:manual-error', 'finding class manual-error is not answered')],
    [6, part('class:process-flaw', 'finding class process-flaw is not answered')],
    [7, part('class:communication-breakdown', 'finding class communication-breakdown is not answered')],
    [8, part('class:unknown-attack-vector', 'finding class unknown-attack-vector is not answered')],
    [9, part('sufficiency', 'the verdict on sufficiency is missing')],
    [10, part('completeness', 'the verdict on completeness is missing')],
    [
      11,
      {
        code: 'sign-off:security-response',
        sentence: 'security-response has not signed off',
        who: 'security-response (postmortem, part sign-off)',
      },
    ],
    [
      12,
      {
        code: 'sign-off:storage-team',
        sentence: 'storage-team has not signed off',
        who: 'storage-team (postmortem, part sign-off)',
      },
    ],
    [
      14,
      {
        code: 'triage',
        sentence: 'triage of what is to be fixed is not declared done',
        who: 'security-response (declareTriageDone)',
      },
    ],
  ])('without part %i of the report it lacks just that', (index, lack) => {
    expect(postmortemLacks(withoutReportStep(index))).toEqual([lack]);
  });

  test('lacks stability before the watch has ended', () => {
    const steps = whole.filter((each) => each !== watch[1]);
    expect(postmortemLacks(steps)).toEqual([part('stable', 'the response is not stable yet')]);
  });

  test.each<[string, Step]>([
    [
      'none',
      step('postmortem', people.responder, {
        part: 'finding',
        text: 'no alarm',
        class: 'process-flaw',
        key: true,
      }),
    ],
    [
      'one that nobody opened',
      step('postmortem', people.responder, {
        part: 'finding',
        text: 'no alarm',
        class: 'process-flaw',
        key: true,
        entry: 'BUG-77',
      }),
    ],
  ])('a key finding needs a bug or change request; it has %s', (_, finding) => {
    expect(postmortemLacks([...whole, finding])).toEqual([
      part('finding-without-entry', 'a key finding (process-flaw) has no bug or change request'),
    ]);
  });

  test('an entry of kind process does not repair a key technical finding', () => {
    const steps = [
      ...whole,
      step('openEntry', people.responder, {
        ref: 'P-1',
        title: 'call sooner',
        kind: 'process',
        gating: false,
      }),
      step('postmortem', people.responder, {
        part: 'finding',
        text: 'no alarm',
        class: 'technical-lapse',
        key: true,
        entry: 'P-1',
      }),
    ];
    expect(postmortemLacks(steps).map(({ code }) => code)).toEqual(['finding-without-entry']);
  });

  const entryLack = (sentence: string, owner = 'ben'): Lack => ({
    code: 'entry:BUG-1',
    sentence,
    who: `${owner} (closeBug), or the executive-incident-manager (waiveEntry)`,
  });
  const beforeResolution = [...stable, ...entries, ...report];
  const close = (content: Omit<Content<'closeEntry'>, 'ref'>) =>
    step('closeEntry', people.storageTeam, { ref: 'BUG-1', ...content });
  const openSecond = step('openEntry', people.responder, { ref: 'BUG-2', title: 'again', gating: false });

  test.each<[string, readonly Step[], readonly Lack[]]>([
    ['that is open holds it', [], [entryLack('bug BUG-1 is open')]],
    [
      'that is not planned holds it',
      [close({ resolution: 'not-planned' })],
      [entryLack('bug BUG-1 is not-planned')],
    ],
    [
      'that duplicates an unresolved one holds it',
      [openSecond, close({ resolution: 'duplicate-of', duplicateOf: 'BUG-2' })],
      [entryLack('bug BUG-1 duplicates one that is not resolved')],
    ],
    [
      'that duplicates a resolved one does not',
      [
        openSecond,
        close({ resolution: 'duplicate-of', duplicateOf: 'BUG-2' }),
        step('closeEntry', people.storageTeam, { ref: 'BUG-2' }),
      ],
      [],
    ],
    [
      'that is waived does not',
      [
        step('waiveEntry', people.executive, {
          ref: 'BUG-1',
          reason: 'the part is retired',
          expiresAt: hours(9),
        }),
      ],
      [],
    ],
    [
      'whose waiver has run out holds it again',
      [
        step('waiveEntry', people.executive, {
          ref: 'BUG-1',
          reason: 'the part is retired',
          expiresAt: hours(9),
        }),
        (incident) => {
          incident.pass(9 * 3_600_000);
        },
      ],
      [entryLack('bug BUG-1 is open')],
    ],
    [
      'that is reopened holds it again',
      [close({}), step('reopenEntry', people.storageTeam, { ref: 'BUG-1', reason: 'it is back' })],
      [entryLack('bug BUG-1 is open')],
    ],
  ])('an entry %s', (_, steps, lacks) => {
    expect(postmortemLacks([...beforeResolution, ...steps])).toEqual(lacks);
  });

  test('an entry without an owner says that one is still to be named', () => {
    const unowned = step('openEntry', people.responder, { ref: 'BUG-9', title: 'no alarm' });
    expect(postmortemLacks([...whole, unowned])).toEqual([
      {
        code: 'entry:BUG-9',
        sentence: 'bug BUG-9 is open',
        who: 'an owner, who is still to be named (closeBug), or the executive-incident-manager (waiveEntry)',
      },
    ]);
  });

  test('an entry that does not gate holds nothing here', () => {
    expect(postmortemLacks([...whole, openSecond])).toEqual([]);
  });

  test('an empty list of entries does not pass by itself', () => {
    const nothingFound = [...stable, ...report.filter((_, index) => index !== 3 && index !== 14)];
    const answered = step('postmortem', people.responder, {
      part: 'none-found',
      text: 'none',
      class: 'technical-lapse',
    });
    expect(postmortemLacks([...nothingFound, answered]).map(({ code }) => code)).toEqual(['triage']);
    const nothing = step('declareTriageDone', people.responder, { nothingToFix: 'the part is gone' });
    expect(postmortemLacks([...nothingFound, answered, nothing])).toEqual([]);
  });
});

describe('the closing gate', () => {
  const closingLacks = (...stages: readonly (readonly Step[])[]) =>
    closingGate(played(...stages).state).lacks;
  const emergency = step('recordEmergencyAction', people.storageTeam, {
    what: 'pulled the plug',
    why: 'data was leaving',
  });

  test('lacks nothing at the end of the story', () => {
    expect(closingLacks(...wholeStory)).toEqual([]);
  });

  test.each<[string, readonly (readonly Step[])[], readonly Lack[]]>([
    [
      'the review of an emergency action',
      [...wholeStory, [emergency]],
      [
        {
          code: 'review:E1',
          sentence: 'emergency action E1 is not reviewed',
          who: 'the executive-incident-manager (reviewEmergencyAction)',
        },
      ],
    ],
    [
      'the determination',
      wholeStory.filter((stage) => stage !== notices),
      [
        {
          code: 'determination',
          sentence: 'nobody has determined that customers must be told',
          who: 'security-response, executive-incident-manager, communications or legal (determine)',
        },
      ],
    ],
    [
      'the determination while it is undetermined',
      [
        ...wholeStory.filter((stage) => stage !== notices),
        [step('determine', people.legal, { customerReportable: 'undetermined', basis: 'logs are missing' })],
      ],
      [
        {
          code: 'determination',
          sentence: 'nobody has determined that customers must be told',
          who: 'security-response, executive-incident-manager, communications or legal (determine)',
        },
      ],
    ],
    [
      'deliveries and everything that follows them',
      [containment, eradication, recovery, watch, determination, entries, report, resolution],
      [
        {
          code: 'deliveries',
          sentence: 'not every affected tenant is told and settled',
          who: 'communications (proposeNotice), then the delivery workers',
        },
      ],
    ],
    [
      'the postmortem where one is needed',
      [...wholeStory.filter((stage) => stage !== report && stage !== entries && stage !== resolution)],
      [
        {
          code: 'postmortem',
          sentence: 'the postmortem is not complete',
          who: 'security-response (postmortem)',
        },
        {
          code: 'triage',
          sentence: 'triage of what is to be fixed is not declared done',
          who: 'security-response (declareTriageDone)',
        },
      ],
    ],
    [
      'an open entry, gating or not',
      [...wholeStory, [step('openEntry', people.responder, { ref: 'DCR-1', title: 'alarm', gating: false })]],
      [
        {
          code: 'entry:DCR-1',
          sentence: 'bug DCR-1 is open',
          who: 'an owner, who is still to be named (closeBug), or the executive-incident-manager (waiveEntry)',
        },
      ],
    ],
  ])('lacks %s', (_, stages, lacks) => {
    expect(closingLacks(...stages)).toEqual(lacks);
  });

  test('a sign of breach opens everything again', () => {
    const breach = step('reportSignOfBreach', people.responder, { what: 'a new web shell' });
    expect(closingLacks(...wholeStory, [breach]).map(({ code }) => code)).toEqual([
      'restored:storage',
      'restored:identity',
      'postmortem',
    ]);
  });

  test('a reasoned no closes without notices', () => {
    const no = step('determine', people.legal, { customerReportable: 'no', basis: 'test data only' });
    const stages = wholeStory.map((stage) => (stage === notices ? [no] : stage));
    expect(closingLacks(...stages)).toEqual([
      {
        code: 'postmortem-decision',
        sentence: 'nobody has decided whether a postmortem is needed',
        who: 'security-response (postmortem, part requirement, verdict yes or no)',
      },
    ]);
    const noPostmortem = step('postmortem', people.responder, {
      part: 'requirement',
      verdict: 'no',
      text: 'nobody outside was touched',
    });
    expect(closingLacks(...stages, [noPostmortem])).toEqual([]);
  });

  test('lacks a decision on each rule that is undecided, once however many groups it has', () => {
    const undecided = obligationGroup({ ruleId: 'us-ca-1798-82', outcome: 'undecided' });
    const incident = incidentInMemory({
      answers: { groups: [undecided, { ...undecided, stage: 'update' }] },
    });
    play(incident, ...wholeStory);
    expect(closingGate(incident.state).lacks).toEqual([
      {
        code: 'undecided:us-ca-1798-82',
        sentence: 'whether us-ca-1798-82 applies is undecided',
        who: 'communications or legal (recordFact for the missing fact, or decideUndecided)',
      },
    ]);
    incident.send('decideUndecided', people.legal, {
      ruleId: 'us-ca-1798-82',
      applies: false,
      reason: 'no resident is affected',
    });
    expect(closingGate(incident.state).lacks).toEqual([
      {
        code: 'assessment',
        sentence: 'the obligations are being looked up anew',
        who: 'nobody: it follows by itself',
      },
    ]);
    runTracks(incident);
    expect(closingGate(incident.state).isOpen).toBe(true);
  });

  test('does not wait for what a tenant alone can know and decide', () => {
    const theirs = obligationGroup({ outcome: 'undecided', duty: 'tenant-own' });
    const incident = incidentInMemory({ answers: { groups: [theirs] } });
    play(incident, ...wholeStory);
    expect(closingGate(incident.state).isOpen).toBe(true);
  });

  test('waits for a filing that the provider itself owes to an authority', () => {
    const owed = obligationGroup({ ruleId: 'de-bsig-32', duty: 'provider-own', stage: 'early-warning' });
    const incident = incidentInMemory({ answers: { groups: [owed] } });
    play(incident, ...wholeStory);
    const filing = closingGate(incident.state).lacks.find(({ code }) => code.startsWith('filing:'));
    expect(filing).toMatchObject({
      code: 'filing:de-bsig-32/early-warning',
      sentence: 'no filing is recorded for de-bsig-32 (early-warning)',
    });
    incident.send('recordFiling', people.legal, {
      ruleId: 'de-bsig-32',
      stage: 'early-warning',
      reference: 'BSI-1',
      submittedAt: hours(0),
    });
    runTracks(incident);
    expect(closingGate(incident.state).isOpen).toBe(true);
  });

  test('a waiver that runs out after the end holds the incident open', () => {
    const incident = played(...wholeStory);
    incident.record({ ...sampleEvents['entry-waived'], expiresAt: hours(1) });
    incident.record(sampleEvents['waiver-expired']);
    expect(codes(closingGate(incident.state))).toEqual(['postmortem', 'entry:BUG-1']);
  });
});
