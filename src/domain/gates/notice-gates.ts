/** The gate of a notice (S43–S46): determined, complete, bound to its tenants and rules, approved. */
import type { UnreadLanguage } from '../../contract/notice-languages';
import type { Incident } from '../incident';
import { isReportable, noticeGate, type Notice, type PreparedNotice } from '../notification';
import { gateOf, type Gate, type Lack } from './gate';
import { holdLacks } from './hold-gates';

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
      return [...determinationLacks(incident), ...holdLacks(incident, notice), preparation];
    case 'prepared':
      return [
        ...determinationLacks(incident),
        ...holdLacks(incident, notice),
        ...contentLacks(notice.state.prepared),
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

function contentLacks({ lacks, unreadLanguages }: PreparedNotice): readonly Lack[] {
  return lacks.map((code) => ({
    code,
    sentence: contentSentence(code, unreadLanguages),
    who: isAboutTemplates(code)
      ? 'communications or legal (firebreak templates, then proposeNotice of the same text)'
      : 'communications or legal (proposeNotice)',
  }));
}

function contentSentence(code: string, unread: readonly UnreadLanguage[]): string {
  const [what, ...rest] = code.split(':');
  const detail = rest.join(':');
  switch (what) {
    case 'translation':
      return translationSentence(detail, unread);
    case 'template':
      return `there is no approved template for ${detail}`;
    case 'words':
      return `there are no approved words for notices in ${detail} (words/${detail}.json)`;
    case 'title':
      return titleSentence(detail);
    case 'variant':
      return `tenants are to get a ${detail}, and the notice has no text for it (variants.${detail})`;
    case 'tenant':
      return `tenant ${detail} is named in onlyTenants, and such a notice cannot be for it: it is not affected, or was not told`;
    default:
      return `the notice lacks ${code}`;
  }
}

/** `ja`, or `withdrawal/ja` of a variant. */
function translationSentence(place: string, unread: readonly UnreadLanguage[]): string {
  const [language, variant] = place.split('/').reverse();
  const text = variant === undefined ? 'the notice' : `its ${variant}`;
  const tenants = unread.find((each) => each.language === place)?.tenants ?? 0;
  const readers = tenants === 1 ? '1 tenant reads' : `${String(tenants)} tenants read`;
  return `${readers} ${String(language)}, and ${text} is not written in it`;
}

/** `ja/<key>`, or `withdrawal/ja/<key>` of a variant. */
function titleSentence(place: string): string {
  const [key, language] = place.split('/').reverse();
  return `the content ${String(key)} has no title in ${String(language)} (words/${String(language)}.json)`;
}

function isAboutTemplates(code: string): boolean {
  return /^(template|words|title):/.test(code);
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
