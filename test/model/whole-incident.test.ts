// The whole incident against a model of its rules, in games of random moves. `npm run test:deep` plays many more of them;
// FIREBREAK_MODEL_RUNS says how many, FIREBREAK_MODEL_SEED plays the games of a former run again.
import fc from 'fast-check';
import { begun, commandArbitraries, storyLength } from './commands';
import { declaredModel, reasonToStayOpen } from './incident-model';

const numRuns = Number(process.env.FIREBREAK_MODEL_RUNS ?? 10_000);
const seed = Number(process.env.FIREBREAK_MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));

jest.setTimeout(60_000 + numRuns * 20);

test('whatever is sent by whomever in whatever order, every rule of the process holds', () => {
  console.info(`${numRuns.toLocaleString('en')} games, FIREBREAK_MODEL_SEED=${String(seed)}`);

  fc.assert(
    fc.property(
      fc.nat({ max: storyLength }),
      fc.commands(commandArbitraries, { maxCommands: 8 }),
      (steps, commands) => {
        fc.modelRun(() => begun(steps), commands);
      },
    ),
    { numRuns, seed },
  );
});

test('the story itself breaks no rule and leads to an incident that may be closed', () => {
  const { model, real } = begun(storyLength);

  expect(reasonToStayOpen(declaredModel, real.now())).toBe('nobody has determined');
  expect(reasonToStayOpen(model.model, real.now())).toBeUndefined();
});
