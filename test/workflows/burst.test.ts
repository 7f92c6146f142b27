// What a script that has gone wild, or somebody who means harm, can send in a minute: the incident lives on, later
// messages work, and whatever was valid is there. `npm run test:deep` sends the 10,000 that the server lets one run have.
import { people } from '../support/incidents';
import { realTimeStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(240_000);

const burst = Number(process.env.FIREBREAK_BURST ?? 3000);
const atOnce = 100;

let stage: Stage;
beforeAll(async () => {
  stage = await realTimeStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

/** As fast as the server takes them. */
async function inABurst(send: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const sendRest = async () => {
    while (next < burst) {
      next += 1;
      await send(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendRest));
}

/** The server lets no run have more than 10,000 signals: what comes next has to wait for the next run, so we do. */
async function untilTaken(incident: StagedIncident): Promise<void> {
  const { handle } = incident;
  for (;;) {
    const { historyLength } = await handle.describe();
    if (historyLength < 100) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function runsOf(incident: StagedIncident): Promise<number> {
  return (await incident.histories()).length;
}

const bug = { ...people.responder, title: 'Keys are logged' };

test('a burst of signals that cannot be taken is counted, and the next one that can is taken', async () => {
  const incident = await stage.declare();

  await inABurst(() => incident.signal('openBug', { ...people.responder, ref: 'BUG-1' }));
  await untilTaken(incident);
  await incident.signal('openBug', { ...bug, ref: 'BUG-2' });

  await incident.untilLine('entry-opened');
  const told = await incident.lines('message-refused');
  const [counted] = await incident.lines('further-messages-refused');
  expect(told).toHaveLength(20);
  expect(counted?.text).toContain(`${(burst - 20).toLocaleString('en')} further messages (openBug)`);
  expect(await incident.timeline()).toHaveLength(2 + 20 + 1 + 1);
  expect(await runsOf(incident)).toBeGreaterThan(1);
  await incident.tell('recordFact', people.legal, { text: 'It is over.' });
  expect(await incident.lines('fact-recorded')).toHaveLength(1);
});

test('a burst of bugs is recorded whole, run after run, and the last of them can be closed', async () => {
  const incident = await stage.declare();

  await inABurst((index) => incident.signal('openBug', { ...bug, ref: `BUG-${String(index)}` }));

  await untilTaken(incident);
  const { followUp } = await incident.status();
  expect(followUp.entriesOpen).toBe(burst);
  expect(followUp.phase).toBe('collecting');
  expect(await runsOf(incident)).toBeGreaterThan(1);
  expect(await incident.lines('message-refused')).toEqual([]);
  await incident.signal('closeBug', { ...people.responder, ref: `BUG-${String(burst)}` });
  await incident.until(({ followUp: { entriesOpen } }) => entriesOpen === burst - 1);
  const { lacks } = await incident.gate('closing');
  expect(lacks.at(-1)?.sentence).toContain('more entries');
});
