/** The provider's own policy from a file: what it says stands, what it leaves out is as by default. */
import { InputProblem } from '../contract/input-problem';
import { parseInput } from '../contract/parse-input';
import { Policy } from '../contract/policy';
import { defaultPolicy } from '../domain/policy';
import { readJsonObject } from './read-json-file';

/** The default one when no file is configured. @throws InputProblem when the file is no policy */
export async function policyInForce(file: string | undefined): Promise<Policy> {
  return file === undefined ? defaultPolicy : readPolicyFile(file);
}

/** @throws InputProblem when it cannot be read or is no policy, naming the first bad field */
export async function readPolicyFile(file: string): Promise<Policy> {
  const given = await readJsonObject(file);
  try {
    return parseInput(Policy, mergedOver(defaultPolicy, given), `the policy in ${file}`);
  } catch (error) {
    if (!(error instanceof InputProblem)) throw error;
    throw new InputProblem(`${error.message}; firebreak policy show says what each field is`, error.field);
  }
}

/** Objects are merged field by field, so that one severity can be changed alone; lists are replaced as a whole. */
function mergedOver(defaults: object, given: object): object {
  const fields: Record<string, unknown> = { ...defaults };
  for (const [field, value] of Object.entries(given)) {
    const byDefault = fields[field];
    fields[field] = isObject(byDefault) && isObject(value) ? mergedOver(byDefault, value) : value;
  }
  return fields;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
