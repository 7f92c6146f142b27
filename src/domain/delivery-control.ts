/**
 * What people order about deliveries that are under way (S47): to hold them, to let them go on, and what is to become of
 * those that may have gone out already. Owns the orders that wait to be carried out, one after the other.
 */
import type { EventOf, IncidentEvent, Recording } from './events';
import type { Instant } from './instant';
import { sentNotices, type NotificationTrack } from './notification';

export type DeliveryOrder = { readonly order: number } & (
  | { readonly kind: 'hold' | 'resume' }
  | ({ readonly kind: 'settle-doubts' } & Omit<EventOf<'doubts-decided'>, 'type' | 'order' | 'reason'>)
);

/** The brake of operators. Unlike a hold of notices it needs no signature, has no end of its own, and stops everything. */
export interface DeliveryBrake {
  readonly by: string;
  readonly since: Instant;
  readonly reason: string;
}

export interface DeliveryControl {
  readonly brake?: DeliveryBrake;
  /** How many orders there were. */
  readonly orders: number;
  readonly pending: readonly DeliveryOrder[];
}

export const noOrders: DeliveryControl = { orders: 0, pending: [] };

export function applyToDeliveryControl(control: DeliveryControl, event: IncidentEvent): DeliveryControl {
  switch (event.type) {
    case 'delivery-held':
      return { ...ordered(control, { kind: 'hold', order: event.order }), brake: brakeOf(event) };
    case 'delivery-resumed': {
      const { brake: _released, ...others } = ordered(control, { kind: 'resume', order: event.order });
      return others;
    }
    case 'doubts-decided': {
      const { order, campaignId, decision, messageIds } = event;
      const which = { campaignId, decision, ...(messageIds !== undefined && { messageIds }) };
      return ordered(control, { kind: 'settle-doubts', order, ...which });
    }
    case 'delivery-order-carried-out':
      return { ...control, pending: control.pending.filter(({ order }) => order !== event.order) };
    default:
      return control;
  }
}

function ordered(control: DeliveryControl, order: DeliveryOrder): DeliveryControl {
  return { ...control, orders: order.order, pending: [...control.pending, order] };
}

function brakeOf({ by, at, reason }: EventOf<'delivery-held'> & Recording): DeliveryBrake {
  return { by, since: at, reason };
}

// Questions

export function nextOrderNumber({ orders }: DeliveryControl): number {
  return orders + 1;
}

/** A shard that is not done, and why it stands still if it does. */
export interface OpenShard {
  readonly campaignId: string;
  readonly shard: number;
  readonly stopped?: string;
}

export function openShards(track: NotificationTrack): readonly OpenShard[] {
  return sentNotices(track).flatMap(({ state: { campaign } }) =>
    campaign.shards.flatMap(({ settled, stopped }, shard) =>
      settled ? [] : [{ campaignId: campaign.campaignId, shard, ...(stopped !== undefined && { stopped }) }],
    ),
  );
}

/** Why shards stand still that somebody could set going again; the brake is told by itself. */
export function stopReasons(track: NotificationTrack): readonly string[] {
  const reasons = openShards(track).flatMap(({ stopped }) => stopped ?? []);
  return [...new Set(reasons.filter((reason) => !['held', 'doubts-held'].includes(reason)))].sort();
}

/** The campaigns in which nothing but doubts is left, which wait for a decision. */
export function campaignsInDoubt(track: NotificationTrack): readonly string[] {
  const held = openShards(track).filter(({ stopped }) => stopped === 'doubts-held');
  return [...new Set(held.map(({ campaignId }) => campaignId))];
}

/** What the relay has against us, in words for whoever is to mend it. */
export function causeOf(reason: string): string {
  switch (reason) {
    case 'authentication':
      return 'the relay does not take our user or password';
    case 'certificate':
      return 'the relay offers no encryption that we can trust';
    case 'sender-refused':
      return 'the relay does not let us send from this address';
    case 'content-refused':
      return 'the relay refuses the text of the notice, for one recipient after the other';
    default:
      return reason;
  }
}
