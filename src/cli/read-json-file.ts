/** Reads a JSON file that the caller names; `-` is standard input. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InputProblem } from '../contract/input-problem';
import { duplicateKeyIn } from '../domain/duplicate-keys';

/** @throws InputProblem when it cannot be read, is no JSON, or gives a key twice */
export async function readJsonFile(file: string): Promise<unknown> {
  const content = await contentOf(file);
  const value = parsed(content, file);
  const twice = duplicateKeyIn(content);
  if (twice === undefined) return value;
  throw new InputProblem(`${file}: ${twice} is there twice; keep the one that counts`, twice);
}

function parsed(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new InputProblem(
      `${file} is not JSON: ${error instanceof Error ? error.message : ''}; correct it`,
      'file',
    );
  }
}

/** @throws InputProblem when it cannot be read or holds anything but one JSON object */
export async function readJsonObject(file: string): Promise<object> {
  const content = await readJsonFile(file);
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new InputProblem(`${file} must hold a JSON object; see docs/guides`, 'file');
}

async function contentOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new InputProblem(`${file} cannot be read: ${error instanceof Error ? error.message : ''}`, 'file');
  }
}
