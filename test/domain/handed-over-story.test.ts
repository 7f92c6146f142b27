// A run that has become too long hands its story over to the next one: within what the server takes, and without losing
// anything that the incident rests on.
import fc from 'fast-check';
import type { EventBody, IncidentEvent } from '../../src/domain/events';
import { handedOver, storyTakenOver } from '../../src/domain/handed-over-story';
import { apply } from '../../src/domain/incident';
import { packed, unpacked } from '../../src/domain/packed-story';
import { shortenedStory } from '../../src/domain/shortened-story';
import { sentenceOf, timelinePage } from '../../src/domain/timeline';
import { eventsArbitrary, sampleEvents } from '../support/arbitraries';
import {
  assessmentOf,
  blankIncident,
  hours,
  obligationGroup,
  people,
  played,
  recorded,
  totalsOf,
  wholeStory,
  type GivenEvent,
} from '../support/incidents';

const serverLimitBytes = 2 * 1024 * 1024;
const now = hours(500);
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const many = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));
const overJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
const stateAfter = (events: readonly IncidentEvent[]) => events.reduce(apply, blankIncident());
const author = { ...people.responder, boundBy: 'stated' as const };

const openedBug = (index: number): GivenEvent => ({
  ...sampleEvents['entry-opened'],
  ...author,
  ref: `BUG-${String(index)}`,
  title: `Keys are written to the crash dump of host ${String(index)}`,
  messageId: `message-${String(index)}`,
});
const report = (accepted: number): EventBody => ({
  ...sampleEvents['delivery-progressed'],
  totals: totalsOf({ accepted }),
  settled: false,
});

describe('packed', () => {
  test('any events come out as they went in', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        expect(unpacked(overJson(packed(events)))).toEqual(overJson(events));
      }),
      { numRuns: 300 },
    );
  });

  test('a whole incident comes out as it went in, with what each author said of themselves', () => {
    const { events } = played(...wholeStory);

    expect(unpacked(overJson(packed(events)))).toEqual(overJson(events));
  });

  test('10,000 bugs fit into the input of a run, and take less than half of what they were', () => {
    const events = recorded(...many(10_000, openedBug));

    expect(bytesOf(events)).toBeGreaterThan(serverLimitBytes);
    expect(bytesOf(packed(events))).toBeLessThan(bytesOf(events) / 2);
  });
});

describe('shortened', () => {
  const delivering: readonly GivenEvent[] = [
    sampleEvents['notice-proposed'],
    sampleEvents['notice-prepared'],
    sampleEvents['campaign-started'],
    sampleEvents['shards-started'],
  ];

  test('the incident is the same after it', () => {
    const { events } = played(...wholeStory);
    const longer = recorded(
      ...events,
      ...many(300, () => sampleEvents['message-refused']),
      ...many(300, (index) => ({ ...sampleEvents['entry-opened'], ref: `DCR-${String(index)}` })),
    );

    const shorter = shortenedStory(longer, now);

    expect(shorter.length).toBeLessThan(longer.length - 190);
    expect(stateAfter(shorter)).toEqual(stateAfter(longer));
  });

  test('of the reports of a shard the last stays, and the first that told of an accepted message', () => {
    const events = recorded(...delivering, ...[0, 0, 10, 20, 30].map(report));

    const reports = shortenedStory(events, now).filter(({ type }) => type === 'delivery-progressed');

    expect(reports.map(({ seq }) => seq)).toEqual([7, 9]);
    expect(stateAfter(shortenedStory(events, now))).toEqual(stateAfter(events));
  });

  test('it says at its end what was taken out, and counts what was only counted', () => {
    const refusals = many(150, () => sampleEvents['message-refused']);
    const counting = { ...sampleEvents['further-messages-refused'], count: 40 };
    const events = recorded(...delivering, ...[1, 2, 3].map(report), counting, ...refusals);

    const summary = shortenedStory(events, now).at(-1);

    expect(summary && sentenceOf(summary)).toBe(
      'Taken out of this timeline, because later lines stand for them: 1 delivery-progressed, 90 message-refused.',
    );
    expect(summary).toMatchObject({ seq: events.length + 1, at: now, by: 'firebreak' });
  });

  test('twice shortened it says so once, with the sum', () => {
    const refusals = many(150, () => sampleEvents['message-refused']);
    const once = shortenedStory(recorded(...refusals), now);

    const twice = shortenedStory(
      [
        ...once,
        ...refusals.map((body, index) => ({ ...recorded(body)[0], seq: 200 + index }) as IncidentEvent),
      ],
      now,
    );

    const summaries = twice.filter(({ type }) => type === 'story-shortened');
    expect(summaries).toMatchObject([{ types: [{ type: 'message-refused', count: 200 }] }]);
  });

  test('nothing to take out leaves the list as it is', () => {
    const { events } = played(...wholeStory);

    expect(shortenedStory(events, now)).toEqual(events);
  });

  test('a token that was refused is not carried on; one that waits or was accepted is', () => {
    const token = 'x'.repeat(12_000);
    const received = (decisionId: string) => ({ ...sampleEvents['decision-received'], decisionId, token });
    const events = recorded(
      received('D1'),
      { ...sampleEvents['decision-refused'], decisionId: 'D1' },
      received('D2'),
      { ...sampleEvents['decision-accepted'], decisionId: 'D2' },
      received('D3'),
    );

    const tokens = shortenedStory(events, now).map((event) => 'token' in event && event.token);

    expect(tokens).toEqual(['', false, token, false, token]);
    expect(stateAfter(shortenedStory(events, now)).pendingDecisions).toHaveLength(1);
  });

  test('of former assessments the groups are gone, and counted as not listed; the last is whole', () => {
    const assessed: EventBody = {
      type: 'obligations-assessed',
      assessment: assessmentOf([obligationGroup(), obligationGroup({ stage: 'update' })]),
      factsRevision: 1,
    };
    const refusals = many(101, () => sampleEvents['message-refused']);

    const kept = shortenedStory(recorded(assessed, assessed, ...refusals), now);

    expect(kept.slice(0, 2)).toMatchObject([
      { assessment: { rows: 2, groups: [], unlistedGroups: 2 } },
      { assessment: { rows: 2, groups: { length: 2 }, unlistedGroups: 0 } },
    ]);
  });
});

describe('handed over', () => {
  const inputBytes = (events: readonly IncidentEvent[]) => bytesOf(handedOver(events, now));
  const takenOver = (events: readonly IncidentEvent[]) => storyTakenOver(handedOver(events, now) ?? {});

  test('a story of usual length goes as it is, so that people can read it', () => {
    const { events } = played(...wholeStory);

    expect(handedOver(events, now)).toEqual({ events });
  });

  test.each<[string, readonly GivenEvent[]]>([
    ['10,000 bugs', many(10_000, openedBug)],
    [
      '5,000 refused decisions with long tokens',
      many(5000, (index): GivenEvent[] => {
        const decisionId = `D${String(index + 1)}`;
        const token = 'x'.repeat(2000);
        return [
          { ...sampleEvents['decision-received'], decisionId, token },
          { ...sampleEvents['decision-refused'], decisionId },
        ];
      }).flat(),
    ],
    ['20,000 reports of deliveries', many(20_000, (index) => report(index))],
    [
      '200 assessments of 100 groups',
      many(200, () => ({
        type: 'obligations-assessed' as const,
        assessment: assessmentOf(many(100, (index) => obligationGroup({ ruleId: `rule-${String(index)}` }))),
        factsRevision: 1,
      })),
    ],
    [
      'a quarter of refusals at every hour',
      many(91 * 24 * 21, (index) =>
        index % 21 === 20 ? sampleEvents['further-messages-refused'] : sampleEvents['message-refused'],
      ),
    ],
  ])('%s fit into the input of the next run, and are the same incident there', (_, bodies) => {
    const events = recorded(...bodies);

    expect(inputBytes(events)).toBeLessThan(1_800_000);
    expect(stateAfter(takenOver(events))).toEqual(stateAfter(events));
  });

  test('what does not fit at all is not handed over', () => {
    const events = recorded(
      ...many(4000, (index) => ({ ...openedBug(index), title: String(index).repeat(125) })),
    );

    expect(handedOver(events, now)).toBeUndefined();
  });
});

describe('a page of the timeline', () => {
  const events = recorded(...many(10_000, openedBug));

  test('is the newest that one answer holds', () => {
    const page = timelinePage(events);

    expect(page.at(-1)?.seq).toBe(10_000);
    expect(page.length).toBeLessThan(10_000);
    expect(bytesOf(page)).toBeLessThan(1_100_000);
  });

  test('page by page every line comes once, in order', () => {
    const seqs: number[] = [];
    for (let before = Number.POSITIVE_INFINITY; before > 1; before = seqs[0] ?? 1)
      seqs.unshift(...timelinePage(events, before).map(({ seq }) => seq));

    expect(seqs).toEqual(events.map(({ seq }) => seq));
  });

  test('a line that fills an answer by itself is still told', () => {
    const [long] = recorded({ type: 'fact-recorded', text: 'x'.repeat(1_500_000) });

    expect(timelinePage(long === undefined ? [] : [long])).toHaveLength(1);
  });
});
