/**
 * How a case is written by hand: where the tenant is, who is asked, from what the time runs, and when it ends — and how
 * little must be otherwise for the duty not to arise.
 */
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { Computation, type RuleFactValue } from '../../src/contract/rule-facts';
import { evaluateRules, type RuleEvaluation } from '../../src/domain/obligations';
import { factsOfComputation } from '../../src/domain/rule-profile';
import { bundledPack } from './exercise';

/** Words that are not facts of the incident; a fact of the tenant is written `tenant.…`. */
interface Circumstances {
  readonly in?: string;
  readonly sector?: string;
  readonly data?: string;
  readonly as?: string;
  /** The kind of moment from which the time runs, or the submission of a rule as `after:<rule>`. */
  readonly from?: string;
  /** The day of that moment, at 10:00 UTC; Friday, 20 November 2026 unless said. */
  readonly on?: string;
  readonly contractHours?: number | undefined;
  readonly [fact: string]: RuleFactValue | undefined;
}

/** `72 h` from the moment; `30 days`: the end of the thirtieth day; `policy 24 h`; or the instant itself. */
type Due = string;

export type Spot = readonly [rule: string, facts: Circumstances, due: Due, nearMiss: Circumstances];

const pack = bundledPack();
const holidays = holidayCalendars();

export function evaluateSpot(rule: string, circumstances: Circumstances): RuleEvaluation {
  const computation = Computation.parse(computationOf(rule, circumstances));
  const [evaluation] = evaluateRules(pack, factsOfComputation(computation), {
    mode: 'conservative',
    holidays,
    party: 'either',
    ruleId: rule,
  });
  if (evaluation === undefined) throw new Error(`no rule ${rule}`);
  return evaluation;
}

function computationOf(rule: string, circumstances: Circumstances): object {
  const { in: place = 'DE', sector = 'software', data = 'personal-data', as = 'controller' } = circumstances;
  const { from = 'awareness', on = '2026-11-20', contractHours, ...rest } = circumstances;
  const facts = Object.entries(rest).filter(([name]) => !['in', 'sector', 'data', 'as'].includes(name));
  const isTenants = (name: string) => name.startsWith('tenant.');
  const moment = momentOn(on);
  return {
    rule,
    facts: {
      tenant: {
        country: place.slice(0, 2),
        ...(place.includes('-') && { subdivision: place }),
        sector,
        zone: 'UTC',
        ...Object.fromEntries(
          facts
            .filter(([name]) => isTenants(name))
            .map(([name, value]) => [name.slice('tenant.'.length), value]),
        ),
      },
      role: as,
      incident: {
        dataCategories: [data],
        impact: ['confidentiality'],
        ...Object.fromEntries(facts.filter(([name]) => !isTenants(name))),
      },
      ...(from.startsWith('after:')
        ? { submissions: { [from.slice('after:'.length)]: moment } }
        : { anchors: { [from]: moment } }),
      ...(contractHours !== undefined && {
        contract: { notifyWithin: `PT${contractHours}H`, anchor: from },
      }),
      evaluatedAt: moment,
    },
  };
}

export function momentOn(day = '2026-11-20'): string {
  return `${day}T10:00:00Z`;
}

/** The instant that a due text names, in milliseconds. */
export function instantOf(due: Due, day?: string): number {
  const hours = /^(?:policy )?(\d+(?:\.\d+)?) h$/.exec(due)?.[1];
  if (hours !== undefined) return Date.parse(momentOn(day)) + Number(hours) * 3_600_000;
  const days = /^(\d+) days$/.exec(due)?.[1];
  if (days !== undefined) return Date.parse(momentOn(day).slice(0, 10)) + (Number(days) + 1) * 86_400_000;
  return Date.parse(due);
}
