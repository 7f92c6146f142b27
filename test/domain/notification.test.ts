import { nextNotificationStep } from '../../src/domain/next-steps';
import {
  campaignTotals,
  currentTenantSet,
  deliveryTotals,
  findNotice,
  isEveryoneTold,
  notificationPhase,
  recipientsPending,
  undecidedRules,
} from '../../src/domain/notification';
import { sampleEvents } from '../support/arbitraries';
import {
  assessmentOf,
  deliverAll,
  given,
  incidentInMemory,
  noticeGateName,
  notices,
  obligationGroup,
  people,
  play,
  played,
  proposedNotice,
  runTracks,
  step,
  totalsOf,
  type GivenEvent,
  type Step,
} from '../support/incidents';

const yes = sampleEvents.determined;
const identified = [sampleEvents['affected-tenants-requested'], sampleEvents['affected-tenants-identified']];
const assessed = [...identified, sampleEvents['obligations-assessed']];
const sending = [
  yes,
  ...assessed,
  sampleEvents['notice-proposed'],
  sampleEvents['notice-prepared'],
  sampleEvents['campaign-started'],
];
const reported = sampleEvents['delivery-progressed'];
const settled = sampleEvents['deliveries-counted'];
const secondVersion: readonly GivenEvent[] = [
  { ...sampleEvents['affected-tenants-requested'], version: 2 },
  { ...sampleEvents['affected-tenants-identified'], version: 2 },
];
const phaseAfter = (...events: readonly GivenEvent[]) => notificationPhase(given(...events).notification);

test.each<[string, readonly GivenEvent[]]>([
  ['undetermined', []],
  ['undetermined', [{ ...yes, customerReportable: 'undetermined' }]],
  ['not-required', [{ ...yes, customerReportable: 'no' }]],
  ['scoping', [yes]],
  ['scoping', [yes, sampleEvents['affected-tenants-requested']]],
  ['assessing', [yes, ...identified]],
  ['drafting', [yes, ...assessed]],
  ['approving', [yes, ...assessed, sampleEvents['notice-proposed']]],
  ['approving', [yes, ...assessed, sampleEvents['notice-proposed'], sampleEvents['notice-prepared']]],
  ['sending', sending],
  ['sending', [...sending, reported]],
  ['complete', [...sending, reported, settled]],
  ['scoping', [...sending, settled, ...secondVersion.slice(0, 1)]],
  ['updating', [...sending, settled, ...secondVersion]],
  ['not-required', [...sending, { ...yes, customerReportable: 'no' }]],
])('the phase is %s', (phase, events) => {
  expect(phaseAfter(...events)).toBe(phase);
});

describe('everyone is told', () => {
  test('only when a notice for the newest tenants has left and its last recipient is settled', () => {
    expect(isEveryoneTold(given(...sending).notification)).toBe(false);
    expect(isEveryoneTold(given(...sending, settled).notification)).toBe(true);
    expect(isEveryoneTold(given(...sending, settled, ...secondVersion).notification)).toBe(false);
  });

  test('not while another campaign is under way', () => {
    const another: readonly GivenEvent[] = [
      { ...sampleEvents['notice-proposed'], noticeId: 'second-1' },
      { ...sampleEvents['notice-prepared'], noticeId: 'second-1' },
      { ...sampleEvents['campaign-started'], noticeId: 'second-1', campaignId: 'second-1.1' },
    ];
    expect(isEveryoneTold(given(...sending, settled, ...another).notification)).toBe(false);
  });
});

describe('a notice', () => {
  const prepared = sampleEvents['notice-prepared'];
  const approval: GivenEvent = {
    ...sampleEvents['decision-accepted'],
    gate: noticeGateName,
    objectHash: prepared.objectHash,
  };
  const stateAfter = (...events: readonly GivenEvent[]) =>
    findNotice(given(sampleEvents['notice-proposed'], ...events).notification, 'first-1');

  test('takes an approval of the very object and generation', () => {
    expect(stateAfter(prepared, approval)?.state).toMatchObject({ approvals: [{ approver: 'eim-dora' }] });
    expect(stateAfter(prepared, { ...approval, objectHash: '0'.repeat(64) })?.state).toMatchObject({
      approvals: [],
    });
    expect(stateAfter(prepared, { ...approval, generation: 2 })?.state).toMatchObject({ approvals: [] });
    expect(stateAfter(approval)?.state).toEqual({ kind: 'proposed' });
  });

  test('keeps its approvals when it is bound anew to the same object', () => {
    expect(stateAfter(prepared, approval, prepared)).toMatchObject({
      generation: 1,
      state: { approvals: [{ approver: 'eim-dora' }] },
    });
  });

  test('loses them, under a new generation, when it is bound to another', () => {
    expect(stateAfter(prepared, approval, { ...prepared, objectHash: '0'.repeat(64) })).toMatchObject({
      generation: 2,
      state: { kind: 'prepared', approvals: [] },
    });
  });

  test('loses them with a new revision', () => {
    expect(stateAfter(prepared, approval, { ...sampleEvents['notice-proposed'], revision: 2 })).toMatchObject(
      {
        revision: 2,
        generation: 2,
        state: { kind: 'proposed' },
      },
    );
  });

  test('takes no preparation of another revision', () => {
    expect(stateAfter({ ...prepared, revision: 2 })?.state.kind).toBe('proposed');
  });

  test('does not leave before it is prepared', () => {
    expect(stateAfter(sampleEvents['campaign-started'])?.state.kind).toBe('proposed');
  });
});

test('new tenants void the approval of a notice that has not left', () => {
  const incident = incidentInMemory({ policy: { approvalsNeeded: { eradication: 1, notice: 2 } } });
  const approve: Step = () => {
    incident.decide(noticeGateName, people.legal);
  };
  const moreTenants = step('setAffectedTenants', people.communications, {
    include: ['globex'],
    from: '2026-11-01T00:00:00Z',
    reason: 'they called too',
  });
  play(incident, proposedNotice, [approve]);
  expect(findNotice(incident.state.notification, 'first-1')?.state).toMatchObject({ approvals: [{}] });
  play(incident, [moreTenants]);
  expect(findNotice(incident.state.notification, 'first-1')?.state).toMatchObject({
    prepared: { tenantSetVersion: 2 },
    approvals: [],
  });
});

describe('deliveries', () => {
  test('are counted over shards and campaigns; a later report replaces the earlier', () => {
    const { notification } = given(
      ...sending.slice(0, -1),
      { ...sampleEvents['campaign-started'], shards: 2, totals: totalsOf({ planned: 10 }) },
      { ...reported, shard: 0, totals: totalsOf({ accepted: 3, deferred: 2 }) },
      { ...reported, shard: 0, totals: totalsOf({ accepted: 5 }) },
      { ...reported, shard: 1, totals: totalsOf({ inDoubt: 4, needsHuman: 1 }) },
    );
    expect(deliveryTotals(notification)).toEqual(totalsOf({ accepted: 5, inDoubt: 4, needsHuman: 1 }));
    expect(recipientsPending(deliveryTotals(notification))).toBe(4);
  });

  test('that shards call settled are so only when the ledger says the same', () => {
    const forged = { ...reported, totals: totalsOf({ accepted: 1200 }), settled: true };
    const news = sending.length + 2;
    const stillPlanned = { ...settled, news, shards: [totalsOf({ planned: 1200 })] };

    const underWay = [...sending, sampleEvents['shards-started']];
    const claimed = given(...underWay, forged);
    expect(isEveryoneTold(claimed.notification)).toBe(false);
    expect(nextNotificationStep(claimed)).toMatchObject({ kind: 'count' });

    const denied = given(...underWay, forged, stillPlanned);
    expect(isEveryoneTold(denied.notification)).toBe(false);
    expect(nextNotificationStep(denied)).toBeUndefined();
    expect(deliveryTotals(denied.notification)).toEqual(totalsOf({ planned: 1200 }));
  });

  test('of an unknown campaign or shard change nothing', () => {
    const { notification } = given(
      ...sending,
      { ...reported, campaignId: 'other.1' },
      { ...reported, shard: 9 },
      { ...settled, campaignId: 'other.1' },
    );
    expect(deliveryTotals(notification)).toEqual(totalsOf({ planned: 1200 }));
  });

  test('of no shard at all are none', () => {
    expect(
      campaignTotals({
        campaignId: 'x',
        startedAt: '',
        isUnderWay: true,
        isConfirmed: true,
        news: 0,
        shards: [],
      }),
    ).toEqual(totalsOf({}));
  });
});

test('the current tenants are those of the newest version that was answered', () => {
  expect(currentTenantSet(given(...identified, ...secondVersion).notification)?.version).toBe(2);
  expect(currentTenantSet(given(...identified, ...secondVersion.slice(0, 1)).notification)?.version).toBe(1);
});

test('an undecided rule stays so until somebody decides it, either way', () => {
  const undecided: GivenEvent = {
    ...sampleEvents['obligations-assessed'],
    assessment: assessmentOf([
      obligationGroup({ outcome: 'undecided' }),
      obligationGroup({ ruleId: 'de-bsig-32' }),
    ]),
  };
  expect(undecidedRules(given(undecided).notification).map(({ ruleId }) => ruleId)).toEqual(['eu-gdpr-33-2']);
  const no = { ...sampleEvents['undecided-decided'], applies: false };
  expect(undecidedRules(given(undecided, no).notification)).toEqual([]);
});

test('a notice goes out and is settled by itself once it is approved', () => {
  const incident = played(proposedNotice);
  incident.decide(noticeGateName, people.executive);
  runTracks(incident);
  expect(notificationPhase(incident.state.notification)).toBe('sending');
  deliverAll(incident);
  expect(notificationPhase(incident.state.notification)).toBe('complete');
  expect(played(notices).state.notification).toMatchObject({ determination: { customerReportable: 'yes' } });
});
