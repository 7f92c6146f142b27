/** An incident in the middle of its work: two services, plans, agreements, done tasks, notes and ten bugs. */
import type { DeclarationInput, TogetherItem } from '../../../src/client';

const responder = { by: 'srt-ana', role: 'security-response' } as const;
const team = { by: 'storage-ben', role: 'service-team', team: 'storage-team' } as const;
const evidence = ['log:4711', 'image:sha256-of-the-host'];

export const declaration: Omit<DeclarationInput, 'incidentId'> = {
  title: 'A signing key has leaked',
  summary: 'Tokens signed with a stolen key open storage.',
  severity: 'high',
  services: [
    { service: 'storage', team: 'storage-team', regions: ['eu-west'] },
    { service: 'identity', team: 'identity-team' },
  ],
  detection: { at: '2026-11-23T07:30:00Z', precision: 'second', basis: 'an alert of the token service' },
  reporter: responder,
};

const plan = (kind: 'containment' | 'eradication', what: string): TogetherItem => ({
  message: 'proposePlan',
  ...responder,
  kind,
  objective: `Objective of the ${kind}.`,
  restsOn: ['A1'],
  tasks: ['storage', 'identity'].map((service) => ({
    service,
    what,
    track: kind,
    supporter: responder.by,
  })),
  recommendation: {
    technique: 'rebuild',
    nature: 'stolen key',
    scope: 'two services',
    depthOfPenetration: 'token service',
    repercussions: 'an outage of an hour',
  },
  options: [{ option: 'rebuild', businessImpact: 'an hour without sign-in' }],
});

export const incidentInTheMiddle: readonly TogetherItem[] = [
  { message: 'recordAnalysis', ...responder, text: 'Tokens were forged with the stolen key.', evidence },
  plan('containment', 'revoke the key'),
  {
    message: 'completeTask',
    ...team,
    service: 'storage',
    track: 'containment',
    what: 'revoke the key',
    evidence,
  },
  plan('eradication', 'rebuild the hosts'),
  { message: 'agree', ...responder, kind: 'eradication', version: 1, verdict: 'agree' },
  { message: 'agree', ...team, kind: 'eradication', version: 1, verdict: 'agree', service: 'storage' },
  { message: 'recordEviction', ...team, foothold: 'web-shell', state: 'known', service: 'storage' },
  { message: 'recordVulnerability', ...team, vulnerability: 'key-in-log', state: 'known' },
  ...Array.from({ length: 10 }, (_, index): TogetherItem => ({
    message: 'recordFact',
    ...responder,
    text: `Observation ${String(index + 1)}: requests with forged tokens came from another network.`,
  })),
  ...Array.from({ length: 10 }, (_, index): TogetherItem => ({
    message: 'recordEntry',
    ...responder,
    change: 'open',
    ref: `BUG-${String(index + 1)}`,
    title: 'Keys are written to the crash dump',
    owner: 'storage-ben',
  })),
];
