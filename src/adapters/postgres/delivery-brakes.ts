/** The brakes of deliveries in PostgreSQL: one row for each incident that was ever held. */
import type { Generated } from 'kysely';
import type { DeliveryBrakes } from '../../activities/hold-deliveries';
import type { Database } from './database';

export interface DeliveryBrakeTables {
  delivery_brake: {
    incident_id: string;
    is_held: boolean;
    change: number;
    changed_at: Generated<Date>;
  };
}

export const deliveryBrakes = (database: Database): DeliveryBrakes => ({
  set: async ({ incidentId, isHeld, change }) => {
    await database
      .insertInto('delivery_brake')
      .values({ incident_id: incidentId, is_held: isHeld, change })
      .onConflict((conflict) =>
        conflict
          .column('incident_id')
          .doUpdateSet({ is_held: isHeld, change, changed_at: new Date() })
          .where('delivery_brake.change', '<', change),
      )
      .execute();
  },
  isHeld: async (incidentId) => {
    const brake = await database
      .selectFrom('delivery_brake')
      .select('is_held')
      .where('incident_id', '=', incidentId)
      .executeTakeFirst();
    return brake?.is_held ?? false;
  },
});
