/** What people do so that others are told: the determination, the tenants, notices, filings, promises, holds. */
import { saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import { unnamedDuties } from '../../src/domain/holds';
import { compareInstants, instantFromEpochMs, type Instant } from '../../src/domain/instant';
import { findNotice } from '../../src/domain/notification';
import type { InputOf } from './case-format';
import { noticeDraftOf } from './filler';
import { momentOf, writtenMomentOf } from './moments';
import { note, sign, tell, type Play } from './play';
import { lineOf, noticeIdOf, ruleIdOf, senderOf, signatoryOf, stageOfFiling } from './words';

/** A yes sets the anchor to the time of the decision, exactly as finely as that is known. */
export async function determine(play: Play, input: InputOf<'decide'>): Promise<void> {
  const { verdict, reason } = input;
  if (verdict === 'yes')
    await tell(play, input, 'recordAnchor', {
      ...senderOf('record', input.by),
      kind: 'determination',
      ...writtenMomentOf(input.at, play.file.zone),
      basis: reason,
    });
  await tell(play, input, 'determine', {
    ...senderOf('determine', input.by),
    customerReportable: verdict === 'yes' || verdict === 'no' ? verdict : 'undetermined',
    basis: reason,
  });
}

// Tenants

export async function setAffectedTenants(play: Play, input: InputOf<'setAffectedTenants'>): Promise<void> {
  await publishCount(play, input);
  const { tenants } = play;
  const excluded = input.excluded.map(({ group }) => group);
  const named = [...new Set([...input.groups, ...excluded])];
  if (input.groups.length === 0) return;
  const excludedIds = excluded.flatMap(tenants.idsOf);
  const isEveryFactChanged = input.groups.every((group) => input.changed.includes(group));
  await tell(play, input, 'setAffectedTenants', {
    ...senderOf('set-affected-tenants', undefined),
    services: named.map((group) => ({ service: tenants.serviceOf(group) })),
    from: instantFromEpochMs(momentOf(input.at, play.file.zone).fromMs),
    exclude: excludedIds,
    ...(excludedIds.length > 0 && { excludeReason: input.excluded.map(({ reason }) => reason).join('; ') }),
    ...(isEveryFactChanged ? { everyFactChanged: true } : { changed: input.changed.flatMap(tenants.idsOf) }),
    reason: input.reason,
  });
}

/** The published number stands on the timeline, version by version; one of persons is a fact that rules read. */
async function publishCount(play: Play, input: InputOf<'setAffectedTenants'>): Promise<void> {
  const { count, unit, version, reason } = input;
  const sender = senderOf('record-fact', undefined);
  await tell(play, input, 'recordFact', {
    ...sender,
    name: `published-${unit}`,
    value: `version ${String(version)}: ${String(count ?? 'unknown')}`,
    text: reason,
  });
  if (unit === 'persons' && typeof count === 'number')
    await tell(play, input, 'recordFact', { ...sender, name: 'individuals', value: count });
}

// Notices

export async function approveNotice(play: Play, input: InputOf<'approveNotice'>): Promise<void> {
  if (input.audience === 'tenants') await sendNotice(play, input);
  else await tellOthers(play, input);
  if (input.promise !== undefined && input.promise !== null) await promise(play, input);
}

async function sendNotice(play: Play, input: InputOf<'approveNotice'>): Promise<void> {
  const { stage, incident, tenants } = play;
  const { state } = await incident.recorded();
  const { assessment } = state.notification;
  const demanded = assessment.kind === 'made' ? assessment.result.requiredContent : [];
  const draft = noticeDraftOf(input, (input.groups ?? []).flatMap(tenants.idsOf), demanded);
  const author = senderOf('write-notice', 'communications');
  const saved = await saveNoticeDraft(stage.database, incident.incidentId, draft, author.by);
  const earlier = findNotice(state.notification, saved.noticeId);
  if (earlier?.revision !== saved.revision)
    await tell(play, input, 'proposeNotice', { ...author, ...saved, stage: draft.kind });
  await incident.rest();
  await holdWhatIsNew(play, saved.noticeId);
  await approve(play, input, `notice:${saved.noticeId}`);
  await incident.rest();
}

/**
 * Where the case says that the notice must not leave, the approval is given if nothing but it is lacking: then a notice
 * that leaves is a finding. Given beside another lack it would lie in wait and send the notice at a later time.
 */
async function approve(play: Play, input: InputOf<'approveNotice'>, name: string): Promise<void> {
  const isMeantToLeave = input.sentAt !== undefined && input.sentAt !== null;
  const gate = (await play.incident.gates()).find((each) => each.gate === name);
  const others = (gate?.lacks ?? []).filter(({ code }) => code !== 'approval');
  if (!isMeantToLeave && others.length > 0)
    note(play, input, others.map(({ sentence }) => sentence).join('; '));
  else await sign(play, input, name, 'approve', signatoryOf(input.by));
}

/** Whoever is told by other means stands on the timeline; what a law asks for is filed. */
async function tellOthers(play: Play, input: InputOf<'approveNotice'>): Promise<void> {
  const { notice, stage, audience, sentAt, rule, delayReasons } = input;
  const isSent = sentAt !== undefined && sentAt !== null;
  await tell(play, input, 'recordFact', {
    ...senderOf('record-fact', input.by),
    text: `Notice ${notice} (${stage}) to ${audience}${isSent ? '' : ' was held back'}.`,
  });
  if (!isSent || rule === undefined || rule === null) return;
  const { at, ...precision } = writtenMomentOf(sentAt, play.file.zone);
  await tell(play, input, 'recordFiling', {
    ...senderOf('write-notice', input.by),
    ruleId: ruleIdOf(play.stage.pack, rule),
    stage: stageOfFiling(play.stage.pack, rule, stage),
    reference: noticeIdOf(notice),
    submittedAt: at,
    ...precision,
    evidence: [lineOf(delayReasons ?? 'as published')],
  });
}

/** Made with the notice, to the groups that it names and to nobody who becomes known later. */
async function promise(play: Play, input: InputOf<'approveNotice'>): Promise<void> {
  const { promise: made, sentAt } = input;
  if (made === undefined || made === null || sentAt === undefined || sentAt === null) return;
  const { at, ...precision } = writtenMomentOf(sentAt, play.file.zone);
  await tell(play, input, 'recordPromise', {
    ...senderOf('write-notice', input.by),
    text: `We tell you within ${String(made.hours)} hours.`,
    hours: made.hours,
    madeAt: at,
    ...precision,
    covers: made.groups.flatMap(play.tenants.idsOf),
    basis: `notice ${input.notice}`,
  });
}

// Holds

/** The format holds all notices to tenants; ours holds those that it names, and so each new one is named in turn. */
export async function holdNotice(play: Play, input: InputOf<'holdNotice'>): Promise<void> {
  const { state } = await play.incident.recorded();
  const waiting = state.notification.notices.filter((notice) => notice.state.kind !== 'sending');
  await hold(
    play,
    input,
    waiting.map(({ noticeId }) => noticeId),
  );
  play.deeds.holds.push(input);
}

async function holdWhatIsNew(play: Play, noticeId: string): Promise<void> {
  const { state } = await play.incident.recorded();
  const now = await play.incident.now();
  if (state.holds.some(({ notices }) => notices.includes(noticeId))) return;
  for (const holding of play.deeds.holds)
    if (compareInstants(endOfHold(play, holding), now) > 0) await hold(play, holding, [noticeId]);
}

/** Both whose word a hold takes sign it. */
async function hold(play: Play, input: InputOf<'holdNotice'>, notices: readonly string[]): Promise<void> {
  const { state } = await play.incident.recorded();
  const holdId = `hold-${String(state.holds.length + 1)}`;
  await tell(play, input, 'holdNotice', {
    ...senderOf('propose-hold', 'communications'),
    holdId,
    scope: { notices: [...notices], duties: [...unnamedDuties(state.notification, [])] },
    reason: input.reason,
    until: endOfHold(play, input),
  });
  for (const by of ['legal', 'executive-incident-manager'] as const)
    await sign(play, input, `hold:${holdId}`, 'approve', by);
}

/** A hold until a day ends as the day begins, unless it was made on that very day. */
function endOfHold({ file }: Play, { at, until }: InputOf<'holdNotice'>): Instant {
  const [made, end] = [momentOf(at, file.zone), momentOf(until, file.zone)];
  return instantFromEpochMs(end.fromMs > made.fromMs ? end.fromMs : end.toMs);
}
