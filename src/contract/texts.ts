/** Texts that people write for others to read: one line of plain text, or Markdown, without control characters. */
import { z } from 'zod';

/** A line break in it would forge another header, or another entry, wherever it is put. */
export const oneLine = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u, 'must be one line without line breaks or control characters');

/** Markdown as communications staff write it. Raw HTML in it is shown as text. */
export const markdown = z
  .string()
  .overwrite((text) => text.replace(/\r\n?/g, '\n').trim())
  .max(20_000)
  .refine(
    (text) => !/[^\P{Cc}\n\t]|\p{Cs}/u.test(text),
    'must not hold control characters other than line breaks',
  );
