import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { escapedForHtml, flattened } from '../../src/adapters/markdown-values';
import {
  prepareMessage,
  standIn,
  type Recipient,
  type SharedContent,
} from '../../src/adapters/prepared-message';
import { composeMessage } from '../../src/adapters/smtp-mailer';

const sender = {
  name: 'Example Cloud, Security',
  address: 'security@cloud.example',
  messageIdDomain: 'cloud.example',
};

const [name, reference] = [standIn(), standIn()];

const english: SharedContent = {
  subject: 'Security incident – what you should do',
  text: `TLP:AMBER\n\nDear ${name},\n\nour reference is ${reference}. ${'It is long. '.repeat(20)}\n\n${name}`,
  html: `<p>TLP:AMBER</p>\n<p>Dear ${name},</p><p>a = b, ${reference}${name} ${'It is long. '.repeat(20)}</p>\n`,
  language: 'en',
  tlp: 'AMBER',
  isDrill: false,
};

const japanese: SharedContent = {
  ...english,
  subject: '重要なお知らせ',
  text: `${name} 御中\n\n${'重要なお知らせです。'.repeat(30)}\n${reference}\n`,
  html: `<p>${name} 御中</p>\n<p>${'重要なお知らせです。'.repeat(30)} ${reference}</p>\n`,
  language: 'ja',
};

const withNameInSubject: SharedContent = { ...english, subject: `For ${name}: what you should do` };

const contents = [english, japanese, withNameInSubject];

const shown = (value: string) => ({ plain: flattened(value), html: escapedForHtml(value) });

function recipient(tenantName: string, overrides: Partial<Recipient> = {}): Recipient {
  return {
    identity: '0123456789abcdef0123456789abcdef',
    to: 'security@acme.example',
    date: '2026-11-24T08:00:00.000Z',
    values: [shown(tenantName), shown('INC-1')],
    ...overrides,
  };
}

/** What `composeMessage` makes of the same content with the values in it. */
function composedFor(content: SharedContent, { values, ...addressing }: Recipient) {
  const places = new RegExp(`${name}|${reference}`, 'g');
  const fill = (text: string, as: 'plain' | 'html') =>
    text.replace(places, (found) => values[[name, reference].indexOf(found)]?.[as] ?? '');
  return composeMessage(sender, {
    ...content,
    ...addressing,
    subject: fill(content.subject, 'plain'),
    text: fill(content.text, 'plain'),
    html: fill(content.html, 'html'),
  });
}

const prepared = (content: SharedContent, of: Recipient) =>
  prepareMessage(sender, content, [name, reference])(of);

async function readAgain(bytes: Buffer) {
  const { headers, subject, from, to, messageId, date, text, html } = await PostalMime.parse(bytes);
  // Parsed base64 keeps CR LF, parsed quoted-printable does not.
  const lines = (part: string | undefined) => part?.replaceAll('\r\n', '\n').trimEnd();
  return { headers, subject, from, to, messageId, date, text: lines(text), html: lines(html) };
}

const anyValue = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(...Array.from('=.<&>"\\ \t\r\n-ä社😀a\u2028\ud83d')), maxLength: 300 }),
  fc.constantFrom('', '.', '=3D', '--_firebreak', name, reference, '$&', '&amp;', 'a'.repeat(2000)),
);

const anyAddress = fc.oneof(
  fc.emailAddress(),
  fc.constantFrom(
    '"a, b@evil.example"@acme.example',
    'jürgen@acme.example',
    'info@münchen.example',
    `${'a'.repeat(64)}@acme.example`,
  ),
);

const anyRecipient = fc
  .record({
    tenantName: anyValue,
    incident: anyValue,
    to: anyAddress,
    date: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
    identity: fc.stringMatching(/^[0-9a-f]{32}$/),
  })
  .map(({ tenantName, incident, to, date, identity }) =>
    recipient(tenantName, {
      to,
      identity,
      date: date.toISOString(),
      values: [shown(tenantName), shown(incident)],
    }),
  );

describe('a message filled in for a recipient', () => {
  test('reads as the one composed for it alone, whatever its values are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...contents), anyRecipient, async (content, of) => {
        const filledIn = prepared(content, of);
        const composed = await composedFor(content, of);

        expect(await readAgain(filledIn.bytes)).toEqual(await readAgain(composed.bytes));
        expect(filledIn).toMatchObject({ messageId: composed.messageId, envelope: composed.envelope });
      }),
      { numRuns: 400 },
    );
  });

  test('keeps the limits of lines, and ends every one of them with CR LF', () => {
    fc.assert(
      fc.property(fc.constantFrom(english, japanese), anyRecipient, (content, of) => {
        const message = prepared(content, of).bytes.toString('latin1');
        const bodyStart = message.indexOf('\r\n\r\n');
        const longest = (part: string) => Math.max(...part.split('\r\n').map(({ length }) => length));

        expect(message).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
        expect(longest(message.slice(0, bodyStart))).toBeLessThanOrEqual(998);
        expect(longest(message.slice(bodyStart))).toBeLessThanOrEqual(76);
      }),
      { numRuns: 400 },
    );
  });

  test('is the same to the byte whenever it is prepared, with other stand-ins too', () => {
    const again = standIn();
    const other = (text: string) => text.replaceAll(name, again);
    const { subject, text, html, ...rest } = withNameInSubject;
    const content = { ...rest, subject: other(subject), text: other(text), html: other(html) };
    fc.assert(
      fc.property(anyRecipient, (of) => {
        const first = prepared(withNameInSubject, of);
        const second = prepareMessage(sender, content, [again, reference])(of);

        expect(second.bytes.equals(first.bytes)).toBe(true);
        expect(second.bodyHash).toBe(first.bodyHash);
      }),
    );
  });

  test('shows a name that reads like a stand-in as it is', async () => {
    const { text } = await readAgain(prepared(english, recipient(`${reference} ${name}`)).bytes);
    expect(text).toContain(`Dear ${reference} ${name},`);
  });

  test('leaves nothing of one recipient to the next', () => {
    const fill = prepareMessage(sender, english, [name, reference]);
    const before = fill(recipient('Acme')).bytes;
    fill(recipient('株式会社', { to: '"a b"@globex.example' }));
    expect(fill(recipient('Acme')).bytes.equals(before)).toBe(true);
  });
});
