/**
 * E-mail over SMTP: composes one message for one recipient, and sends it with one attempt. Everything about nodemailer
 * is here: its connection is used without its pool, which would repeat messages behind the ledger's back.
 */
import { hash } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { domainToASCII } from 'node:url';
import MailComposer from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { ComposedMessage } from '../activities/delivery-line';
import type { LiveTransport } from '../activities/send-page';
import type { AttemptOutcome, OwnFailure } from '../domain/delivery';
import type { Instant } from '../domain/instant';
import type { AcknowledgementKey } from './acknowledgement-tokens';
import { createConnectionPool, type BorrowedConnection, type ConnectionPool } from './connection-pool';

// Composing

export interface SenderIdentity {
  readonly name: string;
  readonly address: string;
  /** Where answers go, when not to the sender. */
  readonly replyTo?: string;
  /** The right side of every Message-ID. */
  readonly messageIdDomain: string;
  /** By which the relay knows a second copy and drops it; it is given the delivery's identity. */
  readonly idempotencyHeader?: string;
  /** Where recipients acknowledge what they are asked to; without it no mail asks. */
  readonly acknowledgement?: AcknowledgementKey;
}

export interface MessageContent {
  /** 32 hexadecimal digits that are the same for every copy (`deliveryIdentity`). */
  readonly identity: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly language: string;
  readonly tlp: string;
  readonly isDrill: boolean;
  /** Fixed when the delivery was planned, so that a second copy bears the same date. */
  readonly date: Instant;
}

/** The same content gives the same bytes: Message-ID, Date and MIME boundary are all fixed by it. */
export async function composeMessage(
  sender: SenderIdentity,
  content: MessageContent,
): Promise<ComposedMessage> {
  const to = withAsciiDomain(content.to);
  return composedFrom(sender, { ...content, to }, await compile(sender, { ...content, to }).build());
}

/** @param content its recipient's domain in ASCII */
export function compile(sender: SenderIdentity, content: MessageContent): MimeNode {
  return new MailComposer({
    from: { name: sender.name, address: sender.address },
    // An object: a string with a comma in it would become two recipients.
    to: { name: '', address: content.to },
    ...(sender.replyTo === undefined ? {} : { replyTo: { name: '', address: sender.replyTo } }),
    subject: content.subject,
    text: withCrLf(content.text),
    html: withCrLf(content.html),
    messageId: `<${messageIdOf(sender, content)}>`,
    date: new Date(content.date),
    headers: headersFor(sender, content),
    baseBoundary: content.identity,
    boundaryPrefix: '--_firebreak',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
}

/** A message of these bytes, addressed to one recipient. */
export function composedFrom(
  sender: SenderIdentity,
  content: Pick<MessageContent, 'identity' | 'to'>,
  bytes: Buffer,
): ComposedMessage {
  return {
    messageId: messageIdOf(sender, content),
    envelope: { from: sender.address, to: content.to },
    bytes,
    bodyHash: hash('sha256', bytes, 'hex'),
  };
}

function messageIdOf(sender: SenderIdentity, { identity }: Pick<MessageContent, 'identity'>): string {
  return `${identity}@${sender.messageIdDomain}`;
}

function headersFor({ idempotencyHeader }: SenderIdentity, content: MessageContent): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'OOF',
    'Content-Language': content.language,
    'X-TLP': `TLP:${content.tlp}`,
    ...(content.isDrill ? { 'X-Drill': 'yes' } : {}),
    ...(idempotencyHeader === undefined ? {} : { [idempotencyHeader]: content.identity }),
  };
}

/** As the wire has it, so that the hash is of the bytes that are sent. */
export function withCrLf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/** The domain as the DNS knows it; the local part is the recipient's own affair. */
export function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = domainToASCII(address.slice(at + 1));
  return domain === '' ? address : `${address.slice(0, at)}@${domain}`;
}

// Sending

export interface SmtpRelay {
  readonly host: string;
  readonly port: number;
  /** `plaintext` is accepted for a relay on this machine only. */
  readonly security: 'tls' | 'starttls' | 'plaintext';
  readonly credentials?: { readonly user: string; readonly password: string };
  /** PEM of the authority that signed the relay's certificate, where it is not a public one. */
  readonly certificateAuthority?: string;
  /** What we call ourselves in EHLO. */
  readonly clientName?: string;
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** From the final dot to the reply. RFC 5321, 4.5.3.2.6: a shorter wait makes duplicates. */
  readonly replyTimeoutMs?: number;
}

export interface SmtpMailer extends LiveTransport {
  close(): void;
}

const MINUTE_MS = 60_000;
// The usual 100 costs a seventh of the speed in reconnecting.
const MAX_MESSAGES_PER_CONNECTION = 10_000;

interface Session {
  readonly connection: SMTPConnection;
  isAlive: boolean;
  /** The relay takes addresses that are not ASCII before the @ (RFC 6531). */
  offersSmtpUtf8: boolean;
}

/**
 * Opens nothing yet: connections come with the first messages.
 * @throws RangeError when the relay is not on this machine and `security` is `plaintext`.
 */
export function createSmtpMailer(relay: SmtpRelay): SmtpMailer {
  if (relay.security === 'plaintext' && !isLoopback(relay.host)) {
    throw new RangeError(
      `The mail relay ${relay.host} is not on this machine: set its security to tls or starttls.`,
    );
  }
  const pool = createConnectionPool<Session>({
    open: () => openSession(relay),
    close: ({ connection }) => connection.close(),
    isAlive: ({ isAlive }) => isAlive,
    maxConnections: relay.maxConnections ?? 16,
    maxUsesPerConnection: MAX_MESSAGES_PER_CONNECTION,
    maxIdleMs: MINUTE_MS,
  });
  return { reaches: 'contacts', send: (message) => sendThrough(pool, message), close: () => pool.close() };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

async function sendThrough(pool: ConnectionPool<Session>, message: ComposedMessage): Promise<AttemptOutcome> {
  const first = await attempt(pool, message, false);
  // A kept connection that the relay had closed: no byte of the message has left, so a new one is no second attempt.
  const { outcome } = first.isStale ? await attempt(pool, message, true) : first;
  return outcome;
}

interface Attempt {
  readonly outcome: AttemptOutcome;
  readonly isStale: boolean;
}

async function attempt(
  pool: ConnectionPool<Session>,
  message: ComposedMessage,
  fresh: boolean,
): Promise<Attempt> {
  let borrowed: BorrowedConnection<Session>;
  try {
    borrowed = await pool.borrow({ fresh });
  } catch (error) {
    return { outcome: connectFailure(asSmtpError(error)), isStale: false };
  }
  if (needsSmtpUtf8(message) && !borrowed.connection.offersSmtpUtf8) {
    borrowed.giveBack(true);
    return { outcome: smtpUtf8Lacking, isStale: false };
  }
  const outcome = await transmit(borrowed.connection, message);
  const isUnreachable = outcome.kind === 'own-failure' && outcome.failure === 'relay-unreachable';
  const isReusable = await isReusableAfter(outcome, borrowed.connection);
  borrowed.giveBack(isReusable);
  return { outcome, isStale: isUnreachable && !borrowed.isFresh };
}

/** nodemailer would send such an address even so, and a relay that does not know it makes of it what it likes. */
function needsSmtpUtf8({ envelope }: ComposedMessage): boolean {
  return /[^\p{ASCII}]/u.test(envelope.to);
}

const smtpUtf8Lacking: AttemptOutcome = {
  kind: 'refused',
  reply: 'the relay does not offer SMTPUTF8, which the part before the @ needs',
  reason: 'relay-lacks-smtputf8',
};

/** A refused envelope leaves a transaction open, which is reset; after anything else but success we start afresh. */
async function isReusableAfter(outcome: AttemptOutcome, session: Session): Promise<boolean> {
  if (outcome.kind === 'accepted') return true;
  const wasRefusedByCode = 'code' in outcome && outcome.code !== 421;
  return wasRefusedByCode && session.isAlive && (await reset(session));
}

function reset({ connection }: Session): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => resolve(false), 10_000);
    const done = (isReset: boolean) => {
      clearTimeout(giveUp);
      connection.off('end', lost);
      resolve(isReset);
    };
    const lost = () => done(false);
    connection.once('end', lost);
    connection.reset((error) => done(error === null));
  });
}

function openSession(relay: SmtpRelay): Promise<Session> {
  const connection = new SMTPConnection(connectionOptions(relay));
  const session: Session = { connection, isAlive: true, offersSmtpUtf8: false };
  return new Promise((resolve, reject) => {
    // Stays for the whole life of the connection: an error event without a listener would end the process.
    connection.on('error', (error: Error) => {
      session.isAlive = false;
      reject(error);
    });
    connection.on('end', () => {
      session.isAlive = false;
      reject(new Error('the relay closed the connection'));
    });
    const ready = (error?: Error | null) => {
      if (isMissing(error)) {
        resolve(session);
        return;
      }
      // First the reason, then the end: closing would be reported as one of its own.
      reject(error);
      connection.close();
    };
    connection.connect((error) => {
      // What came last is the answer to EHLO, to the second one after STARTTLS.
      session.offersSmtpUtf8 = /^250[ -]SMTPUTF8\b/im.test(String(connection.lastServerResponse));
      if (!isMissing(error) || relay.credentials === undefined) ready(error);
      else connection.login({ user: relay.credentials.user, pass: relay.credentials.password }, ready);
    });
  });
}

function isMissing(error: Error | null | undefined): error is null | undefined {
  return error === null || error === undefined;
}

function connectionOptions(relay: SmtpRelay) {
  const connectTimeoutMs = relay.connectTimeoutMs ?? 10_000;
  return {
    host: relay.host,
    port: relay.port,
    secure: relay.security === 'tls',
    requireTLS: relay.security === 'starttls',
    ignoreTLS: relay.security === 'plaintext',
    allowInternalNetworkInterfaces: true,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: relay.replyTimeoutMs ?? 10 * MINUTE_MS,
    ...(relay.clientName === undefined ? {} : { name: relay.clientName }),
    ...(relay.certificateAuthority === undefined ? {} : { tls: { ca: relay.certificateAuthority } }),
  };
}

/**
 * Sends over one connection. nodemailer asks for the body only after the relay's 354: that tells, whatever the error
 * says, whether the message may have arrived.
 */
function transmit({ connection }: Session, message: ComposedMessage): Promise<AttemptOutcome> {
  let hasBodyBegun = false;
  const body = {
    pipe(data: Writable) {
      hasBodyBegun = true;
      leaveTogether(connection, () => data.end(message.bytes));
    },
  };
  return new Promise((resolve) => {
    connection.send(envelopeOf(message), body as unknown as Readable, (error, info) => {
      if (isMissing(error)) resolve(acceptance(info.response));
      else resolve(sendFailure(asSmtpError(error), hasBodyBegun));
    });
  });
}

/** The body and its final dot in one write to the network; each would go alone otherwise. */
function leaveTogether({ _socket: socket }: SMTPConnection, write: () => void): void {
  if (socket) socket.cork();
  write();
  setImmediate(() => {
    if (socket) socket.uncork();
  });
}

function envelopeOf({ envelope, messageId, bytes }: ComposedMessage) {
  return {
    from: envelope.from,
    to: [envelope.to],
    size: bytes.length,
    dsn: { ret: 'HDRS', envid: messageId.split('@')[0], notify: ['FAILURE', 'DELAY'] },
  };
}

function acceptance(reply: string): AttemptOutcome {
  const queueId = /\bqueued(?: mail)?(?: for delivery)?(?: as)? \W?([\w.-]+)/i.exec(reply)?.[1];
  return { kind: 'accepted', reply, ...(queueId === undefined ? {} : { queueId }) };
}

// What an error means

interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly rejectedErrors?: readonly SmtpError[];
}

function asSmtpError(error: unknown): SmtpError {
  const isErrorLike = typeof error === 'object' && error !== null && 'message' in error;
  return isErrorLike ? (error as SmtpError) : new Error(String(error));
}

function connectFailure(error: SmtpError): AttemptOutcome {
  return ownFailure(connectFailureKind(error), error);
}

function connectFailureKind(error: SmtpError): OwnFailure {
  if (error.code === 'EAUTH')
    return isPermanent(error.responseCode ?? 535) ? 'authentication' : 'relay-unreachable';
  return error.code === 'ETLS' || isCertificateError(error) ? 'certificate' : 'relay-unreachable';
}

function isCertificateError({ originalCode, code, message }: SmtpError): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|TLS|SSL/.test(
    `${originalCode ?? ''} ${code ?? ''} ${message}`,
  );
}

function sendFailure(error: SmtpError, hasBodyBegun: boolean): AttemptOutcome {
  if (hasBodyBegun) return failureAfterBody(error);
  if (error.command === 'RCPT TO') return recipientFailure(error.rejectedErrors?.[0] ?? error);
  if (error.code === 'EENVELOPE' && error.command === 'API') return { kind: 'refused', reply: error.message };
  if (error.command === 'MAIL FROM' || error.command === 'DATA') return transactionFailure(error);
  return ownFailure('relay-unreachable', error);
}

/** Only a reply to the final dot ends the doubt: the same code is reported for a connection lost before and after. */
function failureAfterBody(error: SmtpError): AttemptOutcome {
  const isReplyToTheMessage = error.code === 'EMESSAGE' && error.command === 'DATA';
  if (!isReplyToTheMessage || error.responseCode === undefined)
    return { kind: 'in-doubt', reply: replyOf(error) };
  return isPermanent(error.responseCode)
    ? ownFailure('content-refused', error)
    : deferral(error, error.responseCode);
}

function recipientFailure(error: SmtpError): AttemptOutcome {
  const { responseCode: code } = error;
  if (code === undefined) return ownFailure('relay-unreachable', error);
  return isPermanent(code) ? { kind: 'refused', code, reply: replyOf(error) } : deferral(error, code);
}

function transactionFailure(error: SmtpError): AttemptOutcome {
  const isAboutContent = error.code === 'EMESSAGE' || error.command === 'DATA';
  const { responseCode: code } = error;
  if (code !== undefined && isAboutAuthentication(code)) return ownFailure('authentication', error);
  if (code !== undefined && !isPermanent(code)) return deferral(error, code);
  return ownFailure(isAboutContent ? 'content-refused' : 'sender-refused', error);
}

/** RFC 4954, section 6: the relay wants us to log in, or does so no longer. 454 passes by itself. */
function isAboutAuthentication(responseCode: number): boolean {
  return [530, 534, 535, 538].includes(responseCode);
}

/** 503 says that the session was in the wrong state, not that anybody refused anything. */
function isPermanent(responseCode: number): boolean {
  return responseCode >= 500 && responseCode !== 503;
}

function deferral(error: SmtpError, code: number): AttemptOutcome {
  return { kind: 'deferred', code, reply: replyOf(error) };
}

function ownFailure(failure: OwnFailure, error: SmtpError): AttemptOutcome {
  const { responseCode: code } = error;
  return { kind: 'own-failure', failure, reply: replyOf(error), ...(code === undefined ? {} : { code }) };
}

function replyOf(error: SmtpError): string {
  return (error.response ?? error.message).slice(0, 1000);
}
