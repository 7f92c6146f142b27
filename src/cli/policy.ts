/** `firebreak policy show`, `check`, `page`: the policy in force with its comments, and whether a file is one. */
import { Command } from 'commander';
import { fingerprintOf } from '../domain/fingerprint';
import { defaultPolicy } from '../domain/policy';
import type { CliContext } from './context';
import { policyInForce, readPolicyFile } from './policy-file';
import { policyFields, policyPage, policyText } from './policy-page';

export function policyCommand(context: CliContext): Command {
  return new Command('policy')
    .description('your own rules about how incidents are run')
    .addCommand(showCommand(context))
    .addCommand(checkCommand(context))
    .addCommand(pageCommand(context));
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('the policy that incidents are declared with from here, each field with its reason')
    .action(async () => {
      const policy = await policyInForce(context.config.policyFile);
      const digest = fingerprintOf(policy);
      context.print(
        { digest, policy, fields: policyFields(policy) },
        `${policyText(policy)}\nSHA-256 of this policy: ${digest}`,
      );
    });
}

function checkCommand(context: CliContext): Command {
  return new Command('check')
    .description('whether a file is a policy; what is wrong is named by its field')
    .argument('<file>', 'JSON with the fields that differ from the default, - for standard input')
    .action(async (file: string) => {
      const digest = fingerprintOf(await readPolicyFile(file));
      context.print({ digest }, `${file} is a policy. SHA-256 of what it comes to: ${digest}`);
    });
}

function pageCommand(context: CliContext): Command {
  return new Command('page').description('every field with its default, in Markdown').action(() => {
    const markdown = policyPage(defaultPolicy);
    context.print({ markdown }, markdown.trimEnd());
  });
}
