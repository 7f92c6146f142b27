/**
 * Reads what mail systems report about a message (delivery status notices, RFC 3464). The only user of `postal-mime`.
 * Whatever comes in has an answer: a report, or the sentence that says why it is none.
 */
import PostalMime from 'postal-mime';
import type { Attachment, Email } from 'postal-mime';
import type { Receipt } from '../../domain/receipts';

export interface DeliveryStatusReport {
  readonly kind: 'report';
  /** Of the delivery (`deliveryIdentity`), or whatever else the report calls its message. */
  readonly identity: string;
  readonly receipt: Receipt;
  /** Enhanced status code (RFC 3463). */
  readonly status?: string;
  /** The words of the mail system; they may hold an address. */
  readonly diagnostic?: string;
}

export interface NoReport {
  readonly kind: 'unreadable';
  readonly problem: string;
}

const statusTypes = ['message/delivery-status', 'message/global-delivery-status'];
const headerTypes = [
  'message/rfc822',
  'text/rfc822-headers',
  'message/global',
  'message/global-headers',
  'message/rfc822-headers',
];

/** Never throws. @param raw one message as it came, headers and all */
export async function readDeliveryStatus(raw: Uint8Array): Promise<DeliveryStatusReport | NoReport> {
  const message = await parsed(raw);
  if (message === undefined) return unreadable('it is not a message that could be read');
  const status = partOf(message, statusTypes);
  if (status === undefined) return unreadable('it is not a delivery status notice; it was left alone');
  const [ofMessage, ...ofRecipients] = fieldGroups(status);
  const recipient = mostTelling(ofRecipients);
  if (recipient === undefined) return unreadable('it says of no recipient what became of the message');
  const identity = identityOf(ofMessage, partOf(message, headerTypes));
  if (identity === undefined) return unreadable('it does not say which message it is about');
  return { kind: 'report', identity, ...recipient };
}

function unreadable(problem: string): NoReport {
  return { kind: 'unreadable', problem };
}

async function parsed(raw: Uint8Array): Promise<Email | undefined> {
  try {
    return await PostalMime.parse(raw, {
      forceRfc822Attachments: true,
      attachmentEncoding: 'utf8',
      maxNestingDepth: 20,
    });
  } catch {
    return undefined;
  }
}

function partOf({ attachments }: Email, types: readonly string[]): string | undefined {
  return attachments.filter(({ mimeType }) => types.includes(mimeType)).map(textOf)[0];
}

function textOf({ content }: Attachment): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}

// Fields

type Fields = ReadonlyMap<string, string>;

/** The first group is about the message, every other one about a recipient. */
function fieldGroups(text: string): Fields[] {
  return text
    .split(/\r?\n[ \t]*\r?\n/)
    .map(fieldsOf)
    .filter((fields) => fields.size > 0);
}

function fieldsOf(text: string): Fields {
  const unfolded = text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const pairs = unfolded.flatMap((line): [string, string][] => {
    const [, name, value] = /^([!-9;-~]{1,100}):\s*(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()]];
  });
  return new Map(pairs);
}

// What became of it

type Telling = Omit<DeliveryStatusReport, 'kind' | 'identity'>;

/** Strongest first: where an address stands for several people, one of whom has it, it has arrived. */
const receiptsByAction: readonly (readonly [string, Receipt])[] = [
  ['delivered', { kind: 'delivered' }],
  ['relayed', { kind: 'delivered' }],
  ['expanded', { kind: 'delivered' }],
  ['failed', { kind: 'bounced', isPermanent: true }],
  ['delayed', { kind: 'bounced', isPermanent: false }],
];

function mostTelling(recipients: readonly Fields[]): Telling | undefined {
  for (const [action, receipt] of receiptsByAction) {
    const recipient = recipients.find((fields) => firstWord(fields.get('action')) === action);
    if (recipient !== undefined) return { receipt, ...detailsOf(recipient) };
  }
  return undefined;
}

function detailsOf(recipient: Fields): Pick<Telling, 'status' | 'diagnostic'> {
  const [status] = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(recipient.get('status') ?? '') ?? [];
  const diagnostic = recipient.get('diagnostic-code')?.slice(0, 1000);
  return { ...(status !== undefined && { status }), ...(diagnostic !== undefined && { diagnostic }) };
}

function firstWord(text: string | undefined): string | undefined {
  return /^[a-z]+/.exec((text ?? '').toLowerCase())?.[0];
}

// Which message it is about

/** We ask for reports with an envelope id; where a relay has lost it, the returned headers name the message. */
function identityOf(ofMessage: Fields | undefined, returned: string | undefined): string | undefined {
  const envelopeId = fromXtext(ofMessage?.get('original-envelope-id') ?? '');
  if (isIdentity(envelopeId)) return envelopeId.toLowerCase();
  const messageId = fieldsOf((returned ?? '').split(/\r?\n[ \t]*\r?\n/)[0] ?? '').get('message-id');
  const [, left] = /<\s*([^@<>\s]{1,200})@/.exec(messageId ?? '') ?? [];
  const named = left ?? envelopeId.slice(0, 200);
  return named === '' ? undefined : named;
}

function isIdentity(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text);
}

/** RFC 3461, section 4. */
function fromXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
