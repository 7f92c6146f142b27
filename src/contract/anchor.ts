/** Anchors: the recorded moments from which clocks count. */
import { z } from 'zod';

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

const byPrecision: Record<Precision, RegExp> = {
  second: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  minute: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:00(\.0+)?)?(Z|[+-]\d{2}:\d{2})$/,
  day: /^\d{4}-\d{2}-\d{2}$/,
  month: /^\d{4}-\d{2}$/,
};

/**
 * A moment with exactly the precision that is known: `day` and `month` stand for the whole interval in `zone`
 * (IANA name, UTC when absent), never for its midnight.
 */
export const Moment = z
  .strictObject({
    at: z.string().max(40),
    precision: Precision,
    zone: z.string().max(60).optional(),
  })
  .refine((moment) => byPrecision[moment.precision].test(moment.at), {
    path: ['at'],
    message: 'is not written with the stated precision; a time needs an offset or Z',
  })
  .refine((moment) => !Number.isNaN(Date.parse(moment.at)), {
    path: ['at'],
    message: 'is not a date that exists',
  });
export type Moment = z.infer<typeof Moment>;
