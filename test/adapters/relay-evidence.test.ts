/**
 * `samples/postfix-maillog.txt` was recorded from Postfix 3.7.11: five messages from one client, of which the relay sent
 * the first, had the second bounced, the third and the fourth deferred, and of the fifth never saw the final dot.
 */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { relayEvidence, type EvidenceSources } from '../../src/adapters/evidence/relay-evidence';
import { InputProblem } from '../../src/contract/input-problem';
import type { Doubt, Finding } from '../../src/domain/doubt';

const minuteMs = 60_000;
const recorded = readFileSync(join(__dirname, 'samples/postfix-maillog.txt'), 'utf8');
const messageId = (digit: number) => `${String(digit).repeat(32)}@provider.example`;

let folder: string;
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-evidence-'));
  log = join(folder, 'mail.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ago = (minutes: number) => new Date(Date.now() - minutes * minuteMs);

/** As syslog writes it, in local time and without a year. */
function traditional(at: Date): string {
  const [, month = '', day = '', , time = ''] = at.toString().split(' ');
  return `${month} ${day.replace(/^0/, ' ')} ${time}`;
}

/** The recorded lines as if they had been written then. */
function recordedAt(at: Date, stamp: (at: Date) => string = traditional): string {
  return recorded.replaceAll(/^[A-Z][a-z]{2} [ \d]\d [\d:]{8}/gm, stamp(at));
}

function write(path: string, text: string, at: Date): void {
  writeFileSync(path, text);
  utimesSync(path, at, at);
}

/** Armed ten minutes ago, given up waiting for nine minutes ago. */
const doubtAbout = (digit: number): Doubt => ({
  deliveryId: String(digit),
  kind: 'first',
  channel: 'email',
  messageId: messageId(digit),
  armedAt: ago(10).toISOString(),
  since: ago(9).toISOString(),
});

async function lookUp(
  digits: readonly number[],
  sources: Partial<EvidenceSources> = {},
): Promise<readonly Finding[]> {
  const evidence = await relayEvidence({ logFile: log, quietMs: 0, ...sources }, () => undefined);
  return evidence.lookUp(digits.map(doubtAbout));
}

describe('the log of a relay', () => {
  test.each([
    [1, '3D441984550', 'sent'],
    [2, '40D21984388', 'bounced'],
    [3, '43180984555', 'deferred'],
    [4, '44E0F984556', 'deferred'],
  ])('has message %i under its queue id, and says what became of it', async (digit, queueId, status) => {
    write(log, recordedAt(ago(10)), ago(1));

    expect(await lookUp([digit])).toEqual([
      { evidence: 'log-has-it', queueId, note: `the relay's log says: ${status}` },
    ]);
  });

  test('a message is there once it is queued, whatever has come of it', async () => {
    const lines = recordedAt(ago(10))
      .split('\n')
      .filter((line) => !line.includes('status='));
    write(log, lines.join('\n'), ago(1));

    expect(await lookUp([1])).toEqual([
      { evidence: 'log-has-it', queueId: '3D441984550', note: "the relay's log says: queued" },
    ]);
  });

  test('a message whose final dot never came is named there and was not taken', async () => {
    write(log, recordedAt(ago(10)), ago(1));
    expect(await lookUp([5])).toEqual([{ evidence: 'not-seen' }]);
  });

  test('lacks what never came, when it is whole from before the attempt until after it', async () => {
    write(log, recordedAt(ago(11)), ago(1));
    expect(await lookUp([9])).toEqual([{ evidence: 'log-lacks-it' }]);
  });

  test.each([
    ['begins after the attempt', ago(5), ago(1)],
    ['was not written to since', ago(11), ago(9.5)],
  ])('proves nothing when it %s', async (_, firstLineAt, writtenAt) => {
    write(log, recordedAt(firstLineAt), writtenAt);
    expect(await lookUp([9])).toEqual([{ evidence: 'not-seen' }]);
  });

  test('proves nothing when a part of it cannot be read', async () => {
    write(`${log}.2.xz`, 'who knows', ago(6));
    write(log, recordedAt(ago(11)), ago(1));
    expect(await lookUp([9])).toEqual([{ evidence: 'not-seen' }]);
  });

  test('is read with what was rotated away, compressed or not, and reaches back to what is older', async () => {
    const [first = '', second = '', third = ''] = inThree(recordedAt(ago(8)));
    write(`${log}.3.gz`, 'older than the attempt', ago(30));
    writeFileSync(`${log}.2.gz`, gzipSync(first));
    writeFileSync(`${log}.1`, second);
    writeFileSync(log, third);
    for (const [index, path] of [`${log}.2.gz`, `${log}.1`, log].entries())
      utimesSync(path, ago(5 - index), ago(5 - index));

    expect((await lookUp([1, 2, 3, 4, 9])).map(({ evidence }) => evidence)).toEqual([
      ...Array<string>(4).fill('log-has-it'),
      'log-lacks-it',
    ]);
  });

  test('takes nothing for absent while it is rotated again and again', async () => {
    write(log, recordedAt(ago(10)), ago(1));
    let turn = 0;
    const rotating = setInterval(() => {
      turn += 1;
      renameSync(log, `${log}.${String(turn)}`);
      writeFileSync(log, '');
    }, 7);

    const grades = new Set<string | undefined>();
    for (let round = 0; round < 20; round += 1) grades.add((await lookUp([1]))[0]?.evidence);
    clearInterval(rotating);

    // A turn that comes in the middle of a look leaves it undecided, never decided wrongly.
    expect(grades).toContain('log-has-it');
    expect(grades).not.toContain('log-lacks-it');
    expect(turn).toBeGreaterThan(3);
  });

  test('a queue id that is used again tells nothing of the message that had it before', async () => {
    const stamp = traditional(ago(10));
    const lines = [
      `${stamp} relay postfix/cleanup[1]: 3D441984550: message-id=<${messageId(7)}>`,
      `${stamp} relay postfix/cleanup[1]: 3D441984550: message-id=<of-somebody-else@provider.example>`,
      `${stamp} relay postfix/qmgr[1]: 3D441984550: from=<a@b.example>, size=1, nrcpt=1 (queue active)`,
    ];
    write(log, lines.join('\n'), ago(1));

    expect(await lookUp([7])).toEqual([{ evidence: 'not-seen' }]);
  });

  test('times may be written as RFC 3339', async () => {
    write(
      log,
      recordedAt(ago(11), (at) => at.toISOString().replace('Z', '+00:00')),
      ago(1),
    );
    expect(await lookUp([1, 9])).toMatchObject([{ evidence: 'log-has-it' }, { evidence: 'log-lacks-it' }]);
  });

  test('a line without end is no obstacle', async () => {
    write(log, `${recordedAt(ago(11))}${'x'.repeat(5_000_000)}\n`, ago(12));
    appendFileSync(log, recordedAt(ago(10)).replaceAll('1'.repeat(32), '6'.repeat(32)));

    expect((await lookUp([1, 6])).map(({ evidence }) => evidence)).toEqual(['log-has-it', 'log-has-it']);
  });

  test('that cannot be read any more says nothing, and somebody is told', async () => {
    write(log, recorded, ago(1));
    const problems: string[] = [];
    const evidence = await relayEvidence(
      { logFile: log, quietMs: 0 },
      (problem) => void problems.push(problem),
    );
    rmSync(log);

    expect(await evidence.lookUp([doubtAbout(1)])).toEqual([{ evidence: 'not-seen' }]);
    expect(problems).toHaveLength(1);
  });

  test('that is not there is refused when the worker starts', async () => {
    await expect(lookUp([1])).rejects.toThrow(InputProblem);
    await expect(lookUp([1])).rejects.toThrow(/FIREBREAK_RELAY_LOG is wrong: there is no .*mail\.log/);
  });
});

function inThree(text: string): string[] {
  const lines = text.split('\n');
  const third = Math.ceil(lines.length / 3);
  return [0, 1, 2].map((part) => `${lines.slice(part * third, (part + 1) * third).join('\n')}\n`);
}

describe('a journal', () => {
  const journal = () => join(folder, 'journal');
  const withJournal = { journalDirectory: '' };

  beforeEach(() => {
    for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(journal(), part), { recursive: true });
    withJournal.journalDirectory = journal();
  });

  const journalOnly = async (digits: readonly number[]) => {
    const evidence = await relayEvidence({ ...withJournal, quietMs: 0 }, () => undefined);
    return (await evidence.lookUp(digits.map(doubtAbout))).map(({ evidence: grade }) => grade);
  };

  test('has what the relay took, read or unread, and of the rest it proves nothing', async () => {
    const mail = (digit: number) =>
      `From: a@b.example\r\nMessage-ID:\r\n <${messageId(digit)}>\r\n\r\nText\r\n`;
    writeFileSync(join(journal(), 'new', '1.a'), mail(1));
    writeFileSync(join(journal(), 'cur', '2.a:2,S'), `${mail(2)}${'x'.repeat(200_000)}`);
    writeFileSync(join(journal(), 'tmp', '3.a'), mail(3));
    writeFileSync(join(journal(), 'new', '4.a'), `Subject: x\r\n\r\nMessage-ID: <${messageId(4)}>\r\n`);

    expect(await journalOnly([1, 2, 3, 4])).toEqual([
      'journal-has-it',
      'journal-has-it',
      'not-seen',
      'not-seen',
    ]);
  });

  test('beside a log, the better of the two counts', async () => {
    writeFileSync(join(journal(), 'new', '9.a'), `Message-ID: <${messageId(9)}>\r\n\r\n`);
    write(log, recordedAt(ago(11)), ago(1));

    expect((await lookUp([1, 8, 9], withJournal)).map(({ evidence }) => evidence)).toEqual([
      'log-has-it',
      'log-lacks-it',
      'journal-has-it',
    ]);
  });

  test('that is no mailbox is refused when the worker starts', async () => {
    rmSync(join(journal(), 'new'), { recursive: true });
    await expect(journalOnly([1])).rejects.toThrow(/FIREBREAK_RELAY_JOURNAL is wrong/);
  });
});

test('a relay that honours the idempotency header needs no look-up', async () => {
  expect(await lookUp([1], { idempotencyHeader: 'X-Idempotency-Key', logFile: '/nowhere' })).toEqual([
    { evidence: 'relay-keeps-one' },
  ]);
});
