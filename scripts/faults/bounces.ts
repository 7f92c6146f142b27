/** Reports of mail systems that come twice, late, early, about nobody, or are none. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firebreak } from '../../test/support/cli';
import { delayLasting, eventually, inLab, type Dose, type Lab } from './lab';
import { randomFrom } from './random';
import { verdictOf, type Verdict } from './verdict';

const share = 0.05;

export function untidyBounces(dose: Dose): Promise<Verdict> {
  const relay = { script: { seed: dose.seed, delayMs: delayLasting(6, dose) } };
  return inLab(dose, { relay }, async (lab) => {
    await lab.startWorker();
    await lab.approveNotice();
    const mailbox = mailboxIn(lab);
    const early = await oneOnItsWay(lab);
    mailbox.put(bounceOf(early));
    await ingest(lab, mailbox.directory);
    await lab.settled();

    const late = (await acceptedMessages(lab)).filter(drawn(dose));
    for (const messageId of late) {
      mailbox.put(bounceOf(messageId));
      mailbox.put(bounceOf(messageId));
    }
    mailbox.put(bounceOf('00000000000000000000000000000000@provider.example'));
    for (const text of noReports) mailbox.put(text);
    await ingest(lab, mailbox.directory);
    await ingest(lab, mailbox.directory);
    await lab.settled();
    return verdictOf(lab, {
      fault: 'bounces that are doubled, late, early and malformed',
      violations: await unlikeTheReports(lab, new Set([early, ...late])),
      notes: [`1 bounce before the acceptance was recorded, ${late.length} afterwards, each twice`],
    });
  });
}

function drawn({ seed }: Dose): (messageId: string) => boolean {
  const random = randomFrom('bounces', seed);
  return () => random() < share;
}

function mailboxIn({ stage }: Lab) {
  const directory = join(stage.folder, 'bounces');
  mkdirSync(join(directory, 'new'), { recursive: true });
  mkdirSync(join(directory, 'cur'));
  let count = 0;
  return {
    directory,
    put: (text: string) => {
      count += 1;
      writeFileSync(join(directory, 'new', `${String(count).padStart(6, '0')}.report`), text);
    },
  };
}

/** The relay has it, and the ledger does not know that yet. */
async function oneOnItsWay({ stage, relay }: Lab): Promise<string> {
  let found: string | undefined;
  await eventually(async () => {
    const atTheRelay = new Set((await relay.held()).map(({ messageId }) => messageId));
    const rows = await stage.database
      .selectFrom('delivery')
      .select('message_id')
      .where('state', '=', 'sending')
      .execute();
    found = rows.map((row) => row.message_id ?? '').find((messageId) => atTheRelay.has(messageId));
    return found !== undefined;
  });
  return found ?? '';
}

async function acceptedMessages({ stage }: Lab): Promise<readonly string[]> {
  const rows = await stage.database
    .selectFrom('delivery')
    .select('message_id')
    .where('state', '=', 'accepted')
    .where('rung', '=', 0)
    .orderBy('delivery_id')
    .execute();
  return rows.map((row) => row.message_id ?? '');
}

async function ingest({ stage }: Lab, directory: string): Promise<void> {
  const { code, stderr } = await firebreak(['bounces', 'ingest', directory], {
    env: stage.environment,
    timeoutMs: 120_000,
  });
  if (code !== 0) throw new Error(`bounces were not taken in: ${stderr}`);
}

/** Exactly those that were reported are bounced, and each of their tenants has another contact or a person. */
async function unlikeTheReports({ stage }: Lab, reported: ReadonlySet<string>): Promise<readonly string[]> {
  const rows = await stage.database
    .selectFrom('delivery')
    .select(['tenant_id', 'rung', 'state', 'message_id'])
    .execute();
  const next = new Map(rows.map((row) => [`${row.tenant_id} ${row.rung}`, row.state]));
  return rows
    .filter(({ rung }) => rung === 0)
    .flatMap((row) => {
      const isReported = reported.has(row.message_id ?? '');
      if (isReported !== (row.state === 'bounced')) return [`${row.tenant_id} is ${row.state}, wrongly`];
      const following = next.get(`${row.tenant_id} 1`);
      return isReported && following !== 'accepted' && following !== 'needs-human'
        ? [`${row.tenant_id} has bounced, and what follows is ${String(following)}`]
        : [];
    });
}

// Reports

/** As Postfix writes them (RFC 3464), without an address. */
function bounceOf(messageId: string): string {
  const identity = messageId.split('@')[0] ?? '';
  return [
    'From: MAILER-DAEMON@relay.example',
    'To: security@provider.example',
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain',
    '',
    'It could not be delivered.',
    '--part',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; relay.example',
    `Original-Envelope-Id: ${identity}`,
    '',
    'Final-Recipient: rfc822; gone@tenant.example',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 no such user',
    '',
    '--part',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: <${messageId}>`,
    '',
    '--part--',
    '',
  ].join('\r\n');
}

const noReports: readonly string[] = [
  '',
  'this is no message at all',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="part"\r\n\r\n--part\r\n',
  '\u0000\u0001\u0002'.repeat(1000),
  'Subject: Out of office\r\n\r\nBack on Monday.\r\n',
];
