/** What we do ourselves: a notice that cannot be rendered for some, and a worker that is told to end. */
import { eventually, delayLasting, heldAtLeast, inLab, type Dose, type Lab } from './lab';
import { verdictOf, type Verdict } from './verdict';

/** One tenant in a hundred reads Japanese, and when the notice is planned its Japanese text goes away. */
export function unrenderableNotices(dose: Dose): Promise<Verdict> {
  const isJapanese = (index: number) => index % 100 === 7;
  const japanese = Array.from({ length: dose.tenants }, (_, index) => index).filter(isJapanese).length;
  return inLab(dose, { languageOf: (index) => (isJapanese(index) ? 'ja' : 'en') }, async (lab) => {
    await lab.startWorker('incident');
    await lab.approveNotice();
    await eventually(() => isPlanned(lab));
    await lab.stage.database.deleteFrom('notice').where('language', '=', 'ja').execute();
    await lab.startWorker('delivery');
    await lab.settled();
    const stuck = await lab.stage.database
      .selectFrom('delivery')
      .select(['language', 'reason'])
      .where('state', '=', 'needs-human')
      .execute();
    const isRight = ({ language, reason }: (typeof stuck)[number]) =>
      language === 'ja' && reason === 'cannot-be-rendered';
    return verdictOf(lab, {
      fault: 'notice cannot be rendered for one tenant in a hundred',
      violations:
        stuck.length === japanese && stuck.every(isRight)
          ? []
          : [`${stuck.length} tenants wait for a person, not the ${japanese} whose text is gone`],
      notes: [`${japanese} tenants wait for a person, the others are told`],
    });
  });
}

async function isPlanned({ stage, dose }: Lab): Promise<boolean> {
  const { count } = await stage.database
    .selectFrom('delivery')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count) === dose.tenants;
}

export function toldToEnd(dose: Dose): Promise<Verdict> {
  const endings = dose.isFull ? 5 : 1;
  const relay = { script: { seed: dose.seed, delayMs: delayLasting(3 * endings, dose) } };
  return inLab(dose, { relay }, async (lab) => {
    await lab.startWorker('incident');
    let worker = await lab.startWorker('delivery');
    await lab.approveNotice();
    const unsettled: string[] = [];
    for (let ending = 0; ending < endings; ending += 1) {
      await heldAtLeast(lab.relay, Math.floor((dose.tenants * (ending + 0.5)) / (endings + 1)));
      process.kill(worker.pid, 'SIGTERM');
      await worker.ended;
      unsettled.push(...(await leftBehind(lab)));
      worker = await lab.startWorker('delivery');
    }
    await lab.settled();
    const verdict = await verdictOf(lab, {
      fault: 'SIGTERM in mid-campaign',
      kills: endings,
      violations: unsettled,
    });
    return verdict.doubts === 0
      ? verdict
      : { ...verdict, violations: [...verdict.violations, `${verdict.doubts} deliveries were in doubt`] };
  });
}

async function leftBehind({ stage }: Lab): Promise<readonly string[]> {
  const rows = await stage.database
    .selectFrom('delivery')
    .select('delivery_id')
    .where('state', 'in', ['sending', 'in-doubt'])
    .execute();
  return rows.map((row) => `delivery ${row.delivery_id} was left unsettled by a worker that was told to end`);
}
