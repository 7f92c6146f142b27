/**
 * A message that is composed once and then filled in for each of its recipients: headers and parts are encoded
 * beforehand, and only what differs goes in afterwards. What mail programs show is what `composeMessage` would make.
 */
import * as base64 from 'nodemailer/lib/base64';
import * as quotedPrintable from 'nodemailer/lib/qp';
import { randomBytes } from 'node:crypto';
import type { ComposedMessage } from '../activities/delivery-line';
import type { Instant } from '../domain/instant';
import {
  composedFrom,
  compile,
  withAsciiDomain,
  withCrLf,
  type MessageContent,
  type SenderIdentity,
} from './smtp-mailer';

/** What all recipients get, with stand-ins where each has values of its own. */
export type SharedContent = Omit<MessageContent, 'identity' | 'to' | 'date'>;

/** A value of a recipient as each part shows it: the HTML is put in as it is, so it must have been escaped. */
export interface ShownValue {
  readonly plain: string;
  readonly html: string;
}

export interface Recipient {
  readonly identity: string;
  readonly to: string;
  readonly date: Instant;
  /** One for each stand-in, in their order. */
  readonly values: readonly ShownValue[];
}

/**
 * Holds the place of a value while a message is prepared. Letters and digits only, which Markdown, HTML and the
 * encodings of mail leave alone, and never twice the same. Values are put in where it stood and are never searched for
 * it, so no value can pose as one.
 */
export function standIn(): string {
  return `q${randomBytes(16).toString('hex')}z`;
}

/** The same recipient gets the same bytes, whichever process prepared the message. */
export function prepareMessage(
  sender: SenderIdentity,
  content: SharedContent,
  standIns: readonly string[],
): (recipient: Recipient) => ComposedMessage {
  const subject = split(content.subject, standIns);
  const text = prepareText(split(withCrLf(content.text), standIns));
  const html = prepareText(split(withCrLf(content.html), standIns));
  const headers = prepareHeaders(sender, content);
  const isUsual = (to: string) => subject.places.length === 0 && isPlainAddress(to);

  return ({ identity, date, values, ...recipient }) => {
    const to = withAsciiDomain(recipient.to);
    const plain = values.map((value) => value.plain);
    const delimiter = `--${boundaryOf(identity)}`;
    const bytes = Buffer.from(
      (isUsual(to)
        ? headers({ identity, to, date })
        : headersOf(sender, { ...content, identity, to, date, subject: filled(subject, plain) })) +
        `\r\n\r\n${delimiter}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
        text(plain) +
        `\r\n${delimiter}\r\nContent-Type: text/html; charset=utf-8\r\n` +
        html(values.map((value) => value.html)) +
        `\r\n${delimiter}--\r\n`,
    );
    return composedFrom(sender, { identity, to }, bytes);
  };
}

// Places of values

/** Pieces of a text and, between each two of them, whose value stands there; one piece more than places. */
interface SplitText {
  readonly pieces: readonly string[];
  readonly places: readonly number[];
}

function split(text: string, standIns: readonly string[]): SplitText {
  if (standIns.length === 0) return { pieces: [text], places: [] };
  const parts = text.split(new RegExp(`(${standIns.join('|')})`));
  return {
    pieces: parts.filter((_, index) => index % 2 === 0),
    places: parts.filter((_, index) => index % 2 === 1).map((found) => standIns.indexOf(found)),
  };
}

function filled({ pieces, places }: SplitText, values: readonly string[]): string {
  let text = pieces[0] ?? '';
  for (const [index, place] of places.entries()) text += (values[place] ?? '') + (pieces[index + 1] ?? '');
  return text;
}

// Headers

type Addressing = Pick<MessageContent, 'identity' | 'to' | 'date'>;

function prepareHeaders(sender: SenderIdentity, content: SharedContent): (of: Addressing) => string {
  const identity = randomBytes(16).toString('hex');
  const to = `${standIn()}@example`;
  const date = standIn();
  const sample = headersOf(sender, { ...content, identity, to, date: new Date(0).toISOString() });
  const { pieces, places } = split(
    // The subject cannot begin a line of its own, so this is the header.
    sample.replace(`\r\nDate: ${headerDate(new Date(0).toISOString())}\r\n`, `\r\nDate: ${date}\r\n`),
    [identity, to, date],
  );
  return (of) => filled({ pieces, places }, [of.identity, of.to, headerDate(of.date)]);
}

function headersOf(sender: SenderIdentity, content: Omit<MessageContent, 'text' | 'html'>): string {
  return compile(sender, { ...content, text: '-', html: '-' }).buildHeaders();
}

function headerDate(date: Instant): string {
  return new Date(date).toUTCString().replace('GMT', '+0000');
}

/** How nodemailer names the outermost part of a message with this base. */
function boundaryOf(identity: string): string {
  return `--_firebreak-${identity}-Part_1`;
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const PLAIN_ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@[a-z0-9.-]+$`);

/** Stands in a header as it is and on one line; nodemailer quotes, encodes and folds the others. */
function isPlainAddress(address: string): boolean {
  return address.length <= 70 && PLAIN_ADDRESS.test(address);
}

// Parts

/** @returns the last header of the part, the empty line and the encoded text with these values in it. */
function prepareText(text: SplitText): (values: readonly string[]) => string {
  return isMostlyLatin(text.pieces.join('')) ? prepareQuotedPrintable(text) : prepareBase64(text);
}

/** As nodemailer chooses: what is mostly Latin letters stays readable. */
function isMostlyLatin(text: string): boolean {
  const count = (characters: RegExp) => text.match(characters)?.length ?? 0;
  return count(/[^\0-\x7f]/g) < count(/[A-Za-z]/g);
}

const SOFT_BREAK = '=\r\n';
// With the soft break after it, a line has 76 characters at most.
const LINE = 75;

/** Values stand on lines of their own: a soft break before and after lets the rest be broken into lines beforehand. */
function prepareQuotedPrintable({ pieces, places }: SplitText): (values: readonly string[]) => string {
  const last = pieces.length - 1;
  const encoded = pieces.map((piece, index) => {
    const lines = quotedPrintableLines(piece);
    const isNothingAtTheEnd = index === last && lines === '';
    const before = index === 0 || isNothingAtTheEnd || lines.startsWith('\r\n') ? '' : SOFT_BREAK;
    const after = index === last || lines === '' || lines.endsWith('\n') ? '' : SOFT_BREAK;
    return before + lines + after;
  });
  encoded[0] = `Content-Transfer-Encoding: quoted-printable\r\n\r\n${encoded[0] ?? ''}`;
  return (values) => filled({ pieces: encoded, places }, values.map(quotedPrintableLines));
}

/** What stands for itself in quoted-printable and fits into a line; a blank may not end one. */
const AS_IT_IS = /^[ -<>-~]{0,74}[!-<>-~]$/;

function quotedPrintableLines(text: string): string {
  return AS_IT_IS.test(text) ? text : quotedPrintable.wrap(quotedPrintable.encode(text), LINE);
}

function prepareBase64(text: SplitText): (values: readonly string[]) => string {
  return (values) =>
    `Content-Transfer-Encoding: base64\r\n\r\n${base64.wrap(base64.encode(filled(text, values)))}`;
}
