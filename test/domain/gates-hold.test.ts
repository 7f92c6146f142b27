// No order of events opens a gate early: steps of the whole story in any order, some left out. Whatever is open must have
// seen all that it asks for, and these lists are written from the process, not from the gates.
import fc from 'fast-check';
import { gatesOf } from '../../src/domain/gates';
import { Refusal } from '../../src/domain/intake/refusal';
import {
  containment,
  determination,
  eradication,
  incidentInMemory,
  noticeGateName,
  notices,
  people,
  proposedNotice,
  recovery,
  report,
  runTracks,
  step,
  watch,
  wholeStory,
  type MemoryIncident,
  type Step,
} from '../support/incidents';

const breach = step('reportSignOfBreach', people.forensics, { what: 'a new web shell' });
const steps: readonly Step[] = [...wholeStory.flat(), breach];

/** Of the story's parts by their place: what nobody can do without. */
const plan = eradication.slice(2, 7);
const rootCause = eradication.slice(-1);
const confirmation = recovery.slice(0, 1);
const restorations = [recovery[6], recovery[12]].filter((each) => each !== undefined);
const reports = report.filter((_, place) => place !== 3);

const neededOf: Readonly<Record<string, readonly Step[]>> = {
  eradication: plan,
  recovery: [...rootCause, ...confirmation],
  stable: [...restorations, ...watch],
  [noticeGateName]: [...proposedNotice, ...notices.slice(-2, -1)],
  postmortem: [...restorations, ...watch, ...reports],
  closing: [...restorations, ...watch, ...determination, ...reports.slice(-1)],
};

/** What a sign of breach undoes: it has to be done again in the new round. */
const undoneByBreach = new Set<Step>([
  ...containment.slice(1),
  ...plan,
  ...rootCause,
  ...confirmation,
  ...restorations,
  ...watch,
]);

/** Every step that was accepted and still counts. */
function takeStep(incident: MemoryIncident, act: Step, done: Set<Step>): void {
  try {
    act(incident);
  } catch (error) {
    if (error instanceof Refusal) return;
    throw error;
  }
  done.add(act);
  if (act === breach) for (const undone of undoneByBreach) done.delete(undone);
  runTracks(incident);
}

/** Mostly in the order of the story, so that it gets far; with steps left out, moved and repeated. */
const orders = fc
  .tuple(
    fc.subarray([...steps.keys()], { minLength: steps.length - 8 }),
    fc.array(fc.tuple(fc.nat({ max: steps.length - 1 }), fc.nat({ max: steps.length })), { maxLength: 12 }),
  )
  .map(([kept, moved]) => {
    const order = [...kept];
    for (const [what, where] of moved) order.splice(where, 0, what);
    return order.flatMap((place) => steps[place] ?? []);
  });

test('no order of events opens a gate before it has all that it asks for', () => {
  const opened = new Map<string, number>();

  fc.assert(
    fc.property(orders, (order) => {
      const incident = incidentInMemory();
      const done = new Set<Step>();
      for (const act of order) {
        takeStep(incident, act, done);
        for (const { gate, isOpen } of gatesOf(incident.state, incident.now())) {
          if (!isOpen) continue;
          opened.set(gate, (opened.get(gate) ?? 0) + 1);
          const missing = (neededOf[gate] ?? []).filter((each) => !done.has(each));
          if (missing.length > 0)
            throw new Error(`${gate} is open without ${String(missing.length)} of its steps`);
        }
      }
    }),
    { numRuns: 150 },
  );

  const often = ['eradication', 'recovery', 'stable', noticeGateName, 'postmortem'];
  expect([...opened.keys()]).toEqual(expect.arrayContaining(often));
});

test.each(
  Object.entries(neededOf).flatMap(([gate, needed]) => needed.map((_, place) => [gate, place] as const)),
)('the %s gate stays closed when step %i of those it needs is left out of the whole story', (gate, place) => {
  const leftOut = neededOf[gate]?.[place];
  const incident = incidentInMemory();
  const done = new Set<Step>();

  for (const act of wholeStory.flat()) if (act !== leftOut) takeStep(incident, act, done);

  const gates = gatesOf(incident.state, incident.now());
  expect(gates.find((each) => each.gate === gate)?.isOpen ?? false).toBe(false);
});
