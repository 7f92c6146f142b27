// What operators see of an incident in the Temporal UI: attributes to filter by, a page of Markdown that says whose
// move it is, and a description of everything that can be sent.
import { updateIntakes } from '../../src/domain/intake';
import {
  containment,
  eradication,
  hours,
  noticeGateName,
  obligationGroup,
  people,
  proposedNotice,
} from '../support/incidents';
import { workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

interface Metadata {
  readonly currentDetails?: string;
  readonly definition: Readonly<
    Record<
      'queryDefinitions' | 'signalDefinitions' | 'updateDefinitions',
      readonly { readonly name: string; readonly description: string }[]
    >
  >;
}

function metadataOf({ handle }: StagedIncident): Promise<Metadata> {
  return handle.query<Metadata>('__temporal_workflow_metadata');
}

async function attributesOf({ handle }: StagedIncident): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await handle.describe();
  return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
}

test('search attributes follow the incident', async () => {
  const incident = await stage.declare();
  incident.world.groups = [obligationGroup()];
  await incident.status();
  expect(await attributesOf(incident)).toMatchObject({
    IncidentId: incident.incidentId,
    IncidentSeverity: 'moderate',
    IncidentRole: 'incident',
    IncidentDrill: true,
    IncidentPhase: 'detection-and-analysis',
    IncidentWaitingFor: 'security-response',
    IncidentServices: ['storage', 'identity'],
    IncidentDetectedAt: new Date('2026-11-23T07:30:00.000Z'),
    EntriesOpen: 0,
  });

  await incident.signal('openBug', { ...people.responder, ref: 'BUG-1', title: 'Keys are logged' });
  await incident.play(containment, proposedNotice);
  await incident.untilLine('notice-prepared');

  expect(await attributesOf(incident)).toMatchObject({
    IncidentPhase: 'eradication',
    IncidentWaitingFor: 'executive-incident-manager',
    IncidentNextDeadline: new Date(hours(72)),
    EntriesOpen: 1,
  });
});

test('an attribute is upserted when it changes, not with every message', async () => {
  const incident = await stage.declare();
  await incident.status();
  const upserts = async () => {
    const [history] = await incident.histories();
    const { events } = history?.history as { readonly events: readonly object[] };
    return events.filter((event) =>
      Boolean(
        (event as { upsertWorkflowSearchAttributesEventAttributes?: object | null })
          .upsertWorkflowSearchAttributesEventAttributes,
      ),
    ).length;
  };
  expect(await upserts()).toBe(1);

  for (let fact = 0; fact < 10; fact += 1)
    await incident.tell('recordFact', people.responder, { text: 'Nothing that changes the picture.' });

  expect(await upserts()).toBe(1);
});

test('current details say whose move it is, what each gate lacks and what can be sent, in less than 2 KB', async () => {
  const services = Array.from({ length: 40 }, (_, index) => ({
    service: `a-service-with-a-long-name-${String(index)}`,
    team: 'storage-team',
  }));
  const incident = await stage.declare({ declaration: { services } });
  const details = (await metadataOf(incident)).currentDetails ?? '';
  expect(Buffer.byteLength(details)).toBeLessThan(2048);

  const small = await stage.declare();
  await small.play(containment, eradication.slice(0, 6));
  const { currentDetails } = await metadataOf(small);
  expect(currentDetails).toContain('Waiting for: **executive-incident-manager**');
  expect(currentDetails).toContain('- gate **eradication** lacks: version 1 is not approved →');
  expect(currentDetails).toContain('You can: approve, reject, openBug, closeBug, reopenBug (signals)');
});

test('every message has a description', async () => {
  const incident = await stage.declare();

  const { definition } = await metadataOf(incident);

  const { queryDefinitions, signalDefinitions, updateDefinitions } = definition;
  const all = [...queryDefinitions, ...signalDefinitions, ...updateDefinitions];
  expect(all.filter(({ description }) => !description)).toEqual([]);
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).sort();
  expect(names(signalDefinitions)).toEqual(
    ['approve', 'reject', 'openBug', 'closeBug', 'reopenBug', 'deliveryProgressed'].sort(),
  );
  expect(names(updateDefinitions)).toEqual(expect.arrayContaining(Object.keys(updateIntakes)));
  expect(names(updateDefinitions)).toEqual(expect.arrayContaining(['decide', 'recordTogether']));
});

test('activities and timers say in the history what they are for', async () => {
  const incident = await stage.declare();
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  await incident.decide(noticeGateName, people.legal);
  await incident.until(({ notification }) => notification.phase === 'complete');

  const histories = await incident.histories();

  const scheduled = histories.flatMap(({ history }) => eventsWithPurpose(history));
  expect(scheduled.length).toBeGreaterThan(6);
  expect(scheduled.filter(({ summary }) => summary === undefined)).toEqual([]);
});

interface ScheduledEvent {
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType?: { readonly name?: string };
  } | null;
  readonly timerStartedEventAttributes?: { readonly timerId?: string } | null;
  readonly userMetadata?: { readonly summary?: { readonly data?: Uint8Array } | null } | null;
}

function eventsWithPurpose(
  history: unknown,
): { readonly what: string; readonly summary: string | undefined }[] {
  const { events } = history as { readonly events: readonly ScheduledEvent[] };
  return events.flatMap((event) => {
    const what =
      event.activityTaskScheduledEventAttributes?.activityType?.name ??
      (event.timerStartedEventAttributes ? 'timer' : undefined);
    const data = event.userMetadata?.summary?.data;
    return what === undefined ? [] : [{ what, summary: data && Buffer.from(data).toString() }];
  });
}
