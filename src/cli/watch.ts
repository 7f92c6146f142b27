/** `firebreak watch`: the deliveries of an incident as a bar, until they are through. */
import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Firebreak, IncidentStatus } from '../client';
import { durationText } from '../domain/durations';
import { withClient, type CliContext } from './context';
import { progressBar } from './progress-bar';

interface WatchOptions {
  readonly every: number;
  readonly once?: true;
}

export function watchCommand(context: CliContext): Command {
  return new Command('watch')
    .description('how far the deliveries are, at which rate, and how long they will take; ends with them')
    .argument('<incident>')
    .option('--every <seconds>', 'ask so often', secondsFrom, 2)
    .option('--once', 'say it once')
    .action((incidentId: string, options: WatchOptions) =>
      withClient(context, (firebreak) => watch(context, firebreak, incidentId, options)),
    );
}

function secondsFrom(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.2 && seconds <= 3600))
    throw new InvalidArgumentError('it is a number of seconds from 0.2 to 3600');
  return seconds;
}

interface Sight {
  readonly atMs: number;
  readonly done: number;
}

async function watch(
  context: CliContext,
  firebreak: Firebreak,
  incidentId: string,
  { every, once }: WatchOptions,
): Promise<void> {
  const bar = progressBar(context, incidentId);
  const sights: Sight[] = [];
  for (;;) {
    const status = await firebreak.status(incidentId);
    sights.push({ atMs: Date.now(), done: progressOf(status).done });
    const progress = { ...progressOf(status), ...paceOf(sights, progressOf(status).pending) };
    if (once === true || isThrough(status)) {
      bar.end();
      return context.print(progress, textOf(progress));
    }
    bar.show(progress.planned === 0 ? 0 : progress.done / progress.planned, textOf(progress));
    await pause(every * 1000);
  }
}

interface Progress {
  readonly phase: string;
  readonly planned: number;
  /** Accepted by the relay, or further; or told by hand, as somebody attests. */
  readonly told: number;
  readonly forPeople: number;
  readonly pending: number;
  readonly done: number;
  /** Deliveries a second, over the last minute of the watch. */
  readonly rate?: number;
  readonly secondsLeft?: number;
}

function progressOf({ deliveries, notification }: IncidentStatus): Progress {
  const { planned, sending, deferred, inDoubt, needsHuman } = deliveries;
  const { accepted, delivered, unacknowledged, acknowledged, attested } = deliveries;
  const all = Object.values<number>({ ...deliveries }).reduce((sum, count) => sum + count, 0);
  const pending = planned + sending + deferred + inDoubt;
  return {
    phase: notification.phase,
    planned: all,
    told: accepted + delivered + unacknowledged + acknowledged + attested,
    forPeople: needsHuman,
    pending,
    done: all - pending,
  };
}

const rateOverMs = 60_000;

function paceOf(sights: readonly Sight[], pending: number): Pick<Progress, 'rate' | 'secondsLeft'> {
  const last = sights.at(-1);
  const first = sights.find(({ atMs }) => last !== undefined && last.atMs - atMs <= rateOverMs);
  if (first === undefined || last === undefined || last.atMs === first.atMs) return {};
  const rate = ((last.done - first.done) * 1000) / (last.atMs - first.atMs);
  return rate <= 0 ? { rate: 0 } : { rate, secondsLeft: Math.ceil(pending / rate) };
}

/** Nothing is under way, or nothing that goes on by itself. */
function isThrough({ phase, notification, deliveries }: IncidentStatus): boolean {
  const { planned, sending, deferred, inDoubt } = deliveries;
  const isUnderWay = notification.phase === 'sending' || planned + sending + deferred + inDoubt > 0;
  return phase === 'closed' || !isUnderWay;
}

function textOf({ phase, planned, told, pending, forPeople, rate, secondsLeft }: Progress): string {
  const pace = rate === undefined ? '' : `, ${rate.toFixed(rate < 10 ? 1 : 0)}/s`;
  const left = secondsLeft === undefined ? '' : `, ${durationText(secondsLeft * 1000)} to go`;
  return `${phase}: ${String(told)} of ${String(planned)} told, ${String(pending)} under way, ${String(forPeople)} for a person${pace}${left}`;
}
