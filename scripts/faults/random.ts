/** Chance that a seed repeats. */
import { chanceOf } from '../../test/support/fake-relay-script';

/** From 0 up to 1, one after the other; two with the same words give the same. */
export function randomFrom(...words: readonly (string | number)[]): () => number {
  let turn = 0;
  return () => chanceOf([...words, (turn += 1)]);
}

export function oneOf<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to choose from');
  return item;
}
