/** PostgreSQL and Temporal's server are killed in the middle of a campaign, each one of its own. */
import { postgresKilled, temporalKilled } from '../../scripts/faults/dead-servers';
import type { Dose } from '../../scripts/faults/lab';

const dose: Dose = { tenants: 100, kills: 1, seed: 4711, isFull: false };
const limitMs = 300_000;

test(
  'PostgreSQL may be killed while notices are sent',
  async () => {
    expect(await postgresKilled(dose)).toMatchObject({ accepted: 100, lost: 0, violations: [] });
  },
  limitMs,
);

test(
  'the Temporal server may be killed and started again while notices are sent',
  async () => {
    expect(await temporalKilled(dose)).toMatchObject({
      accepted: 100,
      lost: 0,
      duplicates: 0,
      violations: [],
    });
  },
  limitMs,
);
