// The templates of the package, for the tests that render.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWords } from '../../src/adapters/template-words';

export const packagedTemplates = join(__dirname, '..', '..', 'templates');

const wordsFile = (language: string) =>
  readFileSync(join(packagedTemplates, 'words', `${language}.json`), 'utf8');

/** As they are kept with the templates of a notice. */
export const packagedWords: Readonly<Record<string, string>> = { en: wordsFile('en'), ja: wordsFile('ja') };

export const wordsIn = (language: 'en' | 'ja') =>
  readWords(packagedWords[language] ?? '', `words/${language}.json`);
