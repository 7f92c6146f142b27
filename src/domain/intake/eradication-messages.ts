/** What the claims of eradication become: footholds, vulnerabilities, the root cause (S15–S18). */
import type { RecordEviction, RecordVulnerability, StateRootCause } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { compareInstants, instantOf, type Instant } from '../instant';
import { optional } from './optional';
import { refuse, refuseIf, required } from './refusal';
import { knownService } from './services';

export function acceptEviction(incident: Incident, message: RecordEviction): EventBody[] {
  refuseIf(refusalOfRole('record', message));
  if (message.service !== undefined) knownService(incident, message.service);
  const foothold = {
    foothold: message.foothold,
    evidence: message.evidence ?? [],
    ...optional({ service: message.service }),
  };
  if (message.state === 'known') return [{ type: 'foothold-recorded', ...foothold }];
  const confidence = required(message.confidence, 'confidence is missing: say low, medium or high');
  if (foothold.evidence.length === 0)
    refuse('Incomplete', 'evidence is missing: an eviction is a claim that can be shown');
  return [{ type: 'foothold-evicted', ...foothold, confidence }];
}

export function acceptVulnerability(
  incident: Incident,
  message: RecordVulnerability,
  now: Instant,
): EventBody[] {
  if (message.state === 'accepted') refuseAcceptance(message, now);
  else refuseIf(refusalOfRole('record', message));
  if (message.service !== undefined) knownService(incident, message.service);
  const { vulnerability, state, evidence, service, reason, expiresAt } = message;
  return [
    {
      type: 'vulnerability-recorded',
      vulnerability,
      state,
      evidence: evidence ?? [],
      ...optional({ service, reason, expiresAt: expiresAt === undefined ? undefined : instantOf(expiresAt) }),
    },
  ];
}

function refuseAcceptance(message: RecordVulnerability, now: Instant): void {
  if (message.role !== 'executive-incident-manager')
    refuse('NotAllowed', 'a vulnerability is accepted by the executive-incident-manager alone');
  required(message.reason, 'reason is missing: say why the vulnerability is accepted');
  const expiresAt = required(message.expiresAt, 'expiresAt is missing: an acceptance ends some day');
  if (compareInstants(expiresAt, now) <= 0)
    refuse('Malformed', 'expiresAt lies in the past: an acceptance ends some day to come');
}

export function acceptRootCause(_incident: Incident, message: StateRootCause): EventBody[] {
  refuseIf(refusalOfRole('confirm-recovery', message));
  const evidence = message.evidence ?? [];
  if (message.verdict === 'not-proven') {
    const doneInstead = required(
      message.doneInstead,
      'doneInstead is missing: say what was done in place of removing the cause',
    );
    return [{ type: 'root-cause-stated', verdict: 'not-proven', doneInstead, evidence }];
  }
  const confidence = required(message.confidence, 'confidence is missing: say low, medium or high');
  if (evidence.length === 0) refuse('Incomplete', 'evidence is missing: show that the root cause is removed');
  return [{ type: 'root-cause-stated', verdict: 'removed', confidence, evidence }];
}
