/** The servers die in the middle of a campaign: PostgreSQL, and Temporal's. Each fault has a server of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { startPostgres, startTemporal } from '../local/servers.mjs';
import { mostUnrecorded, delayLasting, eventually, heldAtLeast, inLab, type Dose, type Lab } from './lab';
import { verdictOf, type Verdict } from './verdict';

const deathsOf = ({ kills, isFull }: Dose) => (isFull ? Math.min(5, kills) : 1);

/** Durable, unlike that of the other tests: what PostgreSQL has confirmed must be there after its recovery. */
export async function postgresKilled(dose: Dose): Promise<Verdict> {
  const postgres = await startPostgres({ fsync: true });
  try {
    return await withServer('FIREBREAK_TEST_POSTGRES_URL', postgres.url, () => playPostgres(dose));
  } finally {
    await postgres.stop();
  }
}

function playPostgres(dose: Dose): Promise<Verdict> {
  const deaths = deathsOf(dose);
  const relay = { script: { seed: dose.seed, delayMs: delayLasting(4 * deaths, dose) } };
  return inLab(dose, { relay }, async (lab) => {
    await lab.startWorker();
    await lab.approveNotice();
    for (let death = 0; death < deaths; death += 1) {
      await heldAtLeast(lab.relay, Math.floor((dose.tenants * (death + 0.5)) / (deaths + 1)));
      await killOneOfPostgres(lab);
    }
    await lab.settled();
    return verdictOf(lab, {
      fault: 'PostgreSQL killed while sending',
      kills: deaths,
      duplicatesAtMost: deaths * mostUnrecorded(dose),
    });
  });
}

/** When one of its processes is killed, PostgreSQL ends all the others at once and recovers from its log. */
async function killOneOfPostgres({ stage: { database } }: Lab): Promise<void> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`.execute(database);
  const pid = rows[0]?.pid;
  if (pid === undefined) throw new Error('no worker is connected to PostgreSQL');
  process.kill(pid, 'SIGKILL');
  await sleep(200);
  await eventually(() =>
    sql`select 1`.execute(database).then(
      () => true,
      () => false,
    ),
  );
}

export async function temporalKilled(dose: Dose): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-temporal-'));
  const dbFile = join(folder, 'temporal.db');
  let temporal = await startTemporal({ dbFile });
  const port = Number(temporal.address.split(':')[1]);
  const killAndStart = async () => {
    process.kill(temporal.pid, 'SIGKILL');
    await temporal.stop();
    temporal = await startTemporal({ dbFile, port });
  };
  try {
    return await withServer('FIREBREAK_TEST_TEMPORAL_ADDRESS', temporal.address, () =>
      playTemporal(dose, killAndStart),
    );
  } finally {
    await temporal.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function playTemporal(dose: Dose, killAndStart: () => Promise<void>): Promise<Verdict> {
  const deaths = deathsOf(dose);
  const relay = { script: { seed: dose.seed, delayMs: delayLasting(4 * deaths, dose) } };
  return inLab(dose, { relay }, async (lab) => {
    await lab.startWorker();
    await lab.approveNotice();
    for (let death = 0; death < deaths; death += 1) {
      await heldAtLeast(lab.relay, Math.floor((dose.tenants * (death + 0.5)) / (deaths + 1)));
      await killAndStart();
    }
    await lab.settled();
    return verdictOf(lab, { fault: 'Temporal server killed and started again', kills: deaths });
  });
}

/** Everything that is staged meanwhile uses this server. One such fault at a time. */
async function withServer<Result>(
  variable: string,
  address: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const usual = process.env[variable];
  process.env[variable] = address;
  try {
    return await action();
  } finally {
    if (usual === undefined) Reflect.deleteProperty(process.env, variable);
    else process.env[variable] = usual;
  }
}
