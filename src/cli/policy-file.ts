/** The provider's own policy from a file: what it says stands, what it leaves out is as by default. */
import { parseInput } from '../contract/parse-input';
import { Policy } from '../contract/policy';
import { defaultPolicy } from '../domain/policy';
import { readJsonFile } from './read-json-file';

const PolicyFile = Policy.partial();

/** @throws InputProblem when it cannot be read or is no policy */
export async function readPolicyFile(file: string): Promise<Policy> {
  const given = parseInput(PolicyFile, await readJsonFile(file), `the policy in ${file}`);
  return Policy.parse({ ...defaultPolicy, ...given });
}
