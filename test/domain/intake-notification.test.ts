import type { Sender } from '../../src/contract/principal';
import type { RefusalType } from '../../src/domain/intake/refusal';
import { anchorInForce } from '../../src/domain/incident';
import { awaitedTenantSet, noticeIdOf } from '../../src/domain/notification';
import {
  contentHash,
  declaredAt,
  determination,
  hours,
  incidentInMemory,
  notices,
  obligationGroup,
  people,
  play,
  played,
  proposedNotice,
  refusalOf,
  step,
  type Content,
  type MemoryIncident,
  type MessageName,
  type Step,
} from '../support/incidents';

const { communications, legal, responder } = people;
const tenants = { include: ['acme'], from: hours(-9), reason: 'they called' };
const notice = { noticeId: 'first-1', revision: 1, stage: 'first', contentHash } as const;
const filing = { ruleId: 'de-bsig-32', stage: 'early-warning', reference: 'BSI-1', submittedAt: hours(-1) };

function refusal<Name extends MessageName>(
  given: readonly Step[],
  name: Name,
  sender: Sender,
  content: Content<Name>,
  type: RefusalType,
  sentence: string,
) {
  const send = (incident: MemoryIncident) => refusalOf(incident, name, sender, content);
  return [`${name}: ${sentence}`, { given, send, type, sentence }] as const;
}

test.each([
  refusal(
    [],
    'setAffectedTenants',
    communications,
    { from: hours(-9), reason: 'they called' },
    'Incomplete',
    'services and include are both empty: say which services tell who is affected, or name tenants',
  ),
  refusal(
    [],
    'setAffectedTenants',
    communications,
    { ...tenants, to: hours(-9) },
    'Malformed',
    'to does not lie after from: the window is empty',
  ),
  refusal(
    [],
    'setAffectedTenants',
    communications,
    { ...tenants, exclude: ['globex'] },
    'Incomplete',
    'excludeReason is missing: say why these tenants are not told',
  ),
  refusal(
    [],
    'decideUndecided',
    legal,
    { ruleId: 'de-bsig-32', applies: true, reason: 'it is ours' },
    'NotKnown',
    'rule de-bsig-32 is not among those that are undecided',
  ),
  refusal(
    [],
    'proposeNotice',
    communications,
    notice,
    'NotNow',
    'nobody has determined that customers must be told; determine that first',
  ),
  refusal(
    notices,
    'proposeNotice',
    communications,
    { ...notice, revision: 2 },
    'AlreadyDone',
    'notice first-1 is on its way; write a new one',
  ),
  refusal(
    proposedNotice,
    'proposeNotice',
    communications,
    notice,
    'Stale',
    'revision 1 is not newer than revision 1',
  ),
  refusal(
    [],
    'recordFiling',
    legal,
    { ...filing, submittedAt: hours(1) },
    'Malformed',
    'submittedAt lies in the future',
  ),
  refusal(
    [step('recordFiling', legal, filing)],
    'recordFiling',
    legal,
    { ...filing, reference: 'BSI-2' },
    'AlreadyDone',
    'de-bsig-32 (early-warning) is filed already; lateness is fixed there',
  ),
])('%s', (_, { given, send, type, sentence }) => {
  const found = send(played(given));
  expect({ type: found?.type, sentence: found?.message }).toEqual({ type, sentence });
});

describe('affected tenants', () => {
  test('are asked for one version at a time', () => {
    const incident = incidentInMemory();
    incident.send('setAffectedTenants', communications, tenants);
    expect(refusalOf(incident, 'setAffectedTenants', communications, tenants)).toMatchObject({
      type: 'NotNow',
      message: 'the former version is still being identified; try again in a moment',
    });
  });

  test('can be asked for again after the directory refused the former request for good', () => {
    const incident = incidentInMemory();
    incident.send('setAffectedTenants', communications, tenants);
    incident.record({ type: 'step-failed', step: 'identify/1', problem: 'acme is no tenant' });
    expect(refusalOf(incident, 'setAffectedTenants', communications, tenants)).toBeUndefined();
  });

  test('are numbered, and the request says all that was left out', () => {
    const incident = played([step('setAffectedTenants', communications, tenants)]);
    incident.send('setAffectedTenants', responder, { ...tenants, services: [{ service: 'storage' }] });
    expect(awaitedTenantSet(incident.state.notification)).toMatchObject({
      version: 2,
      request: {
        services: [{ service: 'storage', regions: [] }],
        include: ['acme'],
        exclude: [],
        changed: [],
        everyFactChanged: false,
      },
    });
  });
});

describe('the determination', () => {
  const determine = (content: Partial<Content<'determine'>>) => {
    const incident = incidentInMemory();
    incident.send('determine', legal, { customerReportable: 'yes', basis: 'data was read', ...content });
    return anchorInForce(incident.state, 'determination');
  };

  test('of a yes is itself an anchor, at the moment it was made', () => {
    expect(determine({})).toMatchObject({ at: declaredAt, precision: 'second', basis: 'data was read' });
    expect(determine({ happenedAt: '2026-11-23T08:30:00+01:00' })?.at).toBe('2026-11-23T07:30:00.000Z');
  });

  test.each(['no', 'undetermined'] as const)('of %s starts no clock', (customerReportable) => {
    expect(determine({ customerReportable })).toBeUndefined();
  });

  test('does not move an anchor that is there', () => {
    const incident = played(determination);
    incident.pass(3_600_000);
    play(incident, determination);
    expect(incident.state.anchors.filter(({ kind }) => kind === 'determination')).toHaveLength(1);
  });

  test('cannot be made in the future, which would put off every clock that counts from it', () => {
    const found = refusalOf(incidentInMemory(), 'determine', legal, {
      customerReportable: 'yes',
      basis: 'data was read',
      happenedAt: hours(100),
    });
    expect(found?.type).toBe('Malformed');
  });
});

test('an undecided rule is decided once, for all groups of it', () => {
  const undecided = obligationGroup({ outcome: 'undecided' });
  const incident = incidentInMemory({ answers: { groups: [undecided, { ...undecided, stage: 'update' }] } });
  play(incident, [step('setAffectedTenants', communications, tenants)]);
  const decision = { ruleId: undecided.ruleId, applies: true, reason: 'it is personal data' };
  expect(refusalOf(incident, 'decideUndecided', legal, decision)).toBeUndefined();
  expect(refusalOf(incident, 'decideUndecided', legal, decision)?.type).toBe('NotKnown');
});

test('the same rule may be filed for another stage', () => {
  const incident = played([step('recordFiling', legal, filing)]);
  expect(refusalOf(incident, 'recordFiling', legal, { ...filing, stage: 'final-report' })).toBeUndefined();
});

test('a notice that lacks something is looked at again when the same text is proposed again', () => {
  const lacking = { groups: [obligationGroup()], noticeLacks: ['template:ja'] };
  const incident = incidentInMemory({ answers: lacking });
  play(incident, proposedNotice);

  const other = { ...notice, contentHash: 'f'.repeat(64) };
  expect(refusalOf(incident, 'proposeNotice', communications, other)?.type).toBe('Stale');
  play(incident, [step('proposeNotice', communications, notice)]);
  expect(incident.events.filter(({ type }) => type === 'notice-prepared')).toHaveLength(2);
});

test('the gate of a notice is named after it', () => {
  expect(noticeIdOf('notice:first-1')).toBe('first-1');
  expect(noticeIdOf('eradication')).toBeUndefined();
});
