/** A policy with its comments: JSON has none, so they stand beside each field in the contract and are laid out here. */
import { z } from 'zod';
import { Policy } from '../contract/policy';

export interface PolicyField {
  readonly field: string;
  readonly value: unknown;
  /** What a number counts; absent where there is none. */
  readonly unit?: string;
  readonly description: string;
}

/** Every field in the order of the contract, with its value in the given policy. */
export function policyFields(policy: Policy): readonly PolicyField[] {
  return Object.entries(Policy.shape).map(([name, schema]) => {
    const field = name as keyof Policy;
    const { description, unit } = z.globalRegistry.get(schema) ?? {};
    return {
      field,
      value: policy[field],
      description: description ?? '',
      ...(typeof unit === 'string' && { unit }),
    };
  });
}

export function policyText(policy: Policy): string {
  return policyFields(policy)
    .map(({ field, value, unit, description }) => {
      const counted = unit === undefined ? '' : ` (${unit})`;
      return `${field}: ${JSON.stringify(value)}${counted}\n    ${description}`;
    })
    .join('\n');
}

/** The guide that is made of the contract: what `firebreak policy page` prints. */
export function policyPage(defaults: Policy): string {
  return `${[pageHead, ...policyFields(defaults).map(sectionOf)].join('\n\n')}\n`;
}

const pageHead = `# Policy

What is yours to decide, and not the law's. Every field has a default; a policy file holds those that you change, and is
named by \`FIREBREAK_POLICY\`. See [operators](operators.md#policy) for how it is used. This page is what
\`firebreak policy page\` prints; numbers such as S13 are those of [the requirements](../requirements.md).`;

function sectionOf({ field, value, unit, description }: PolicyField): string {
  const counted = unit === undefined ? '' : `, in ${unit}`;
  return `## \`${field}\`\n\nDefault: \`${JSON.stringify(value)}\`${counted}.\n\n${description}`;
}
