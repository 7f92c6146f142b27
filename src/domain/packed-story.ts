/**
 * The list of events written small, for stories that would not fit into the input of the next run otherwise: names of
 * fields and authors stand once, times are steps. About a third of the plain list; what comes out is what went in.
 */
import type { Author, IncidentEvent } from './events';
import { epochMsOf, instantFromEpochMs } from './instant';

export interface PackedStory {
  readonly authors: readonly Author[];
  /** The type of an event and the names of its fields. */
  readonly shapes: readonly (readonly string[])[];
  /** Shape, author, step of the number, step of the time in milliseconds, then the values of the fields. */
  readonly rows: readonly (readonly [number, number, number, number, ...unknown[]])[];
}

export function packed(events: readonly IncidentEvent[]): PackedStory {
  const authors = numbered<Author>();
  const shapes = numbered<readonly string[]>();
  let last = { seq: 0, atMs: 0 };
  const rows = events.map((event): PackedStory['rows'][number] => {
    const { seq, at, type, by, role, team, capacity, boundBy, ...body } = event;
    const fields = Object.entries<unknown>(body).filter(([, value]) => value !== undefined);
    const author: Author = {
      by,
      role,
      boundBy,
      ...(team !== undefined && { team }),
      ...(capacity !== undefined && { capacity }),
    };
    const atMs = epochMsOf(at);
    const steps = [seq - last.seq, atMs - last.atMs] as const;
    last = { seq, atMs };
    const shape = shapes.numberOf([type, ...fields.map(([name]) => name)]);
    return [shape, authors.numberOf(author), ...steps, ...fields.map(([, value]) => value)];
  });
  return { authors: authors.items, shapes: shapes.items, rows };
}

export function unpacked({ authors, shapes, rows }: PackedStory): readonly IncidentEvent[] {
  let seq = 0;
  let atMs = 0;
  return rows.map(([shape, author, seqStep, msStep, ...values]) => {
    seq += seqStep;
    atMs += msStep;
    const [type, ...names] = shapes[shape] ?? [];
    const body = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    return { ...authors[author], ...body, type, seq, at: instantFromEpochMs(atMs) } as IncidentEvent;
  });
}

interface Numbered<Item> {
  readonly items: readonly Item[];
  /** The place of an item that says the same; it is added when there is none. */
  numberOf(item: Item): number;
}

function numbered<Item>(): Numbered<Item> {
  const items: Item[] = [];
  const numbers = new Map<string, number>();
  return {
    items,
    numberOf(item) {
      const key = JSON.stringify(item);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, items.push(item) - 1);
      return items.length - 1;
    },
  };
}
