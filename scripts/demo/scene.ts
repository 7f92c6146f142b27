/** What all acts share: the services of the invented provider, and how its people speak to the incident. */
import type { Firebreak, IncidentUpdates, TogetherItem } from '../../src/client';
import type { Sender } from '../../src/contract/principal';
import type { Approver } from './cast';
import type { Stage } from './stage';

export const services = {
  'github-oauth-tokens': 'integrations',
  'production-access': 'platform',
  'production-hosts': 'platform',
  'project-api-tokens': 'api',
  'personal-api-tokens': 'api',
  'bitbucket-tokens': 'integrations',
} as const;
export type Service = keyof typeof services;
export const everyService = Object.keys(services) as Service[];
export const teams = [...new Set(Object.values(services))];

export const eradicationTask: Partial<Record<Service, string>> = {
  'github-oauth-tokens': 'rotate all GitHub OAuth tokens',
  'production-access': 'replace every credential of the production sign-in',
  'production-hosts': 'replace all production hosts',
  'project-api-tokens': 'revoke all project API tokens',
  'personal-api-tokens': 'revoke all personal API tokens',
  'bitbucket-tokens': 'rotate all Bitbucket tokens',
};

/** What all acts share. */
export interface Scene {
  readonly stage: Stage;
  readonly firebreak: Firebreak;
  readonly incidentId: string;
  readonly executive: Approver;
}

export function tell<Name extends keyof IncidentUpdates>(
  { firebreak, incidentId }: Scene,
  name: Name,
  sender: Sender,
  message: Omit<IncidentUpdates[Name], keyof Sender>,
  happenedAt?: string,
) {
  const full = {
    ...sender,
    ...(happenedAt !== undefined && { happenedAt }),
    ...message,
  } as unknown as IncidentUpdates[Name];
  return firebreak.tell(incidentId, name, full);
}

/** One item of a form that is sent as a whole. */
export function item<Name extends keyof IncidentUpdates>(
  name: Name,
  sender: Sender,
  message: Omit<IncidentUpdates[Name], keyof Sender>,
  happenedAt?: string,
): TogetherItem {
  return {
    message: name,
    ...sender,
    ...(happenedAt !== undefined && { happenedAt }),
    ...message,
  } as unknown as TogetherItem;
}

export function tellTogether({ firebreak, incidentId }: Scene, items: readonly TogetherItem[]) {
  return firebreak.tellTogether(incidentId, items);
}
