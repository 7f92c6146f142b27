/**
 * What was broken on purpose: plays every fault, asks the invariants after each, and prints the table.
 *
 *     npm run test:faults [-- words of the faults to play]
 *
 * FIREBREAK_FAULTS_TENANTS (10000), FIREBREAK_FAULTS_KILLS (200) and FIREBREAK_FAULTS_SEED set the dose.
 */
import { randomBytes } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { endGracefully, startPostgres, startTemporal } from './local/servers.mjs';
import { faults } from './faults/faults';
import type { Dose } from './faults/lab';
import { notAsked, rowOf, tableOf, type Verdict } from './faults/verdict';

const number = (name: string, usual: number) => Number(process.env[name] ?? usual);

const dose: Dose = {
  tenants: number('FIREBREAK_FAULTS_TENANTS', 10_000),
  kills: number('FIREBREAK_FAULTS_KILLS', 200),
  seed: number('FIREBREAK_FAULTS_SEED', randomBytes(3).readUIntBE(0, 3)),
  isFull: true,
};

async function main(): Promise<void> {
  const [postgres, temporal] = await Promise.all([startPostgres(), startTemporal()]);
  const stop = async () => {
    await Promise.all([postgres.stop(), temporal.stop()]);
  };
  const forget = endGracefully(stop);
  process.env['FIREBREAK_TEST_POSTGRES_URL'] = postgres.url;
  process.env['FIREBREAK_TEST_TEMPORAL_ADDRESS'] = temporal.address;
  try {
    report(await playAll(process.argv.slice(2)));
  } finally {
    await stop();
    forget();
  }
}

async function playAll(words: readonly string[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name, play } of faults) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    const startedAt = Date.now();
    const verdict = await orFailure(name, play);
    verdicts.push(verdict);
    console.log(`${name}: ${seconds(Date.now() - startedAt)} s, load ${load()}`);
    printDetails(verdict);
  }
  return verdicts;
}

/** A fault that cannot be played to its end has not been survived. */
async function orFailure(name: string, play: (dose: Dose) => Promise<Verdict>): Promise<Verdict> {
  try {
    return await play(dose);
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      ...{ fault: name, tenants: dose.tenants, kills: 0, accepted: 0, lost: 0, duplicates: 0 },
      ...{
        wrongTenant: 0,
        doubts: 0,
        seed: dose.seed,
        violations: [`it did not end: ${problem}`],
        notes: [],
      },
    };
  }
}

const mostPrinted = 10;

function printDetails(verdict: Verdict): void {
  console.log(rowOf(verdict));
  for (const note of verdict.notes) console.log(`  ${note}`);
  for (const violation of verdict.violations.slice(0, mostPrinted)) console.log(`  ! ${violation}`);
}

function report(verdicts: readonly Verdict[]): void {
  console.log(`\n${tableOf(verdicts)}\n`);
  console.log(`Invariants that cannot be asked yet: ${notAsked.join(', ')}.`);
  console.log(
    `${cpus().length} cores, load ${load()}, Node ${process.version}, ${new Date().toISOString()}.`,
  );
  if (verdicts.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

function load(): string {
  return loadavg().map(Math.round).join(', ');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

void main();
