/** Anchors: the recorded moments from which clocks count. */
import { z } from 'zod';
import { problemOfMoment } from '../domain/moment';

export const AnchorKind = z.enum([
  'occurrence',
  'detection',
  'awareness',
  'determination',
  'confirmation',
  'classification',
  'materiality',
]);
export type AnchorKind = z.infer<typeof AnchorKind>;

export const Precision = z.enum(['second', 'minute', 'day', 'month']);
export type Precision = z.infer<typeof Precision>;

/** Year and month at least; which of the rest belongs there is said by the precision. */
const writtenMoment = /^\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?$/;

/**
 * A moment with exactly the precision that is known: `day` and `month` stand for the whole interval in `zone`
 * (IANA name, UTC when absent), never for its midnight. A time has its offset, or is a local time of `zone`; one that
 * a change of the clock made double or took away is refused.
 */
export const Moment = z
  .strictObject({
    at: z
      .string()
      .max(40)
      .regex(writtenMoment, 'is not a date; write 2026-11-23T15:20:00Z, 2026-11-23 or 2026-11'),
    precision: Precision,
    zone: z.string().min(1).max(60).optional(),
  })
  .superRefine((moment, context) => {
    const problem = problemOfMoment(moment);
    const field = problem?.startsWith('zone') === true ? 'zone' : 'at';
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [field], message: problem });
  });
export type Moment = z.infer<typeof Moment>;
