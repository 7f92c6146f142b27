// What rules ask of the provider towards a tenant, as rows of the table: for tests of what follows from them.
import type { Database } from '../../src/adapters/postgres/database';
import type { ObligationTable } from '../../src/adapters/postgres/obligation-store';
import { incidentId } from './deliveries';

export interface TestObligation {
  readonly tenantId: string;
  /** Any of which would do. */
  readonly channels: readonly string[];
  readonly contactKind?: string;
  readonly ruleId?: string;
  readonly outcome?: ObligationTable['outcome'];
  readonly duty?: ObligationTable['duty'];
  readonly dueAt?: string;
}

export async function oblige(database: Database, obligations: readonly TestObligation[]): Promise<void> {
  await database
    .insertInto('obligation')
    .values(
      obligations.map((given, index) => ({
        incident_id: incidentId,
        tenant_id: given.tenantId,
        rule_id: given.ruleId ?? `rule-${String(index)}`,
        stage: 'initial',
        outcome: given.outcome ?? 'applies',
        missing_fact: null,
        because: 'test',
        duty: given.duty ?? 'provider-to-tenant',
        recipient: 'customer',
        anchor_kind: null,
        clock: 'running' as const,
        due_at: given.dueAt ?? null,
        due_inclusive: true,
        explain: 'test',
        channels: [...given.channels],
        required_content: [],
        contact_kind: given.contactKind ?? null,
        tenant_set_version: 1,
        pack_version: '1',
        pack_digest: 'd',
        evaluation: 'e',
        evaluated_at: '2026-01-01T00:00:00.000Z',
      })),
    )
    .execute();
}
