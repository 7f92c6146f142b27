/** What an installation can ask about messages that may have gone out, the best of it first. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noEvidence, type RelayEvidence } from '../../activities/reconcile-doubts';
import { InputProblem } from '../../contract/input-problem';
import type { Evidence, Finding } from '../../domain/doubt';
import { journalMailbox } from './journal-mailbox';
import { relayLog } from './relay-log';

export interface EvidenceSources {
  /** The relay drops a second copy by this header. */
  readonly idempotencyHeader?: string;
  /** The file that a Postfix relay logs to. */
  readonly logFile?: string;
  /** A maildir with a copy of everything that the relay takes. */
  readonly journalDirectory?: string;
  readonly quietMs: number;
}

/**
 * @param onUnreadable is told what could not be read; until it can, nothing is taken for lost because of that.
 * @throws InputProblem when a log or a journal is configured that is not there.
 */
export async function relayEvidence(
  sources: EvidenceSources,
  onUnreadable: (problem: string) => void,
): Promise<RelayEvidence> {
  const { idempotencyHeader, logFile, journalDirectory } = sources;
  if (idempotencyHeader !== undefined) return relayKeepsOne;
  if (logFile !== undefined) await refuseMissing(logFile, 'FIREBREAK_RELAY_LOG');
  if (journalDirectory !== undefined)
    await refuseMissing(join(journalDirectory, 'new'), 'FIREBREAK_RELAY_JOURNAL');
  const lookUps = [
    ...(logFile === undefined ? [] : [relayLog(logFile, sources)]),
    ...(journalDirectory === undefined ? [] : [journalMailbox(journalDirectory, sources)]),
  ];
  return lookUps.length === 0
    ? noEvidence
    : bestOf(
        lookUps.map((each) => tolerant(each, onUnreadable)),
        sources,
      );
}

/** A second copy goes no further than the relay, so that there is nothing to look up. */
const relayKeepsOne: RelayEvidence = {
  quietMs: 0,
  lookUp: (doubts) => Promise.resolve(doubts.map(() => ({ evidence: 'relay-keeps-one' }))),
};

async function refuseMissing(path: string, variable: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new InputProblem(`${variable} is wrong: there is no ${path} that this worker can read`, variable);
}

function tolerant(evidence: RelayEvidence, onUnreadable: (problem: string) => void): RelayEvidence {
  return {
    ...evidence,
    lookUp: async (doubts) => {
      try {
        return await evidence.lookUp(doubts);
      } catch (error) {
        onUnreadable(error instanceof Error ? error.message : String(error));
        return doubts.map(() => ({ evidence: 'not-seen' }));
      }
    },
  };
}

function bestOf(lookUps: readonly RelayEvidence[], { quietMs }: EvidenceSources): RelayEvidence {
  return {
    quietMs,
    lookUp: async (doubts) => {
      const findings = await Promise.all(lookUps.map((each) => each.lookUp(doubts)));
      return doubts.map((_, index) => best(findings.flatMap((each) => each[index] ?? [])));
    },
  };
}

const bestFirst: readonly Evidence[] = ['log-has-it', 'journal-has-it', 'log-lacks-it', 'not-seen'];

function best(findings: readonly Finding[]): Finding {
  const [first] = [...findings].sort(
    (left, right) => bestFirst.indexOf(left.evidence) - bestFirst.indexOf(right.evidence),
  );
  return first ?? { evidence: 'not-seen' };
}
