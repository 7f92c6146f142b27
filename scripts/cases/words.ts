/**
 * The words of the case format and ours: the one place where they meet. Whoever changes a word of the process, or of
 * the format, changes it here.
 */
import type { AnchorKind } from '../../src/contract/anchor';
import type { FindingClass, NoticeStage, PlannedTask, PlanKind } from '../../src/contract/messages';
import type { Rule, RulePack } from '../../src/contract/rule-pack';
import { Role, type Sender } from '../../src/contract/principal';
import { rolesFor, type Action as Deed } from '../../src/domain/authority';
import type { Entry } from '../../src/domain/follow-up';
import type { Check, InputOf } from './case-format';

// People

/** The deed behind an action of the format; who may do it is the table of the process. */
export function senderOf(deed: Deed, name: string | undefined): Sender {
  const able = rolesFor(deed);
  const wanted = Role.safeParse(name);
  const role = wanted.success && able.includes(wanted.data) ? wanted.data : able[0];
  return {
    by: identityOf(name ?? role ?? 'security-response'),
    role: role ?? 'security-response',
    boundBy: 'stated',
  };
}

/** Whoever the case names, in the letters that an id may have. */
export function identityOf(name: string): string {
  return name.replace(/[^\w.@:/+-]+/g, '-').slice(0, 200);
}

/** Those who sign; a case may name somebody whom the process does not let decide. */
export function signatoryOf(name: string | undefined): 'executive-incident-manager' | 'legal' {
  return name === 'legal' ? 'legal' : 'executive-incident-manager';
}

// Services and plans

export function serviceOf(name: string): string {
  return name.replace(/[^\w.:/-]+/g, '-').slice(0, 100);
}

/** A class of data is a word of the rule catalogue. */
export function dataClassOf(name: string): string {
  return serviceOf(name);
}

export function teamOf(service: string): string {
  return `team-of-${serviceOf(service)}`.slice(0, 100);
}

/** Recovery is planned together with containment. */
export function planKindOf(track: PlannedTask['track']): PlanKind {
  return track === 'eradication' ? 'eradication' : 'containment';
}

/** What the process keeps on one line. */
export function lineOf(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 500);
}

// Anchors and clocks

const anchorWords: Readonly<Record<string, string>> = { discovery: 'detection' };

export function anchorKindOf(kind: string): AnchorKind | 'submission' {
  return (anchorWords[kind] ?? kind) as AnchorKind | 'submission';
}

/** The step of a rule that a filing meets: the one with the name of the notice's stage, else the first. */
export function stageOfFiling({ rules }: RulePack, ruleId: string, stage: string): string {
  const rule = ruleOf(rules, ruleId);
  const followUp = rule?.followUps.find((each) => each.stage === stage);
  return followUp?.stage ?? rule?.stage ?? 'initial';
}

/** Ours for a rule that the catalogue calls otherwise. */
export function ruleIdOf({ rules }: RulePack, ruleId: string): string {
  return ruleOf(rules, ruleId)?.id ?? ruleId;
}

export function ruleOf(rules: RulePack['rules'], ruleId: string): Rule | undefined {
  return rules.find(({ id, aliases }) => id === ruleId || aliases.includes(ruleId));
}

// Gates

export function gateNameOf({ gate, notice }: Check<'gate'>): string {
  return gate === 'notice' ? `notice:${noticeIdOf(notice ?? '')}` : gate;
}

/** Ours names an action by its own number, and by difference a translation by the kind of text that lacks it. */
export function lackWordsOf(code: string, idOf: ReadonlyMap<string, string>): readonly string[] {
  const [, name = '', detail = ''] = /^([^:]+):(.*)$/.exec(code) ?? [];
  if (name === 'translation') return [`translation:${detail.split('/').at(-1) ?? ''}`];
  if (name !== 'review') return [code];
  return [...idOf].filter(([, id]) => id === detail).map(([input]) => `review:${input}`);
}

export function noticeIdOf(notice: string): string {
  const id = notice.replace(/[^\w.-]+/g, '-').slice(0, 100);
  return /^[A-Za-z0-9]/.test(id) ? id : `N${id}`.slice(0, 100);
}

// Notices

const noticeStages = {
  first: 'first',
  supplementary: 'supplementary',
  corrected: 'correction',
  withdrawn: 'withdrawal',
  final: 'final',
  'by-difference': 'by-difference',
} as const;

export function noticeStageOf(stage: InputOf<'approveNotice'>['stage']): NoticeStage {
  return noticeStages[stage];
}

/** What a tenant received, in the words of the format. */
export function receivedWordOf(kind: string): string {
  const words: Readonly<Record<string, string>> = { correction: 'corrected', withdrawal: 'withdrawn' };
  return words[kind] ?? kind;
}

// Findings and entries

const findingClasses: readonly FindingClass[] = [
  'technical-lapse',
  'procedural-failure',
  'manual-error',
  'process-flaw',
  'communication-breakdown',
  'unknown-attack-vector',
];

/** A class that the process does not have is a flaw of some process, and its own word stands in the text. */
export function findingClassOf(word: string): FindingClass {
  return findingClasses.find((known) => known === word) ?? 'process-flaw';
}

/** What nobody has resolved or waived is open, whatever else was said of it. */
export function entryStateOf({ state }: Entry, isSettled: boolean): 'open' | 'resolved' | 'waived' {
  if (state.kind === 'waived') return 'waived';
  return isSettled ? 'resolved' : 'open';
}

// Rules

/** Why a rule does not apply, where the format has a word for it. */
export function isBecause(wanted: string, found: string): boolean {
  const sentence = sentences[wanted];
  return sentence === undefined ? found.toLowerCase().includes(wanted.toLowerCase()) : sentence.test(found);
}

const sentences: Readonly<Record<string, RegExp>> = {
  'not-in-force': /in force/,
};
