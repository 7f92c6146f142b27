/**
 * What a post on the service health dashboard says (S49). The text lies in the database alone: messages and workflow
 * history hold its id, revision and hash.
 */
import { z } from 'zod';
import { Tlp } from './declaration';
import { IssueClassification, IssueStatus, isResolvedStatus, PostType } from './service-health-issue';
import { markdown, oneLine } from './texts';

export const StatusPostId = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'begin with a letter or digit, then letters, digits and . _ - only');

const instant = z.iso.datetime({ offset: true });

/** One revision of a post. Each published one is a further entry of the same issue on the dashboard. */
export const StatusPostDraft = z
  .strictObject({
    postId: StatusPostId,
    /** Has to be said: a post is public, so that nothing above CLEAR may go there. */
    tlp: Tlp,
    title: oneLine(200),
    service: oneLine(100),
    feature: oneLine(100).optional(),
    featureGroup: oneLine(100).optional(),
    classification: IssueClassification,
    status: IssueStatus,
    /** What customers notice of it. */
    impact: oneLine(1000),
    text: markdown.refine((text) => text !== '', 'is empty; say what is known'),
    startedAt: instant,
    endedAt: instant.optional(),
    postType: PostType.default('regular'),
    details: z
      .array(z.strictObject({ name: oneLine(100), value: oneLine(500) }))
      .max(20)
      .default([]),
  })
  .refine(({ status, endedAt }) => isResolvedStatus(status) === (endedAt !== undefined), {
    path: ['endedAt'],
    message: `belongs to a status that ends the issue, and to no other: ${IssueStatus.options.filter(isResolvedStatus).join(', ')}`,
  })
  .refine(({ startedAt, endedAt }) => endedAt === undefined || Date.parse(endedAt) >= Date.parse(startedAt), {
    path: ['endedAt'],
    message: 'lies before startedAt',
  });
export type StatusPostDraft = z.infer<typeof StatusPostDraft>;
/** What an author writes: defaults may be left out. */
export type StatusPostDraftInput = z.input<typeof StatusPostDraft>;
