// Where an approval is necessary (S23): always, unless the policy can show from what is known that it is not.
import type { ApprovalCondition } from '../../src/contract/policy';
import { eradicationGate } from '../../src/domain/gates';
import {
  containment,
  eradication,
  incidentInMemory,
  people,
  play,
  proposedNotice,
  step,
  type Step,
} from '../support/incidents';

const agreed = [...containment, ...eradication.slice(2, 6)];
const outage: ApprovalCondition = { condition: 'fact-is', fact: 'productionOutageExpected', value: false };
const noLoss: ApprovalCondition = { condition: 'fact-is', fact: 'dataLossPossible', value: false };
const fewTenants: ApprovalCondition = { condition: 'tenants-at-most', tenants: 3 };
const atMostModerate: ApprovalCondition = { condition: 'severity-at-most', severity: 'moderate' };
const fact = (name: string, value: boolean | string): Step =>
  step('recordFact', people.responder, { name, value });

/** Moderate, agreed to by everyone; the usual three tenants once `proposedNotice` is played. */
function gateUnder(conditions: readonly ApprovalCondition[], steps: readonly Step[]) {
  const incident = incidentInMemory({ policy: { approvalNotNecessaryWhen: [...conditions] } });
  play(incident, agreed, steps);
  return eradicationGate(incident.state);
}

test.each<[string, readonly ApprovalCondition[], readonly Step[]]>([
  ['a severity that is low enough', [atMostModerate], []],
  ['few tenants', [fewTenants], proposedNotice],
  ['a fact that is recorded so', [outage], [fact('productionOutageExpected', false)]],
  [
    'all of the conditions at once',
    [atMostModerate, fewTenants, outage, noLoss],
    [...proposedNotice, fact('productionOutageExpected', false), fact('dataLossPossible', false)],
  ],
])('is not necessary with %s', (_, conditions, steps) => {
  expect(gateUnder(conditions, steps).lacks).toEqual([]);
});

test.each<[string, readonly ApprovalCondition[], readonly Step[], string]>([
  ['a policy that names no condition', [], [], 'version 1 is not approved'],
  [
    'a severity that is too high',
    [{ condition: 'severity-at-most', severity: 'low' }],
    [],
    'version 1 is not approved, which is necessary: the severity is moderate',
  ],
  [
    'tenants that nobody has named',
    [fewTenants],
    [],
    'version 1 is not approved, which is necessary: nobody has said which tenants are affected (setAffectedTenants)',
  ],
  [
    'too many tenants',
    [{ condition: 'tenants-at-most', tenants: 2 }],
    proposedNotice,
    'version 1 is not approved, which is necessary: 3 tenants are affected, more than 2',
  ],
  [
    'a fact that is missing',
    [outage],
    [],
    'version 1 is not approved, which is necessary: the fact productionOutageExpected is not recorded (recordFact)',
  ],
  [
    'a fact that is otherwise',
    [outage],
    [fact('productionOutageExpected', true)],
    'version 1 is not approved, which is necessary: productionOutageExpected is true',
  ],
  [
    'a fact that is no answer',
    [outage],
    [fact('productionOutageExpected', 'hardly')],
    'version 1 is not approved, which is necessary: productionOutageExpected is "hardly"',
  ],
  [
    'one condition of several that does not hold',
    [outage, noLoss],
    [fact('productionOutageExpected', false)],
    'version 1 is not approved, which is necessary: the fact dataLossPossible is not recorded (recordFact)',
  ],
  [
    'a service that declines',
    [atMostModerate],
    [
      step('agree', people.identityTeam, {
        kind: 'eradication',
        version: 1,
        verdict: 'decline',
        service: 'identity',
        reason: 'the quarter ends',
      }),
    ],
    'version 1 is not approved, which is necessary: identity declines it',
  ],
])('is necessary with %s, and the gate says so', (_, conditions, steps, sentence) => {
  const { lacks } = gateUnder(conditions, steps);
  expect(lacks).toEqual([
    {
      code: 'approval',
      sentence,
      who: 'an executive-incident-manager who did not propose it (approve)',
    },
  ]);
});

test('a fact that turns out otherwise shuts a gate that nobody approved', () => {
  const steps = [fact('dataLossPossible', false), fact('dataLossPossible', true)];
  expect(gateUnder([noLoss], steps.slice(0, 1)).isOpen).toBe(true);
  expect(gateUnder([noLoss], steps).isOpen).toBe(false);
});

test('an approval that was given stands, whatever becomes necessary later', () => {
  const incident = incidentInMemory({ policy: { approvalNotNecessaryWhen: [noLoss] } });
  play(incident, agreed);
  incident.decide('eradication', people.executive);
  play(incident, [fact('dataLossPossible', true)]);
  expect(eradicationGate(incident.state).isOpen).toBe(true);
});
