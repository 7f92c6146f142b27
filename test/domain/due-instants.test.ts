// A due instant never moves later without a decision on the timeline (invariant C7): of the state of an incident.
import fc from 'fast-check';
import { withoutSilentDelay } from '../../src/domain/due-instants';
import { decisionSinceAssessment } from '../../src/domain/incident';
import type { ObligationGroup } from '../../src/domain/obligations';
import { assessmentOf, hours, incidentInMemory, obligationGroup, people } from '../support/incidents';

const own = (changes: Partial<ObligationGroup> = {}) =>
  obligationGroup({ ruleId: 'eu-nis2-23', duty: 'provider-own', dueAt: hours(24), ...changes });

const dueAfter = (before: ObligationGroup, now: ObligationGroup, decision?: string, version = 1) =>
  withoutSilentDelay(assessmentOf([before]), assessmentOf([now], version), decision).groups[0]?.dueAt;

test('the first assessment stands as it is', () => {
  expect(withoutSilentDelay(undefined, assessmentOf([own()]), undefined).groups[0]?.dueAt).toBe(hours(24));
});

test('what is due earlier now is due earlier', () => {
  expect(dueAfter(own(), own({ dueAt: hours(20) }))).toBe(hours(20));
});

test('what would be due later stays due when it was, unless somebody decided', () => {
  expect(dueAfter(own(), own({ dueAt: hours(30) }))).toBe(hours(24));
  expect(dueAfter(own(), own({ dueAt: hours(30) }), '#7 anchor-chosen by legal-gus')).toBe(hours(30));
});

test('a clock that would stop goes on, unless somebody decided', () => {
  const { dueAt: _, ...stopped } = own({ clock: 'not-started' });

  expect(dueAfter(own(), stopped)).toBe(hours(24));
  expect(dueAfter(own(), stopped, '#7 fact-recorded by legal-gus')).toBeUndefined();
});

test('other tenants have clocks of their own; those of the provider stay', () => {
  const toTenants = { duty: 'provider-to-tenant' } as const;

  expect(dueAfter(own(toTenants), own({ ...toTenants, dueAt: hours(30) }), undefined, 2)).toBe(hours(30));
  expect(dueAfter(own(), own({ dueAt: hours(30) }), undefined, 2)).toBe(hours(24));
});

test('the strictest instant of a duty never moves later, whatever is assessed in a row', () => {
  const instants = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(instants, (dues) => {
      const assessments = dues.map((due) => assessmentOf([own({ dueAt: hours(due) })]));
      const last = assessments.reduce((before, now) => withoutSilentDelay(before, now, undefined));
      expect(last.groups[0]?.dueAt).toBe(hours(Math.min(...dues)));
    }),
  );
});

test('a fact is a decision until it was looked up; a new version of the tenants is none', () => {
  const incident = incidentInMemory();
  incident.send('recordFact', people.legal, { text: 'It is significant.', name: 'significant', value: true });
  expect(decisionSinceAssessment(incident.state)).toMatch(/^#\d+ fact-recorded by /);

  const { factsRevision } = incident.state;
  incident.record({ type: 'obligations-assessed', assessment: assessmentOf([own()]), factsRevision });
  expect(decisionSinceAssessment(incident.state)).toBeUndefined();

  incident.record({
    type: 'affected-tenants-identified',
    ...incident.answers.tenantSet,
    version: 1,
  });
  expect(incident.state.factsRevision).toBe(factsRevision + 1);
  expect(decisionSinceAssessment(incident.state)).toBeUndefined();
});
