/** How far each service is on each of its tracks, and the response as a whole. */
import { responsePhase, trackStateOf } from '../../../src/domain/response-questions';
import type { Check } from '../case-format';
import { serviceOf } from '../words';
import { differing, type Situation } from './situation';

export function phaseDifferences({ state }: Situation, check: Check<'phase'>): readonly string[] {
  const { response } = state;
  return [
    ...(check.services ?? []).flatMap(({ service, track, state: wanted }) =>
      differing(`${track} of ${service}`, wanted, trackStateOf(response, serviceOf(service), track)),
    ),
    ...differing<string>('response', check.response, responsePhase(response)),
    ...differing('round', check.round, response.round),
  ];
}
