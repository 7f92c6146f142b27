import type { Role, Sender } from '../../src/contract/principal';
import {
  refusalOfRole,
  refusalOfService,
  rolesFor,
  rolesThatDecide,
  type Action,
} from '../../src/domain/authority';
import { messageNames } from '../support/arbitraries';
import {
  containment,
  hours,
  incidentInMemory,
  play,
  refusalOf,
  contentHash,
  type Content,
  type MessageName,
} from '../support/incidents';

const srt: Role = 'security-response';
const team: Role = 'service-team';
const eim: Role = 'executive-incident-manager';
const comms: Role = 'communications';
const legal: Role = 'legal';
const participant: Role = 'participant';
const everyone = [srt, team, eim, comms, legal, participant];

const speaking = (role: Role): Sender => ({
  by: `someone-of-${role}`,
  role,
  ...(role === team && { team: 'storage-team' }),
});

test.each<[Action, readonly Role[]]>([
  ['record', [srt, team, eim]],
  ['record-fact', [srt, team, eim, comms, legal]],
  ['propose-plan', [srt, team]],
  ['agree', [srt, team]],
  ['complete-task', [team]],
  ['mark-unaffected', [srt, team]],
  ['record-recovery', [srt, team]],
  ['confirm-recovery', [srt]],
  ['review-emergency', [eim]],
  ['determine', [srt, eim, comms, legal]],
  ['set-affected-tenants', [srt, team, comms]],
  ['decide-undecided', [comms, legal]],
  ['write-notice', [comms, legal]],
  ['propose-hold', [srt, eim, comms, legal]],
  ['release-hold', [eim, legal]],
  ['retry-step', [srt, comms]],
  ['write-status-post', [comms, legal]],
  ['open-entry', everyone],
  ['close-entry', [srt, team]],
  ['assign-entry', [srt, team]],
  ['waive-entry', [eim]],
  ['run-postmortem', [srt]],
  ['sign-off', everyone],
])('%s is for %j', (action, roles) => {
  expect(rolesFor(action)).toEqual(roles);
  const allowed = everyone.filter((role) => refusalOfRole(action, speaking(role)) === undefined);
  expect(allowed).toEqual(roles);
});

test('a refusal says who speaks, as what, and whom to ask', () => {
  expect(refusalOfRole('waive-entry', speaking(srt))).toBe(
    'someone-of-security-response speaks as security-response, but this is for executive-incident-manager; ask one of them',
  );
});

test.each<[string, readonly Role[]]>([
  ['eradication', [eim]],
  ['notice:first-1', [eim, legal]],
  ['status-post:storage-1', [eim, legal]],
])('gate %s is decided by %j', (gate, roles) => {
  expect(rolesThatDecide(gate)).toEqual(roles);
});

describe('a service team', () => {
  const storage = { service: 'storage', team: 'storage-team' };

  test('acts for its own services', () => {
    expect(refusalOfService(speaking(team), storage)).toBeUndefined();
  });

  test('does not act for those of others, named or not', () => {
    expect(refusalOfService({ ...speaking(team), team: 'identity-team' }, storage)).toBe(
      'service storage belongs to team storage-team; someone-of-service-team speaks for team identity-team',
    );
    expect(refusalOfService({ by: 'ben', role: team }, storage)).toBe(
      'service storage belongs to team storage-team; ben speaks for team (none named)',
    );
  });

  test('is the only one bound to services', () => {
    expect(refusalOfService(speaking(srt), storage)).toBeUndefined();
  });
});

// The same table through the intake: process description, section 2

interface Row<Name extends MessageName = MessageName> {
  readonly name: Name;
  readonly content: Content<Name>;
  readonly roles: readonly Role[];
}
const row = <Name extends MessageName>(
  name: Name,
  roles: readonly Role[],
  content: Content<Name>,
): [string, Row] => [`${name} ${JSON.stringify(content).slice(0, 60)}`, { name, content, roles }];

const evidence = ['log:4711'];
const rows: readonly [string, Row][] = [
  row('openEntry', everyone, { ref: 'BUG-1', title: 'keys are logged' }),
  row('closeEntry', [srt, team], { ref: 'BUG-1' }),
  row('reopenEntry', [srt, team], { ref: 'BUG-1', reason: 'it is back' }),
  row('recordEntry', everyone, { change: 'open', ref: 'BUG-1', title: 'keys are logged' }),
  row('recordEntry', [srt, team], { change: 'close', ref: 'BUG-1' }),
  row('recordEntry', [srt, team], { change: 'reopen', ref: 'BUG-1', reason: 'it is back' }),
  row('assignEntry', [srt, team], { ref: 'BUG-1', owner: 'ben' }),
  row('waiveEntry', [eim], { ref: 'BUG-1', reason: 'retired', expiresAt: hours(99) }),
  row('recordFact', everyone, { text: 'a customer has called' }),
  row('recordAnchor', [srt, team, eim], {
    kind: 'occurrence',
    at: '2026-11-01',
    precision: 'day',
    basis: 'log',
  }),
  row('chooseAnchor', [srt, eim, comms, legal], { anchor: 'detection-1', reason: 'it is the surest' }),
  row('addServices', [srt, team, eim], {
    services: [{ service: 'archive', team: 'storage-team', regions: [] }],
  }),
  row('recordAnalysis', [srt, team, eim, participant], { text: 'forged tokens' }),
  row('recordEmergencyAction', everyone, { what: 'pulled the plug', why: 'data was leaving' }),
  row('reviewEmergencyAction', [eim], { action: 'E1', verdict: 'upheld', reason: 'it helped' }),
  row('reportSignOfBreach', everyone, { what: 'a new web shell' }),
  row('recordSharing', [srt, team, eim, comms, legal], {
    with: 'police',
    what: 'addresses',
    under: 'warrant 12',
  }),
  row('proposePlan', [srt, team], {
    kind: 'containment',
    objective: 'stop forged tokens',
    tasks: [{ service: 'storage', what: 'revoke the key', track: 'containment', supporter: 'srt-ana' }],
  }),
  row('agree', [srt, team], { kind: 'containment', version: 1, verdict: 'agree', service: 'storage' }),
  row('completeTask', [team], {
    service: 'storage',
    track: 'containment',
    what: 'revoke the key',
    evidence,
  }),
  row('markUnaffected', [srt, team], { service: 'storage', reason: 'clean' }),
  row('recordOutsideStatement', [srt, team, eim], { service: 'storage', statement: 'clean' }),
  row('recordEviction', [srt, team, eim], { foothold: 'web-shell', state: 'known' }),
  row('recordVulnerability', [srt, team, eim], { vulnerability: 'key-in-log', state: 'known' }),
  row('recordVulnerability', [eim], {
    vulnerability: 'key-in-log',
    state: 'accepted',
    reason: 'retired soon',
    expiresAt: hours(99),
  }),
  row('stateRootCause', [srt], { verdict: 'removed', confidence: 'high', evidence }),
  row('confirmRecovery', [srt], { reason: 'the intruder is out' }),
  row('recordRecovery', [srt, team], { service: 'storage', part: 'baseline', text: 'build 41' }),
  row('startWatch', [srt], { endsAt: hours(99), controls: 'closer alerts' }),
  row('endWatch', [srt], { planCarriedOut: 'It was.', noSignOfBreach: 'None.' }),
  row('determine', [srt, eim, comms, legal], { customerReportable: 'yes', basis: 'data was read' }),
  row('setAffectedTenants', [srt, team, comms], {
    include: ['acme'],
    from: hours(-9),
    reason: 'they called',
  }),
  row('leaveRemovedTenants', [comms, legal], { tenantSetVersion: 2, reason: 'they have left us' }),
  row('attestDelivery', [srt, comms, legal], {
    tenantId: 'initech',
    channel: 'phone',
    at: hours(-1),
    reference: 'call 4711',
  }),
  row('waiveDelivery', [eim, legal], { tenantId: 'initech', reason: 'the company is wound up' }),
  row('decideUndecided', [comms, legal], { ruleId: 'de-bsig-32', applies: false, reason: 'no such service' }),
  row('proposeNotice', [comms, legal], { noticeId: 'first-1', revision: 1, stage: 'first', contentHash }),
  row('holdNotice', [srt, eim, comms, legal], {
    scope: { notices: ['first-1'] },
    reason: 'the police ask for it',
    until: hours(48),
  }),
  row('releaseHold', [eim, legal], { holdId: 'H1', reason: 'the arrest was made' }),
  row('holdDelivery', [srt, eim, comms, legal], { reason: 'the text names the wrong service' }),
  row('resumeDelivery', [srt, eim, comms, legal], { reason: 'the relay has the new password' }),
  row('settleDoubts', [srt, comms, legal], {
    campaignId: 'first-1.1',
    decision: 'resend',
    reason: 'the relay has never seen it',
  }),
  row('endStandingUpdate', [comms, legal], { noticeId: 'update-1', reason: 'the next one has news' }),
  row('retryStep', [srt, comms], { step: 'send/first-1/1/x', reason: 'the directory is back' }),
  row('proposeStatusPost', [comms, legal], { postId: 'storage-1', revision: 1, contentHash, tlp: 'CLEAR' }),
  row('recordFiling', [comms, legal], {
    ruleId: 'de-bsig-32',
    stage: 'early-warning',
    reference: 'BSI-1',
    submittedAt: hours(-1),
  }),
  row('recordPromise', [comms, legal], {
    text: 'We tell those affected within 72 hours.',
    hours: 72,
    madeAt: hours(-1),
    precision: 'second',
    covers: 'all',
    basis: 'the statement of our chief executive',
  }),
  row('postmortem', [srt], { part: 'response-review', text: 'contained within the hour' }),
  row('declareTriageDone', [srt], { nothingToFix: 'the part is gone' }),
];

describe('who may send', () => {
  test.each(rows)('%s', (_, { name, content, roles }) => {
    const refused = everyone.filter((role) => {
      const incident = incidentInMemory();
      play(incident, containment);
      return refusalOf(incident, name, speaking(role), content)?.type === 'NotAllowed';
    });
    expect(refused).toEqual(everyone.filter((role) => !roles.includes(role)));
  });

  test('every message is in the table', () => {
    const named = new Set(rows.map(([, { name }]) => name));
    expect(messageNames.filter((name) => !named.has(name))).toEqual([]);
  });
});

test.each<[string, Role | 'other team', string]>([
  ['storage-team', team, 'accepted'],
  ['storage-team', 'other team', 'NotAllowed'],
  ['security-response', srt, 'accepted'],
  ['security-response', team, 'NotAllowed'],
  ['security-response', comms, 'NotAllowed'],
  ['storage-team', participant, 'NotAllowed'],
  ['storage-team', srt, 'NotAllowed'],
])('the sign-off of %s by %s is %s', (party, by, outcome) => {
  const sender = by === 'other team' ? { ...speaking(team), team: 'identity-team' } : speaking(by);
  const refusal = refusalOf(incidentInMemory(), 'postmortem', sender, {
    part: 'sign-off',
    text: 'agreed',
    party,
  });
  expect(refusal?.type ?? 'accepted').toBe(outcome);
});
