/** `firebreak deliveries`, `evidence tenant`, `watch`: what was told to whom, in a list, for one tenant, and as it goes on. */
import { createHash } from 'node:crypto';
import { csvFields } from '../../src/adapters/csv';
import type { DeliveryRow } from '../../src/adapters/postgres/delivery-rows';
import type { TenantEvidence } from '../../src/adapters/postgres/tenant-evidence';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, enrolledApprover, type E2eStage } from '../support/e2e-stage';
import {
  approvedNotice,
  determination,
  everythingDelivered,
  importTenantsOfStorage,
  proposedNotice,
  type Step,
} from '../support/e2e-story';

const tenants = 3;

let stage: E2eStage;
let incidentId: string;
let env: Record<string, string>;
let tenantId: string;

beforeAll(async () => {
  stage = await e2eStage();
  env = stage.as('srt-ana', 'security-response');
  const [executive] = await Promise.all([
    enrolledApprover(stage, 'eim-dora', 'executive-incident-manager'),
    stage.startWorker(),
    importTenantsOfStorage(stage, tenants),
  ]);
  ({ incidentId } = await stage.firebreak.declareIncident(aDeclaration()));
  const steps: readonly Step[] = [...determination, proposedNotice, approvedNotice, everythingDelivered];
  for (const step of steps) await step({ stage, incidentId, executive });
  tenantId = (await list())[0]?.tenantId ?? '';
}, 120_000);

afterAll(() => stage.stop(), 60_000);

const list = (...words: string[]) => answerOf<DeliveryRow[]>(['deliveries', incidentId, ...words], { env });

async function textOf(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await firebreak(words, { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('deliveries', () => {
  test('lists each delivery with its state, the words of the relay and the hash of its bytes', async () => {
    const rows = await list();

    expect(rows).toHaveLength(tenants);
    for (const row of rows)
      expect(row).toMatchObject({
        noticeId: 'first-1',
        kind: 'first',
        channel: 'email',
        state: 'accepted',
        attempts: 1,
        possibleDuplicate: false,
        reply: expect.stringMatching(/^250 /) as string,
        bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        messageId: expect.stringMatching(/^[0-9a-f]{32}@provider\.example$/) as string,
      });
  });

  test('are chosen by state and by tenant', async () => {
    expect(await list('--state', 'refused', 'needs-human')).toEqual([]);
    expect(await list('--state', 'accepted', '--tenant', tenantId)).toMatchObject([{ tenantId }]);
    expect(await textOf('deliveries', incidentId, '--state', 'refused')).toBe(
      'No delivery is in such a state.\n',
    );
    expect(await textOf('deliveries', incidentId, '--tenant', tenantId)).toContain(
      `${tenantId}  first-1.1 first  accepted  email `,
    );
  });

  test('are a table for a spreadsheet, in which no name is a formula', async () => {
    const name = '=HYPERLINK("https://evil.example")';
    await stage.database
      .updateTable('delivery')
      .set({ tenant_name: name })
      .where('tenant_id', '=', tenantId)
      .execute();

    const [head = '', ...records] = (await textOf('deliveries', incidentId, '--csv')).trimEnd().split('\n');

    const column = csvFields(head)?.indexOf('tenant_name') ?? -1;
    expect(records).toHaveLength(tenants);
    expect(records.map((record) => csvFields(record)?.[column])).toContain(`'${name}`);
  });
});

describe('evidence', () => {
  test('of a tenant says what it was owed and told, in which bytes, and who approved them', async () => {
    const evidence = await answerOf<TenantEvidence & { readonly approvals: readonly object[] }>(
      ['evidence', 'tenant', incidentId, tenantId],
      { env },
    );

    const [delivery] = evidence.deliveries;
    expect(evidence.affected).toMatchObject([{ version: 1 }]);
    expect(evidence.duties.length).toBeGreaterThan(0);
    expect(delivery?.states.map(({ state }) => state)).toEqual(['accepted']);
    expect(delivery?.notice.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(evidence.approvals).toMatchObject([{ gate: 'notice:first-1', verdict: 'approve' }]);
    const hashes = stage.inbox.messages.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
    expect(hashes).toContain(delivery?.bodyHash);
  });

  test('of a tenant is readable too', async () => {
    const text = await textOf('evidence', 'tenant', incidentId, tenantId);

    expect(text).toContain(`Tenant ${tenantId} in incident ${incidentId}`);
    expect(text).toMatch(/SHA-256 of its bytes [0-9a-f]{64}/);
    expect(text).toMatch(/notice:first-1: approve by /);
  });
});

test('watch ends with the deliveries, and says how far they came', async () => {
  expect(await answerOf(['watch', incidentId], { env })).toMatchObject({
    phase: 'complete',
    planned: tenants,
    told: tenants,
    pending: 0,
  });
  expect(await textOf('watch', incidentId, '--once')).toBe(
    `complete: ${String(tenants)} of ${String(tenants)} told, 0 under way, 0 for a person\n`,
  );
});

test.each([
  ['deliveries of an incident that has none', ['deliveries', 'INC-NONE'], 'has no deliveries'],
  ['a state that is none', ['deliveries', 'INC-NONE', '--state', 'lost'], 'Allowed choices are'],
  [
    'a tenant that has nothing to do with it',
    ['evidence', 'tenant', 'INC-NONE', 'acme'],
    'nothing to do with',
  ],
  ['a watch that asks all the time', ['watch', 'INC-NONE', '--every', '0'], 'from 0.2 to 3600'],
])('%s are refused', async (_, words, sentence) => {
  const failure = await failureOf(words, { env });
  expect(failure.code).toBe(2);
  expect(failure.message).toContain(sentence);
});
