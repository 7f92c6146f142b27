/**
 * Keys that a JSON text gives twice in one object. A parser keeps the last of the two in silence, so that a second
 * awareness would push a deadline out without anybody having said so.
 */

interface Container {
  readonly path: string;
  /** Of an object the keys so far; an array has none. */
  readonly keys?: Set<string>;
  /** The key or index whose value comes next. */
  next: string;
  length: number;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * @param json a text that has been parsed as JSON already
 * @returns the path of the first key that is there twice, such as `facts.anchors.awareness`
 */
export function duplicateKeyIn(json: string): string | undefined {
  const open: Container[] = [];
  let text: string | undefined;
  for (const [word] of json.matchAll(token)) {
    const inside = open.at(-1);
    if (word === '{' || word === '[') open.push(opened(word, inside));
    else if (word === '}' || word === ']') open.pop();
    else if (word === ',') stepOn(inside);
    else if (word === ':' && inside?.keys !== undefined && text !== undefined) {
      const key = JSON.parse(text) as string;
      if (inside.keys.has(key)) return pathTo(inside, key);
      inside.keys.add(key);
      inside.next = key;
    }
    text = word.startsWith('"') ? word : undefined;
  }
  return undefined;
}

function opened(bracket: string, inside: Container | undefined): Container {
  const path = inside === undefined ? '' : pathTo(inside, inside.next);
  return bracket === '{' ? { path, keys: new Set(), next: '', length: 0 } : { path, next: '0', length: 0 };
}

function stepOn(inside: Container | undefined): void {
  if (inside === undefined || inside.keys !== undefined) return;
  inside.length += 1;
  inside.next = String(inside.length);
}

function pathTo({ path, keys }: Container, next: string): string {
  if (keys === undefined) return `${path}[${next}]`;
  return path === '' ? next : `${path}.${next}`;
}
