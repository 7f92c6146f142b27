/** The alarms that still hold: what operators see highlighted until it is mended. */
import { runningClocks } from './running-clocks';
import { deliveryStopLacks } from './gates/delivery-gates';
import type { Incident } from './incident';
import { isContainmentOver } from './response-questions';

const shownClocks = 5;

/** A sentence each: services that are not contained in time, deadlines that went by unmet, mail that stands still. */
export function alarmsInForce(incident: Incident): readonly string[] {
  const late = incident.response.alarmedServices.filter(
    (service) => !isContainmentOver(incident.response, service),
  );
  const missed = runningClocks(incident)
    .map(({ clock }) => clock)
    .filter((clock) => incident.missedClocks.includes(clock));
  return [
    ...(late.length > 0 ? [`not contained in time: ${late.join(', ')}`] : []),
    ...(missed.length > 0 ? [missedSentence(missed)] : []),
    ...deliveryStopLacks(incident).map(({ sentence }) => sentence),
  ];
}

function missedSentence(missed: readonly string[]): string {
  const more = missed.length > shownClocks ? ` and ${String(missed.length - shownClocks)} more` : '';
  return `deadlines missed: ${missed.slice(0, shownClocks).join(', ')}${more}`;
}
