/** What a public promise becomes: a clock of its own, beside those of the law. */
import type { RecordPromise } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { compareInstants, type Instant } from '../instant';
import { beginningOf, problemOfMoment, withOffset } from '../moment';
import { optional } from './optional';
import { refuse, refuseIf } from './refusal';

/** Ten years: what is promised for later is not a clock of an incident. */
const mostHours = 87_600;

export function acceptPromise(incident: Incident, message: RecordPromise, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('write-notice', message));
  const { text, hours, precision, zone, covers, basis } = message;
  if (hours > mostHours) refuse('Malformed', `hours is more than ${String(mostHours)}; say a nearer time`);
  const written = { at: message.madeAt, precision, ...optional({ zone }) };
  const problem = problemOfMoment(written);
  if (problem !== undefined) refuse('Malformed', `madeAt: ${problem}`);
  const madeAt = withOffset(written);
  if (compareInstants(beginningOf(madeAt), now) > 0)
    refuse('Malformed', `madeAt ${message.madeAt} lies in the future; record a promise once it is made`);
  const promiseId = `P${String(incident.notification.promises.length + 1)}`;
  return [{ type: 'promise-recorded', promiseId, text, hours, madeAt, covers, basis }];
}
