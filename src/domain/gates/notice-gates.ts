/** The gate of a notice (S43–S46): determined, complete, bound to its tenants and rules, approved. */
import type { Incident } from '../incident';
import { isReportable, noticeGate, type Notice } from '../notification';
import { gateOf, type Gate, type Lack } from './gate';

export function noticeGateOf(incident: Incident, notice: Notice): Gate {
  const gate = noticeGate(notice.noticeId);
  const objectHash =
    notice.state.kind === 'prepared' && notice.state.prepared.lacks.length === 0
      ? notice.state.prepared.objectHash
      : undefined;
  return gateOf(gate, notice.generation, noticeLacks(incident, notice), objectHash);
}

function noticeLacks(incident: Incident, notice: Notice): readonly Lack[] {
  switch (notice.state.kind) {
    case 'sending':
      return [];
    case 'rejected':
      return [
        {
          code: 'revision',
          sentence: `revision ${String(notice.revision)} was rejected; a new one is needed`,
          who: 'communications or legal (proposeNotice)',
        },
      ];
    case 'proposed':
      return [...determinationLacks(incident), preparation];
    case 'prepared':
      return [
        ...determinationLacks(incident),
        ...contentLacks(notice.state.prepared.lacks),
        ...noticeApprovalLacks(incident, notice.state.approvals.length),
      ];
  }
}

const preparation: Lack = {
  code: 'preparation',
  sentence: 'its content is still being bound to template, tenants and rule pack',
  who: 'nobody: it follows once tenants and obligations are known',
};

export function determinationLacks(incident: Incident): readonly Lack[] {
  if (isReportable(incident.notification)) return [];
  return [
    {
      code: 'determination',
      sentence: 'nobody has determined that customers must be told',
      who: 'security-response, executive-incident-manager, communications or legal (determine)',
    },
  ];
}

function contentLacks(lacks: readonly string[]): readonly Lack[] {
  return lacks.map((code) => ({
    code,
    sentence: `the notice lacks ${code}`,
    who: 'communications or legal (proposeNotice)',
  }));
}

function noticeApprovalLacks(incident: Incident, approvals: number): readonly Lack[] {
  if (approvals >= incident.policy.approvalsNeeded.notice) return [];
  return [
    {
      code: 'approval',
      sentence: 'the notice is not approved',
      who: 'an executive-incident-manager or legal, not its author (approve)',
    },
  ];
}
