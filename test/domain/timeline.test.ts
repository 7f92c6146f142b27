import { sentenceOf, timelineOf } from '../../src/domain/timeline';
import { sampleEvents } from '../support/arbitraries';
import { declaredAt, hours, played, recorded, wholeStory } from '../support/incidents';

test.each(Object.values(sampleEvents).map((event) => [event.type, event] as const))(
  '%s has a sentence that says nothing undefined',
  (_, event) => {
    const sentence = sentenceOf(event);
    expect(sentence.length).toBeGreaterThan(10);
    expect(sentence).not.toMatch(/undefined|null|\[object|NaN/);
    expect(sentence).toBe(sentence.trim());
  },
);

test('a fact without a value is told as true', () => {
  expect(sentenceOf({ type: 'fact-recorded', name: 'encrypted' })).toBe('Fact encrypted is true.');
});

test('one of a thing is told in the singular', () => {
  expect(sentenceOf({ ...sampleEvents.declared, services: 1 })).toContain('1 service.');
  expect(sentenceOf(sampleEvents['affected-tenants-identified'])).toContain('1,200 tenants');
  expect(sentenceOf({ ...sampleEvents['deadlines-missed'], clocks: ['a', 'b'] })).toContain('2 deadlines');
});

test('a hundred deadlines do not make a line of a hundred names', () => {
  const clocks = Array.from({ length: 100 }, (_, index) => `rule-${String(index)}/notice`);
  expect(sentenceOf({ ...sampleEvents['deadlines-neared'], clocks }).length).toBeLessThan(250);
});

test('a line says when it happened and when it was recorded, who, as what, and how that is known', () => {
  const [event] = recorded({
    ...sampleEvents['analysis-recorded'],
    at: hours(2),
    happenedAt: hours(1),
    by: 'srt-ana',
    role: 'security-response',
    boundBy: 'http-token',
  });
  expect(timelineOf(event === undefined ? [] : [event])).toEqual([
    {
      seq: 1,
      at: hours(1),
      recordedAt: hours(2),
      by: 'srt-ana',
      role: 'security-response',
      boundBy: 'http-token',
      type: 'analysis-recorded',
      text: 'Analysis A1: forged tokens',
    },
  ]);
});

test('a whole story is told in the order in which it was recorded', () => {
  const { events } = played(...wholeStory);
  const lines = timelineOf(events);
  expect(lines.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(lines[0]).toMatchObject({
    recordedAt: declaredAt,
    text: expect.stringMatching(
      /^The incident is declared; it concerns 2 services\. Its policy is [0-9a-f]{12}\.$/,
    ) as string,
  });
});
