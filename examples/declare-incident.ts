/**
 * A service that sees something it cannot explain: it declares an incident and opens a bug for what has to be mended.
 * The id is made of what was seen, so that declaring twice reaches the same incident.
 */
import { Firebreak } from 'firebreak';

const tokenService = { by: 'token-service', role: 'service-team', team: 'api' } as const;

async function declareOddRead(readAt: string): Promise<void> {
  const firebreak = await Firebreak.connect({
    address: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233',
    namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
  });
  const { incidentId } = await firebreak.declareIncident({
    incidentId: `token-read-${readAt.slice(0, 10)}`,
    title: 'Token read without a sign-in',
    summary: 'A token of tenant t0001 was read by a process that has no business with it.',
    severity: 'high',
    services: [{ service: 'project-api-tokens', team: 'api', regions: ['eu-west-1'] }],
    detection: { at: readAt, precision: 'second', basis: 'audit log of the token store' },
    reporter: tokenService,
  });
  await firebreak.openBug(incidentId, { ...tokenService, ref: 'API-77', title: 'Alert on such reads' });
  console.log(`Incident ${incidentId} is declared.`);
  await firebreak.close();
}

void declareOddRead('2026-01-05T09:12:00Z');
