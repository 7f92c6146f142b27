/**
 * A bounded set of connections of any kind, each used by one caller at a time. It opens on demand, closes what was
 * idle or used often enough, and never repeats work: whoever fails on a connection is told so.
 */

export interface ConnectionPoolOptions<Connection> {
  readonly open: () => Promise<Connection>;
  readonly close: (connection: Connection) => void;
  readonly isAlive: (connection: Connection) => boolean;
  readonly maxConnections: number;
  readonly maxUsesPerConnection: number;
  readonly maxIdleMs: number;
}

export interface BorrowedConnection<Connection> {
  readonly connection: Connection;
  /** Opened for this caller; a used one may have been closed by the other side while it lay idle. */
  readonly isFresh: boolean;
  /** Gives it back; `isReusable: false` closes it. */
  giveBack(isReusable: boolean): void;
}

export interface ConnectionPool<Connection> {
  /** Waits for its turn. Rejects with the reason when a connection cannot be opened. */
  borrow(demand?: { readonly fresh: boolean }): Promise<BorrowedConnection<Connection>>;
  /** Closes what is idle; what is in use is closed when it comes back. */
  close(): void;
}

interface Slot<Connection> {
  readonly connection: Connection;
  uses: number;
  idleSince: number;
}

export function createConnectionPool<Connection>(
  options: ConnectionPoolOptions<Connection>,
): ConnectionPool<Connection> {
  const idle: Slot<Connection>[] = [];
  const waiting: (() => void)[] = [];
  let inUse = 0;
  let isClosed = false;
  const sweep = setInterval(closeStale, options.maxIdleMs);
  sweep.unref();

  function closeStale(): void {
    const oldestAllowed = Date.now() - options.maxIdleMs;
    for (const slot of idle.splice(0)) {
      if (slot.idleSince >= oldestAllowed && options.isAlive(slot.connection)) idle.push(slot);
      else options.close(slot.connection);
    }
  }

  async function turn(): Promise<void> {
    if (inUse >= options.maxConnections) await new Promise<void>((resolve) => waiting.push(resolve));
    else inUse += 1;
  }

  /** The place passes to the one who waits longest, or becomes free. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) inUse -= 1;
    else next();
  }

  function takeIdle(): Slot<Connection> | undefined {
    for (let slot = idle.pop(); slot !== undefined; slot = idle.pop()) {
      if (options.isAlive(slot.connection)) return slot;
      options.close(slot.connection);
    }
    return undefined;
  }

  async function open(): Promise<Slot<Connection>> {
    try {
      return { connection: await options.open(), uses: 0, idleSince: 0 };
    } catch (error) {
      leave();
      throw error;
    }
  }

  function giveBack(slot: Slot<Connection>, isReusable: boolean): void {
    slot.uses += 1;
    slot.idleSince = Date.now();
    const stays = isReusable && !isClosed && slot.uses < options.maxUsesPerConnection;
    if (stays && options.isAlive(slot.connection)) idle.push(slot);
    else options.close(slot.connection);
    leave();
  }

  return {
    async borrow({ fresh } = { fresh: false }) {
      await turn();
      const kept = fresh ? undefined : takeIdle();
      const slot = kept ?? (await open());
      return {
        connection: slot.connection,
        isFresh: kept === undefined,
        giveBack: (isReusable) => giveBack(slot, isReusable),
      };
    },
    close() {
      isClosed = true;
      clearInterval(sweep);
      for (const slot of idle.splice(0)) options.close(slot.connection);
    },
  };
}
