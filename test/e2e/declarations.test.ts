/** Declaring is idempotent by the incident's id, on a real server and from many clients at once. */
import { Connection, Client } from '@temporalio/client';
import { Firebreak } from '../../src/client';
import { aDeclaration, e2eStage, type E2eStage } from '../support/e2e-stage';

let stage: E2eStage;

beforeAll(async () => {
  stage = await e2eStage();
}, 60_000);

afterAll(() => stage.stop());

test('100 parallel declarations of one id give one workflow', async () => {
  const connections = await Promise.all(
    Array.from({ length: 5 }, () => Connection.connect({ address: stage.address })),
  );
  const services = connections.map((connection) =>
    Firebreak.over(new Client({ connection, namespace: stage.namespace })),
  );
  const declaration = aDeclaration();

  const declared = await Promise.all(
    Array.from({ length: 20 }, () => services.map((service) => service.declareIncident(declaration))).flat(),
  );

  expect(declared).toHaveLength(100);
  expect(new Set(declared.map(({ runId }) => runId)).size).toBe(1);
  const history = await handleOf(declaration).fetchHistory();
  expect(history.events?.filter((event) => event.workflowExecutionStartedEventAttributes)).toHaveLength(1);
  await Promise.all(connections.map((connection) => connection.close()));
});

test('declarations without an id are different incidents, in the order of time', async () => {
  const { incidentId: _, ...declaration } = aDeclaration();

  const first = await stage.firebreak.declareIncident(declaration);
  await new Promise((resolve) => setTimeout(resolve, 2));
  const second = await stage.firebreak.declareIncident(declaration);

  expect(second.incidentId > first.incidentId).toBe(true);
});

test('a closed incident is not reopened: the sentence says what to do instead', async () => {
  const declaration = aDeclaration();
  await stage.firebreak.declareIncident(declaration);
  await handleOf(declaration).terminate();

  await expect(stage.firebreak.declareIncident(declaration)).rejects.toMatchObject({
    type: 'InputProblem',
    field: 'incidentId',
    message: `incident ${declaration.incidentId} is closed; declare a new one and link it with relatedTo`,
  });
  const next = await stage.firebreak.declareIncident(aDeclaration({ relatedTo: declaration.incidentId }));

  expect(next.incidentId).not.toBe(declaration.incidentId);
  expect((await handleOf(declaration).describe()).status.name).toBe('TERMINATED');
});

test('a namespace that is not set up for incidents is told as such, and nothing is started', async () => {
  const connection = await Connection.connect({ address: stage.address });
  const namespace = `bare-${stage.namespace}`;
  const service = Firebreak.over(new Client({ connection, namespace }));

  await expect(service.declareIncident(aDeclaration())).rejects.toMatchObject({
    type: 'RefusedByServer',
    message: expect.stringContaining(`no namespace ${namespace}`) as string,
  });
  await connection.close();
});

function handleOf({ incidentId }: { readonly incidentId: string }) {
  return stage.temporal.workflow.getHandle(`incident/${incidentId}`);
}
