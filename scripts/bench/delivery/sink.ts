/**
 * The relay of the measurements, in a process of its own: it says yes to everything at once and counts. Tells its port,
 * then its figures whenever it is asked; ends with its owner.
 */
import { createServer, type Socket } from 'node:net';

export interface SinkFigures {
  readonly mails: number;
  readonly bytes: number;
  /** Different recipients among `security@t<number>.example`. */
  readonly recipients: number;
  /** Wall clock of the first and the last mail that was accepted; 0 without any. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The last mail, as it came. */
  readonly sample: string;
}

const mostRecipients = 8_000_000;
const endOfMail = Buffer.from('\r\n.\r\n');

let seen = new Uint8Array(mostRecipients);
let figures = nothing();
let sample: Buffer = Buffer.alloc(0);

function nothing() {
  return { mails: 0, bytes: 0, recipients: 0, firstAtMs: 0, lastAtMs: 0 };
}

function count(recipient: number, mail: Buffer): void {
  const now = Date.now();
  if (figures.mails === 0) figures.firstAtMs = now;
  figures.lastAtMs = now;
  figures.mails += 1;
  figures.bytes += mail.length;
  sample = mail;
  if (seen[recipient] === 1) return;
  seen[recipient] = 1;
  figures.recipients += 1;
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let pending: Buffer = Buffer.alloc(0);
  let recipient = 0;
  let isInData = false;

  function take(chunk: Buffer): void {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let answers = '';
    for (;;) {
      const end = pending.indexOf(isInData ? endOfMail : '\r\n');
      if (end === -1) break;
      if (isInData) {
        count(recipient, pending.subarray(0, end + 2));
        answers += '250 OK: queued as 1\r\n';
        isInData = false;
        pending = pending.subarray(end + endOfMail.length);
      } else {
        answers += answer(pending.toString('latin1', 0, end));
        pending = pending.subarray(end + 2);
      }
    }
    if (answers !== '') socket.write(answers, 'latin1');
  }

  function answer(command: string): string {
    switch (command.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return '250-sink\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250-DSN\r\n250 8BITMIME\r\n';
      case 'RCPT':
        recipient = Number(/@t(\d+)\./.exec(command)?.[1] ?? 0);
        return '250 OK\r\n';
      case 'DATA':
        isInData = true;
        return '354 go on\r\n';
      case 'QUIT':
        socket.end('221 bye\r\n');
        return '';
      default:
        return '250 OK\r\n';
    }
  }

  socket.on('data', take);
  socket.on('error', () => socket.destroy());
  socket.write('220 sink ESMTP\r\n');
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('message', (question) => {
  process.send?.({ ...figures, sample: sample.toString('latin1') } satisfies SinkFigures);
  if (question !== 'reset') return;
  figures = nothing();
  seen = new Uint8Array(mostRecipients);
});
process.on('disconnect', () => process.exit());
