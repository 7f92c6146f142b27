/** What every tenant of a group got with a notice, by the ledger; and that earlier messages are byte for byte as they were. */
import { join } from 'node:path';
import { receivedNotices } from '../../../src/adapters/postgres/received-notices';
import type { Check } from '../case-format';
import { digestOf } from '../play';
import { noticeIdOf, receivedWordOf } from '../words';
import type { Situation } from './situation';

export async function noticeDifferences(
  situation: Situation,
  check: Check<'notices'>,
): Promise<readonly string[]> {
  const { stage, incident, tenants } = situation;
  const received = await receivedNotices(stage.database)(incident.incidentId, noticeIdOf(check.notice));
  const wordOf = new Map(received.map(({ tenantId, kind }) => [tenantId, receivedWordOf(kind)]));
  return [
    ...Object.entries(check.receive).flatMap(([group, wanted]) => {
      const words = tenants.idsOf(group).map((id) => wordOf.get(id) ?? 'none');
      return words.every((word) => word === wanted)
        ? []
        : [`${group} receives ${countsOf(words)}, expected ${wanted}`];
    }),
    ...check.unchanged.flatMap((notice) => changesOf(situation, notice)),
  ];
}

function countsOf(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${word} (${String(count)})`).join(', ');
}

function changesOf({ stage, deeds }: Situation, notice: string): string[] {
  const sent = deeds.mails.get(noticeIdOf(notice)) ?? new Map<string, string>();
  if (sent.size === 0) return [`no message of ${notice} was ever sent`];
  const changed = [...sent].filter(([name, digest]) => digestOf(join(stage.mailbox, name)) !== digest);
  return changed.length === 0
    ? []
    : [`${String(changed.length)} messages of ${notice} are not as they were sent`];
}
