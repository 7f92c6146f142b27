// Whom a new version of the affected tenants leaves to tell, and what closes that.
import type { TenantCoverage } from '../../src/domain/events';
import { closingGate } from '../../src/domain/gates';
import { noticeGateOf } from '../../src/domain/gates/notice-gates';
import {
  currentCoverage,
  findNotice,
  isEveryoneTold,
  notificationPhase,
} from '../../src/domain/notification';
import { sentenceOf } from '../../src/domain/timeline';
import { sampleEvents } from '../support/arbitraries';
import { determination, given, notices, people, played, type GivenEvent } from '../support/incidents';

const none = { untold: 0, outdated: 0, notWithdrawn: 0 };
const identified = (version: number, coverage?: Partial<TenantCoverage>): readonly GivenEvent[] => [
  { ...sampleEvents['affected-tenants-requested'], version },
  {
    ...sampleEvents['affected-tenants-identified'],
    version,
    ...(coverage && { coverage: { tenantSetVersion: version, ...none, ...coverage } }),
  },
];
const counted = (tenantSetVersion: number, coverage: Partial<TenantCoverage> = {}) => ({
  ...sampleEvents['deliveries-counted'],
  coverage: { tenantSetVersion, ...none, ...coverage },
});
const left: GivenEvent = { ...sampleEvents['removed-tenants-left'], tenantSetVersion: 2 };

const sent: readonly GivenEvent[] = [
  sampleEvents.determined,
  ...identified(1, { untold: 1200 }),
  sampleEvents['obligations-assessed'],
  sampleEvents['notice-proposed'],
  sampleEvents['notice-prepared'],
  sampleEvents['campaign-started'],
];
const told = [...sent, counted(1)];
const isTold = (...events: readonly GivenEvent[]) => isEveryoneTold(given(...events).notification);

describe('everyone is told', () => {
  test('when the ledger counts nobody of the newest version as untold, whichever campaigns told whom', () => {
    expect(isTold(...sent)).toBe(false);
    expect(isTold(...sent, counted(1, { untold: 1 }))).toBe(false);
    expect(isTold(...told)).toBe(true);
  });

  test.each<[string, Partial<TenantCoverage>]>([
    ['an added tenant is untold', { untold: 1 }],
    ['a tenant is told of an older state', { outdated: 1 }],
    ['a removed tenant has no withdrawal', { notWithdrawn: 1 }],
  ])('not while %s', (_, coverage) => {
    expect(isTold(...told, ...identified(2, coverage))).toBe(false);
  });

  test('still, without another notice, by a version that leaves nothing to tell', () => {
    const { notification } = given(...told, ...identified(2, {}));
    expect(isEveryoneTold(notification)).toBe(true);
    expect(notificationPhase(notification)).toBe('complete');
  });

  test('not by what was counted of a former version', () => {
    expect(isTold(...told, ...identified(2))).toBe(false);
  });

  test('when the removed are left by decision, of that version alone', () => {
    expect(isTold(...told, ...identified(2, { notWithdrawn: 3 }), left)).toBe(true);
    expect(isTold(...told, ...identified(2, { notWithdrawn: 3, untold: 1 }), left)).toBe(false);
    expect(
      isTold(...told, ...identified(2, { notWithdrawn: 3 }), left, ...identified(3, { notWithdrawn: 3 })),
    ).toBe(false);
  });
});

test('what was recorded before anybody counted holds by the version of the campaign', () => {
  const former = [...sent, sampleEvents['deliveries-counted']];
  expect(isTold(...former)).toBe(true);
  expect(isTold(...former, ...identified(2))).toBe(false);
});

test('a count of a campaign that there is not says nothing', () => {
  const { notification } = given(...sent, { ...counted(1), campaignId: 'other.1' });
  expect(currentCoverage(notification)).toMatchObject({ untold: 1200 });
});

describe('the closing gate', () => {
  const lacksOf = (...events: readonly GivenEvent[]) =>
    closingGate(given(...events))
      .lacks.filter(({ code }) => ['deliveries', 'untold', 'outdated', 'not-withdrawn'].includes(code))
      .map(({ code, sentence }) => `${code}: ${sentence}`);

  test('names what a new version has left to tell, and to how many', () => {
    const events = identified(2, { untold: 12, outdated: 1, notWithdrawn: 2000 });
    expect(lacksOf(...told, ...events)).toEqual([
      'deliveries: not every affected tenant is told and settled',
      'untold: 12 added tenants are not told',
      'outdated: 1 tenant is told of an older state',
      'not-withdrawn: 2,000 tenants were told and are no longer affected',
    ]);
  });

  test('names nothing more once that is told or left', () => {
    expect(lacksOf(...told, ...identified(2, { untold: 12 }), counted(2))).toEqual([]);
    expect(lacksOf(...told, ...identified(2, { notWithdrawn: 1 }), left)).toEqual([]);
  });

  test('does not call tenants added while nobody is told yet', () => {
    expect(lacksOf(sampleEvents.determined, ...identified(1, { untold: 1200 }))).toEqual([
      'deliveries: not every affected tenant is told and settled',
    ]);
  });
});

describe('leaving the removed without a withdrawal', () => {
  const incidentWith = (coverage: Partial<TenantCoverage>) => {
    const incident = played(determination, notices);
    for (const event of identified(2, coverage)) incident.record(event);
    return incident;
  };
  const leave = { tenantSetVersion: 2, reason: 'they have left us' };

  test('is a decision with a reason', () => {
    const incident = incidentWith({ notWithdrawn: 1 });
    incident.send('leaveRemovedTenants', people.legal, leave);
    expect(currentCoverage(incident.state.notification)).toMatchObject({ notWithdrawn: 0 });
    expect(incident.events.at(-1)).toMatchObject({ type: 'removed-tenants-left', ...leave });
  });

  test('is refused for another version than the newest, and where nobody was removed', () => {
    expect(() => {
      incidentWith({ notWithdrawn: 1 }).send('leaveRemovedTenants', people.legal, {
        ...leave,
        tenantSetVersion: 1,
      });
    }).toThrow('tenantSetVersion 1 is not the newest version of the affected tenants');
    expect(() => {
      incidentWith({ untold: 1 }).send('leaveRemovedTenants', people.legal, leave);
    }).toThrow('nobody who was told is missing from version 2');
  });
});

test.each([
  ['translation:ja', '24 tenants read ja, and the notice is not written in it'],
  ['translation:withdrawal/ja', '1 tenant reads ja, and its withdrawal is not written in it'],
  ['template:withdrawal/ja', 'there is no approved template for withdrawal/ja'],
  ['words:ja', 'there are no approved words for notices in ja (words/ja.json)'],
  ['title:withdrawal/ja/own-key', 'the content own-key has no title in ja (words/ja.json)'],
  [
    'variant:withdrawal',
    'tenants are to get a withdrawal, and the notice has no text for it (variants.withdrawal)',
  ],
  [
    'tenant:acme:eu',
    'tenant acme:eu is named in onlyTenants, and such a notice cannot be for it: it is not affected, or was not told',
  ],
  ['section:en/description', 'the notice lacks section:en/description'],
])('the gate of a notice says of %s: %s', (code, sentence) => {
  const incident = given(sampleEvents.determined, sampleEvents['notice-proposed'], {
    ...sampleEvents['notice-prepared'],
    lacks: [code],
    unreadLanguages: [
      { language: 'ja', tenants: 24 },
      { language: 'withdrawal/ja', tenants: 1 },
    ],
  });
  const notice = findNotice(incident.notification, 'first-1');
  if (notice === undefined) throw new Error('it was proposed');

  const gate = noticeGateOf(incident, notice);
  expect(gate.isOpen).toBe(false);
  expect(gate).not.toHaveProperty('objectHash');
  expect(gate.lacks).toContainEqual(expect.objectContaining({ code, sentence }));
});

test('the timeline tells whose language a notice is not written in, and whether they get another', () => {
  const unreadLanguages = [
    { language: 'ja', tenants: 12 },
    { language: 'withdrawal/ko', tenants: 1 },
  ];
  const prepared = { ...sampleEvents['notice-prepared'], unreadLanguages };
  expect(sentenceOf(prepared)).toContain(
    'It is not written in the language of 12 tenants (ja), 1 tenant (withdrawal/ko): they get another.',
  );
  expect(sentenceOf({ ...prepared, lacks: ['translation:ja'] })).toContain('1 tenant (withdrawal/ko).');
  expect(sentenceOf(sampleEvents['notice-prepared'])).not.toContain('language');
});
