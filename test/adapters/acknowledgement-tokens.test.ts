import {
  acknowledgementLink,
  acknowledgementToken,
  readAcknowledgementToken,
} from '../../src/adapters/acknowledgement-tokens';
import { addMs } from '../../src/domain/instant';

const secret = 'a secret of thirty-two characters';
const identity = '0123456789abcdef0123456789abcdef';
const plannedAt = '2026-11-24T10:00:00.000Z';
const token = acknowledgementToken(secret, identity, plannedAt);
const daysLater = (days: number) => addMs(plannedAt, days * 24 * 3_600_000);
const read = (text: string, now = daysLater(1), key = secret) => readAcknowledgementToken(key, text, now);

test('the same delivery gets the same token, which names it again', () => {
  expect(acknowledgementToken(secret, identity, plannedAt)).toBe(token);
  expect(read(token)).toEqual({ kind: 'genuine', identity });
});

test('it is good for 90 days', () => {
  expect(read(token, daysLater(90))).toMatchObject({ kind: 'genuine' });
  expect(read(token, addMs(daysLater(90), 1001))).toMatchObject({
    kind: 'refused',
    problem: expect.stringContaining('was good until 2027-02-22') as string,
  });
});

test('not one letter of it can be changed', () => {
  for (let place = 0; place < token.length; place += 1) {
    const letter = token[place] === '0' ? '1' : '0';
    expect(read(token.slice(0, place) + letter + token.slice(place + 1)).kind).toBe('refused');
  }
});

test.each(['', 'not a token', token.slice(1), `${token}0`, token.toUpperCase()])('%p is none', (text) => {
  expect(read(text).kind).toBe('refused');
});

test('one of another installation is refused', () => {
  expect(read(token, plannedAt, 'another secret of 32 characters.').kind).toBe('refused');
});

test('the link adds it to whatever address is configured', () => {
  expect(acknowledgementLink('https://ack.example/notices', token)).toBe(
    `https://ack.example/notices?token=${token}`,
  );
  expect(acknowledgementLink('https://ack.example/?a=b', token)).toBe(
    `https://ack.example/?a=b&token=${token}`,
  );
});
