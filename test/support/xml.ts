// A strict reader of the XML that we write: elements, attributes, text, the five entities. Whatever XML 1.0 forbids in
// those, and everything else that XML has, is an error.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of this element alone, without that of its children. */
  readonly text: string;
}

const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const declaration = /^<\?xml version="1\.0" encoding="utf-8"\?>\s*/;
const startTag = /^<([A-Za-z][\w.-]*)((?:\s+[A-Za-z][\w.:-]*="[^"<]*")*)\s*(\/?)>/;
const attribute = /([A-Za-z][\w.:-]*)="([^"]*)"/g;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** @returns the root element. @throws where it is not well-formed */
export function parseXml(document: string): XmlElement {
  const bad = forbidden.exec(document);
  if (bad !== null) throw new Error(`a character that XML does not know, at ${String(bad.index)}`);
  if (!declaration.test(document)) throw new Error('no XML declaration');
  const { element, rest } = readElement(document.replace(declaration, ''));
  if (rest.trim() !== '') throw new Error(`something after the root element: ${rest.slice(0, 80)}`);
  return element;
}

function readElement(source: string): { readonly element: XmlElement; readonly rest: string } {
  const tag = startTag.exec(source);
  if (tag === null) throw new Error(`no start tag: ${source.slice(0, 80)}`);
  const [whole, name = '', attributeText = '', isEmpty] = tag;
  const attributes = Object.fromEntries(
    [...attributeText.matchAll(attribute)].map(([, key = '', value = '']) => [key, unescaped(value)]),
  );
  let rest = source.slice(whole.length);
  let text = '';
  const children: XmlElement[] = [];
  if (isEmpty === '/') return { element: { name, attributes, children, text }, rest };
  for (;;) {
    const next = rest.indexOf('<');
    if (next === -1) throw new Error(`${name} does not end`);
    text += unescaped(rest.slice(0, next));
    rest = rest.slice(next);
    if (rest.startsWith('</')) break;
    const child = readElement(rest);
    children.push(child.element);
    rest = child.rest;
  }
  const endTag = `</${name}>`;
  if (!rest.startsWith(endTag)) throw new Error(`${name} ends with ${rest.slice(0, 80)}`);
  return { element: { name, attributes, children, text }, rest: rest.slice(endTag.length) };
}

function unescaped(text: string): string {
  if (text.includes(']]>')) throw new Error('a bare ]]> in text');
  return text.replace(/&([^;]*;?)/g, (whole, name: string) => {
    const character = name.endsWith(';') ? entities[name.slice(0, -1)] : undefined;
    if (character === undefined) throw new Error(`no entity: ${whole.slice(0, 20)}`);
    return character;
  });
}
