// One incident whose affected tenants change twice, played as a drill: real workflows on the time-skipping server, real
// activities, PostgreSQL, mails in a folder. What is to be told, by which notice, and when the incident calls it told.
import { declareIncident, type CaseIncident } from '../../scripts/cases/case-incident';
import { setCaseStage, type CaseStage } from '../../scripts/cases/stage';
import { receivedNotices } from '../../src/adapters/postgres/received-notices';
import { saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import type { NoticeDraftInput } from '../../src/contract/notice';
import { notificationPhase } from '../../src/domain/notification';
import { defaultPolicy } from '../../src/domain/policy';
import example from '../../examples/notice.json';
import byDifference from '../../examples/notice-by-difference.json';
import { addTenants } from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

const communications = { by: 'cxp-carol', role: 'communications' } as const;
const patienceMs = 120_000;

let postgres: TestDatabase;
let stage: CaseStage;
let incident: CaseIncident;

beforeAll(async () => {
  postgres = await testDatabase();
  stage = await setCaseStage(postgres.url);
  await addTenants(
    stage.database,
    ['acme', 'globex', 'initech', 'umbrella'].map((id) => ({ id })),
  );
  incident = await declareIncident(
    stage,
    {
      incidentId: 'by-difference-1',
      title: 'A session was stolen',
      summary: 'Secrets of customers were within reach.',
      severity: 'high',
      services: [{ service: 'storage', team: 'storage-team' }],
      detection: { at: '2026-01-05T09:00:00Z', precision: 'minute', basis: 'an alert' },
      reporter: { by: 'srt-ines', role: 'security-response' },
      mode: 'drill',
      startsAt: '2026-01-05T10:00:00Z',
    },
    defaultPolicy,
  );
}, patienceMs);

afterAll(async () => {
  await incident.end();
  await stage.stop();
  await postgres.destroy();
}, patienceMs);

async function affects(include: string[], changed: string[] = []): Promise<void> {
  await incident.tell('setAffectedTenants', {
    ...communications,
    ...{ include, changed, from: '2025-12-28T00:00:00Z', reason: 'their data was read' },
  });
  await incident.rest();
}

async function propose(draft: NoticeDraftInput): Promise<void> {
  const saved = await saveNoticeDraft(stage.database, incident.incidentId, draft, communications.by);
  await incident.tell('proposeNotice', { ...communications, ...saved, stage: draft.kind });
  await incident.rest();
}

async function approve(noticeId: string): Promise<Record<string, string>> {
  await stage.signatories.decide(incident.firebreak, {
    ...{ incidentId: incident.incidentId, gate: `notice:${noticeId}`, verdict: 'approve' },
    ...{ by: 'executive-incident-manager', reason: 'Read word for word.' },
  });
  await incident.rest();
  const received = await receivedNotices(stage.database)(incident.incidentId, noticeId);
  return Object.fromEntries(received.map(({ tenantId, kind }) => [tenantId, kind]));
}

const lacksOf = async (gate: string) =>
  (await incident.gates()).find((each) => each.gate === gate)?.lacks.map(({ code }) => code) ?? [];
const closingLacks = async () =>
  (await lacksOf('closing')).filter((code) =>
    ['deliveries', 'untold', 'outdated', 'not-withdrawn'].includes(code),
  );
const phase = async () => notificationPhase((await incident.recorded()).state.notification);

const second = byDifference as NoticeDraftInput;
test(
  'a new version of the tenants leaves something to tell, one notice by difference tells it, and nobody is told twice',
  async () => {
    await incident.tell('determine', {
      ...communications,
      ...{ customerReportable: 'yes', basis: 'Secrets of customers were within reach.' },
    });
    await affects(['acme', 'globex', 'initech']);
    await propose(example as NoticeDraftInput);
    expect(await approve('first-1')).toEqual({ acme: 'first', globex: 'first', initech: 'first' });
    expect([await phase(), await closingLacks()]).toEqual(['complete', []]);

    await affects(['acme', 'globex', 'umbrella'], ['acme']);
    expect([await phase(), await closingLacks()]).toEqual([
      'updating',
      ['deliveries', 'untold', 'outdated', 'not-withdrawn'],
    ]);

    const { variants: _, ...firstOnly } = second;
    await propose(firstOnly);
    expect(await lacksOf('notice:second-1')).toEqual([
      'variant:supplementary',
      'variant:withdrawal',
      'approval',
    ]);
    await propose(second);
    expect(await approve('second-1')).toEqual({
      acme: 'supplementary',
      initech: 'withdrawal',
      umbrella: 'first',
    });
    expect([await phase(), await closingLacks()]).toEqual(['complete', []]);

    await affects(['acme', 'globex']);
    expect(await closingLacks()).toEqual(['deliveries', 'not-withdrawn']);
    await incident.tell('leaveRemovedTenants', {
      ...communications,
      ...{ tenantSetVersion: 3, reason: 'They have closed their account.' },
    });
    expect([await phase(), await closingLacks()]).toEqual(['complete', []]);
  },
  patienceMs,
);
