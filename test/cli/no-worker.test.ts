// A server that is up while nobody works: questions are answered soon, by a sentence that says whom to start.
import { Client, Connection } from '@temporalio/client';
import { startTemporal, type LocalTemporal } from '../../scripts/local/servers.mjs';
import { Firebreak, Unreachable } from '../../src/client';
import { declarationOf } from '../support/incidents';

let temporal: LocalTemporal;
let connection: Connection;
beforeAll(async () => {
  temporal = await startTemporal();
  connection = await Connection.connect({ address: temporal.address });
});
afterAll(async () => {
  await connection.close();
  await temporal.stop();
});

test('a question that no worker answers fails within seconds, and says what to start', async () => {
  const firebreak = Firebreak.over(new Client({ connection }));
  const { incidentId } = await firebreak.declareIncident({ ...declarationOf(), incidentId: 'unattended' });
  const askedAtMs = Date.now();

  const failure: unknown = await firebreak.status(incidentId).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(Unreachable);
  expect((failure as Error).message).toBe(
    'no worker answers for incident unattended; start one with firebreak worker, or see why it is behind',
  );
  expect(Date.now() - askedAtMs).toBeLessThan(20_000);
});
