// The policy explains itself: every field says what it is and why, and the guide is made of that.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicyFile } from '../../src/cli/policy-file';
import { policyFields, policyPage, policyText } from '../../src/cli/policy-page';
import { Policy } from '../../src/contract/policy';
import { defaultPolicy } from '../../src/domain/policy';

const project = join(__dirname, '..', '..');

test('the guide is what the contract says; mend it with firebreak policy page', () => {
  expect(readFileSync(join(project, 'docs/guides/policy.md'), 'utf8')).toBe(policyPage(defaultPolicy));
});

test('the default is a policy itself', () => {
  expect(Policy.parse(defaultPolicy)).toEqual(defaultPolicy);
});

const holdsNumbers = (value: unknown): boolean =>
  // What may be null is a number when it is not.
  value === null ||
  typeof value === 'number' ||
  (typeof value === 'object' && Object.values(value).some(holdsNumbers));

test.each(policyFields(defaultPolicy).map((field) => [field.field, field] as const))(
  '%s says what it is, in which unit, and for which requirement',
  (_, { value, unit, description }) => {
    expect(description).toMatch(/^[A-Z].*\(S\d\d(?:, S\d\d|–S\d\d)*\)\.$/s);
    expect(unit !== undefined).toBe(holdsNumbers(value));
  },
);

test('what is shown of a policy holds every field with its value and reason', () => {
  const shown = policyText({ ...defaultPolicy, reminderHours: 12 });
  expect(shown).toContain('reminderHours: 12 (hours)\n    What is still open is raised again');
  for (const field of Object.keys(defaultPolicy)) expect(shown).toContain(`${field}: `);
});

describe('the example', () => {
  const example = readPolicyFile(join(project, 'examples/policy.json'));

  test('changes what it names, field by field', async () => {
    expect(await example).toMatchObject({
      containmentAlarmMinutes: { ...defaultPolicy.containmentAlarmMinutes, critical: 30 },
      approvalsNeeded: { eradication: 1, notice: 2 },
      reminderHours: 12,
    });
  });

  test('leaves everything else as it is by default', async () => {
    const { entryGraceHours, deferralSeconds } = await example;
    expect({ entryGraceHours, deferralSeconds }).toEqual({
      entryGraceHours: defaultPolicy.entryGraceHours,
      deferralSeconds: defaultPolicy.deferralSeconds,
    });
  });
});
