// A flood of nonsense must neither bury the timeline nor make the story too long: the first refusals of an hour are told,
// the others are counted.
import type { IncidentEvent } from '../../src/domain/events';
import { addMs } from '../../src/domain/instant';
import { placedRefusal, refusalsIn, refusalsToldAnHour } from '../../src/domain/refused-messages';
import { sentenceOf } from '../../src/domain/timeline';
import { sampleEvents } from '../support/arbitraries';
import { declaredAt, recorded } from '../support/incidents';

const minuteMs = 60_000;
const problem = 'title is missing';

/** One refusal after the other, so far apart. */
function afterRefusals(
  count: number,
  { apartMs = 0, message = 'openBug', before = [] as readonly IncidentEvent[] } = {},
): IncidentEvent[] {
  const events = [...before];
  for (let index = 0; index < count; index += 1) {
    const now = addMs(declaredAt, index * apartMs);
    const { place, event } = placedRefusal(events, { message, problem }, now);
    events[place] = event;
  }
  return events;
}

const typesOf = (events: readonly IncidentEvent[]) => events.map(({ type }) => type);

test('the first of an hour are told each by itself, word by word', () => {
  const events = afterRefusals(refusalsToldAnHour);

  expect(typesOf(events)).toEqual(Array(refusalsToldAnHour).fill('message-refused'));
  expect(events[0]).toMatchObject({ seq: 1, by: 'firebreak', message: 'openBug', problem });
});

test('all others of that hour are one line that counts them', () => {
  const events = afterRefusals(10_000);

  expect(events).toHaveLength(refusalsToldAnHour + 1);
  expect(events.at(-1)).toMatchObject({ type: 'further-messages-refused', count: 9980, seq: 21 });
  expect(refusalsIn(events)).toBe(10_000);
});

test('the line says how many there were, until when, and what they were called', () => {
  const told = afterRefusals(25);
  const { place, event } = placedRefusal(told, { message: 'launch', problem }, addMs(declaredAt, minuteMs));
  told[place] = event;

  const counting = told.at(-1);

  expect(counting && sentenceOf(counting)).toBe(
    '6 further messages (openBug, launch) until 2026-11-23T08:01:00.000Z were ignored and only counted.',
  );
});

test('of many names no more than ten are told', () => {
  let events = afterRefusals(20);
  for (let name = 0; name < 50; name += 1)
    events = afterRefusals(1, { before: events, message: `name-${String(name)}` });

  expect(events.at(-1)).toMatchObject({ count: 50, messages: { length: 10 } });
});

test('an hour after the count began refusals are told again', () => {
  const events = afterRefusals(60, { apartMs: 2.5 * minuteMs });

  expect(typesOf(events.slice(20))).toEqual([
    'further-messages-refused',
    ...Array<string>(16).fill('message-refused'),
  ]);
  expect(refusalsIn(events)).toBe(60);
});

test('few an hour are all told, however many they become', () => {
  const events = afterRefusals(200, { apartMs: 4 * minuteMs });

  expect(new Set(typesOf(events))).toEqual(new Set(['message-refused']));
});

test('what happens in between keeps its place and its number', () => {
  const flooded = afterRefusals(100);
  const between: IncidentEvent = {
    ...recorded(sampleEvents['entry-opened'])[0],
    seq: 22,
    at: declaredAt,
  } as IncidentEvent;

  const events = afterRefusals(100, { before: [...flooded, between] });

  expect(events).toHaveLength(22);
  expect(events.at(-1)).toBe(between);
  expect(events[20]).toMatchObject({ seq: 21, count: 180 });
});

test('those that are counted, and those of which only a sum is left, count among the refused', () => {
  expect(
    refusalsIn(
      recorded(
        sampleEvents['message-refused'],
        sampleEvents['decision-refused'],
        { ...sampleEvents['further-messages-refused'], count: 5 },
        {
          type: 'story-shortened',
          types: [
            { type: 'message-refused', count: 10 },
            { type: 'delivery-progressed', count: 99 },
          ],
        },
        sampleEvents.determined,
      ),
    ),
  ).toBe(17);
});
