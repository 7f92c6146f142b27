// What a page of deliveries needs of the database, for the tests that send: the real parts, and a relay nobody can ask.
import { noEvidence } from '../../src/activities/reconcile-doubts';
import type { SendPagePorts } from '../../src/activities/send-page';
import { acceptances } from '../../src/adapters/postgres/after-acceptance';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryBrakes } from '../../src/adapters/postgres/delivery-brakes';
import { doubtLedger } from '../../src/adapters/postgres/delivery-doubts';
import { deliveryLedger, shardStatus } from '../../src/adapters/postgres/delivery-ledger';
import { shardLeases } from '../../src/adapters/postgres/delivery-shards';

export function ledgerPorts(database: Database): Omit<SendPagePorts, 'openCampaign' | 'transports'> {
  return {
    leases: shardLeases(database),
    ledger: deliveryLedger(database),
    doubts: doubtLedger(database),
    evidence: noEvidence,
    brakes: deliveryBrakes(database),
    acceptances: acceptances(database, { hasLinks: true }),
    status: shardStatus(database),
  };
}
