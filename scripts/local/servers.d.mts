/** A PostgreSQL for the demo or the tests; `url` is that of its maintenance database, with user and password. */
export interface LocalPostgres {
  readonly url: string;
  /** False when `databaseUrl` named an existing server: nothing was started, and `stop` stops nothing. */
  readonly isOurs: boolean;
  stop(): Promise<void>;
}

/** Starts a fresh PostgreSQL on the loopback address, or uses the one that `databaseUrl` names. */
export function startPostgres(options?: {
  /** An existing server, usually `process.env.DATABASE_URL`. */
  databaseUrl?: string | undefined;
  /** A free one by default. */
  port?: number | undefined;
  /** Off by default: the data are thrown away with the run. */
  fsync?: boolean;
  maxConnections?: number;
}): Promise<LocalPostgres>;

export interface LocalTemporal {
  readonly pid: number;
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts Temporal's development server on the loopback address with this project's search attributes. */
export function startTemporal(options?: {
  ui?: boolean;
  /** Keeps the server's state in this file; in memory by default. */
  dbFile?: string | undefined;
  port?: number | undefined;
  uiPort?: number | undefined;
}): Promise<LocalTemporal>;

/** The time-skipping test server's executable, if set-up has prepared it. */
export function findTimeSkippingServer(): string | undefined;

/** A program that runs the given one and ends it when the process that started it dies. */
export function guardedVersionOf(program: string): string;

/**
 * Runs `stop` once when this process is asked to end (Ctrl-C, kill, closed terminal, death of the npm that started it),
 * then exits. Returns how to forget it again.
 */
export function endGracefully(stop: () => Promise<void>): () => void;

export interface LocalWorker {
  readonly pid: number;
  readonly ended: Promise<unknown>;
  hasEnded(): boolean;
  /** Of its log, for a message to a person. */
  lastLines(): string;
  stop(): Promise<void>;
}

/** Starts a worker of the compiled program in a process of its own. */
export function startWorker(order: {
  environment: Record<string, string>;
  logFile: string;
  role?: 'incident' | 'delivery' | 'all';
}): Promise<LocalWorker>;
