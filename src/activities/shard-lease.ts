/**
 * The right to work on one shard of a campaign, held by one attempt of one activity at a time and renewed while it
 * lives. The fence rises with every change of hands, and the ledger writes nothing for an older one.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { CampaignRef } from './plan-deliveries';

export interface ShardRef extends CampaignRef {
  readonly shard: number;
}

/** Goes with every write to the ledger. */
export interface ShardHold extends ShardRef {
  readonly owner: string;
  /** A number that only rises, as text. */
  readonly fence: string;
}

export interface ShardLeases {
  /**
   * Takes the shard when nobody holds it. What its earlier holders left as `sending` becomes `in-doubt` by that: they
   * may have sent it.
   */
  take(
    shard: ShardRef,
    owner: string,
    leaseMs: number,
  ): Promise<
    { readonly kind: 'taken'; readonly fence: string } | { readonly kind: 'held'; readonly forMs: number }
  >;
  /** @returns false when the shard has passed to somebody else. */
  renew(hold: ShardHold, leaseMs: number): Promise<boolean>;
  release(hold: ShardHold): Promise<void>;
}

export interface HeldShard {
  readonly hold: ShardHold;
  /** Asked before every message: a process that was stopped for a while must not go on as if nothing had happened. */
  isHeld(): boolean;
  /** Lets go at once, so that nobody has to wait for the lease to end. */
  release(): Promise<void>;
}

/** Waits until the shard is free, then holds it. Heartbeats all the while, so that cancellation reaches the activity. */
export async function holdShard(leases: ShardLeases, shard: ShardRef, leaseMs: number): Promise<HeldShard> {
  const owner = randomUUID();
  let heldUntil = performance.now() + leaseMs;
  let taken = await leases.take(shard, owner, leaseMs);
  while (taken.kind === 'held') {
    Context.current().heartbeat({ waitingForShard: shard.shard });
    await Context.current().sleep(Math.min(Math.max(taken.forMs, 50), 1000));
    heldUntil = performance.now() + leaseMs;
    taken = await leases.take(shard, owner, leaseMs);
  }
  const hold = { ...shard, owner, fence: taken.fence };
  const renewal = setInterval(() => void renew(), leaseMs / 3);

  async function renew(): Promise<void> {
    Context.current().heartbeat({ shard: shard.shard });
    const until = performance.now() + leaseMs;
    try {
      heldUntil = (await leases.renew(hold, leaseMs)) ? until : 0;
    } catch {
      // The database may be away for a moment; the lease ends by itself when it stays away.
    }
  }

  return {
    hold,
    isHeld: () => performance.now() < heldUntil,
    release: async () => {
      clearInterval(renewal);
      await leases.release(hold).catch(() => undefined);
    },
  };
}

export function leaseLost(shard: number): ApplicationFailure {
  return ApplicationFailure.retryable(
    `The lease of shard ${shard} ended while it was being worked on: the database or this process was held up. It goes on by itself.`,
    'ShardLeaseLost',
  );
}
