/**
 * Judges how late a filing was under the anchors that were in use when it was recorded. Taken once for every filing:
 * what is recorded later gives rival figures, and never another judgement (process: filings).
 */
import type { AnchorFact, CountingMode } from '../contract/rule-facts';
import type { HolidaySource } from '../domain/clocks-calendars';
import type { Instant } from '../domain/instant';
import { latenessOf, type FilingJudgement } from '../domain/lateness';
import { spanOf, type WrittenMoment } from '../domain/moment';
import { obligationsAt, type ObligationReading } from '../domain/obligation-clock';
import type { OutcomeDecision } from '../domain/obligations';
import { factsOfProvider, type IncidentRuleFacts, type ProviderProfile } from '../domain/rule-profile';
import type { RulePackSource } from './look-up-obligations';

export interface JudgeFilingPorts {
  readonly rulePack: RulePackSource;
  readonly holidays: HolidaySource;
}

export interface FilingToJudge {
  readonly incidentId: string;
  readonly ruleId: string;
  readonly stage: string;
  readonly filed: WrittenMoment;
  readonly facts: IncidentRuleFacts;
  readonly provider: ProviderProfile;
  /** Those in force when the filing was recorded. */
  readonly anchors: readonly AnchorFact[];
  /** The filings before this one, by rule id and by `id/stage`; see `lookUpObligations`. */
  readonly submissions: Readonly<Record<string, string>>;
  readonly decisions: readonly OutcomeDecision[];
  readonly evaluatedAt: Instant;
  readonly mode: CountingMode;
}

export const judgeFiling =
  ({ rulePack, holidays }: JudgeFilingPorts) =>
  async (input: FilingToJudge): Promise<FilingJudgement> => {
    const { provider, facts, anchors, submissions, evaluatedAt, mode, decisions, ruleId } = input;
    const readings = obligationsAt({
      pack: await rulePack.load(),
      facts: factsOfProvider(provider, facts, { anchors, submissions, evaluatedAt }),
      options: { mode, holidays, party: 'provider', decisions, ruleId },
      at: evaluatedAt,
    });
    return judgementOf(input, readings);
  };

function judgementOf(
  { ruleId, stage, filed }: FilingToJudge,
  readings: readonly ObligationReading[],
): FilingJudgement {
  const reading = readings.find((each) => each.stage === stage) ?? readings[0];
  if (reading === undefined)
    return { verdict: 'undecidable', because: `${ruleId} is no duty of ours in the rule pack` };
  if (reading.stage !== stage)
    return { verdict: 'undecidable', because: `${ruleId} has no stage ${stage} here: ${reading.because}` };
  const { due, anchor, words, because } = reading;
  const started = anchor === undefined ? {} : { anchor };
  if (due === undefined)
    return { verdict: 'undecidable', because: words === '' ? because : words, ...started };
  const { dueFrom, dueTo } = due;
  const range = dueFrom === dueTo ? { dueAt: dueFrom } : { dueAt: dueFrom, latestDueAt: dueTo };
  return { ...latenessOf(due, spanOf(filed)), ...range, ...started, because: words };
}
