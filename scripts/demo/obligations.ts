/** The soonest deadlines of an incident, read from the database as an operator would. */
import type { Database } from '../../src/adapters/postgres/database';

const shown = 8;

export async function obligationLines(database: Database, incidentId: string): Promise<string[]> {
  const rows = await database
    .selectFrom('obligation')
    .select(({ fn }) => ['rule_id', 'duty', 'due_at', 'soft_due_at', fn.countAll<string>().as('tenants')])
    .where('incident_id', '=', incidentId)
    .where('duty', '=', 'provider-to-tenant')
    .where('outcome', '=', 'applies')
    .groupBy(['rule_id', 'duty', 'due_at', 'soft_due_at'])
    .orderBy(({ fn }) => fn.coalesce('due_at', 'soft_due_at'))
    .execute();
  const lines = rows.slice(0, shown).map(({ rule_id: rule, tenants, due_at: due, soft_due_at: soft }) => {
    const when =
      due === null
        ? soft === null
          ? 'no clock yet'
          : `${asText(soft)} (policy, no legal figure)`
        : asText(due);
    return `${when}  ${rule}, ${tenants} tenants`;
  });
  return rows.length > shown ? [...lines, `and ${String(rows.length - shown)} more`] : lines;
}

function asText(instant: Date | string): string {
  return new Date(instant).toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
}
