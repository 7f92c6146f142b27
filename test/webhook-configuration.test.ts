// Which inner networks webhooks may reach is read strictly: a range that is misread would open another one.
import { readConfig } from '../src/config';

const allowing = (list: string) => readConfig({ FIREBREAK_WEBHOOK_DANGEROUSLY_ALLOW: list }).webhooks;

test('nothing is allowed unless it is listed', () => {
  expect(readConfig({}).webhooks).toEqual({ dangerouslyAllowedAddresses: [] });
});

test('addresses and ranges are listed with commas or spaces', () => {
  expect(allowing('127.0.0.1, 10.0.0.0/8  fd00:1::/64').dangerouslyAllowedAddresses).toEqual([
    '127.0.0.1',
    '10.0.0.0/8',
    'fd00:1::/64',
  ]);
});

test.each([
  'everybody',
  '*',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0/8',
  'fd00::/129',
  '10.0.0.0/8/8',
  'localhost',
])('refused by its name: %s', (list) => {
  expect(() => allowing(list)).toThrow(
    'environment variable FIREBREAK_WEBHOOK_DANGEROUSLY_ALLOW is wrong: it must be a list of addresses and CIDR ranges',
  );
});

test('secrets and authority are named, not held', () => {
  const { webhooks } = readConfig({
    FIREBREAK_WEBHOOK_SECRETS: '/run/secrets/webhooks.json',
    FIREBREAK_WEBHOOK_CA: 'PEM',
  });
  expect(webhooks).toMatchObject({
    ...{ secretsFile: '/run/secrets/webhooks.json', certificateAuthority: 'PEM' },
  });
});
