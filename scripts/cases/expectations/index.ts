/** Judges one expectation by what the incident shows; one file a kind. */
import { fieldsOf, type Expectation } from '../case-format';
import type { Play } from '../play';
import type { Judgement } from '../report';
import { followUpDifferences } from './followup';
import { gateDifferences } from './gate';
import { latenessDifferences } from './lateness';
import { noticeDifferences } from './notices';
import { obligationDifferences } from './obligation';
import { phaseDifferences } from './phase';
import { notYet, type Situation } from './situation';
import { timelineDifferences } from './timeline';

export async function judge(
  play: Play,
  expectation: Expectation,
  { includeUnverified }: { readonly includeUnverified: boolean },
): Promise<Judgement> {
  const { incident } = play;
  const [recorded, gates, now] = [await incident.rest(), await incident.gates(), await incident.now()];
  const situation: Situation = { ...play, ...recorded, gates, now, includeUnverified };
  const found = [
    ...notYet(expectation.check, fieldsOf(expectation.kind), ['note']),
    ...(await differences(situation, expectation)),
  ];
  return { outcome: found.length === 0 ? 'pass' : 'fail', found };
}

async function differences(situation: Situation, expectation: Expectation): Promise<readonly string[]> {
  switch (expectation.kind) {
    case 'phase':
      return phaseDifferences(situation, expectation.check);
    case 'gate':
      return gateDifferences(situation, expectation.check);
    case 'obligation':
      return obligationDifferences(situation, expectation.check);
    case 'lateness':
      return latenessDifferences(situation, expectation.check);
    case 'notices':
      return noticeDifferences(situation, expectation.check);
    case 'followup':
      return followUpDifferences(situation, expectation.check);
    case 'timeline':
      return timelineDifferences(situation, expectation.check);
  }
}
