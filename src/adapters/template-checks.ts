/**
 * What a template may say: text, the values of a notice, `#if` and `#each content`, told from its syntax tree. Templates
 * are data that communications staff edit, so whatever is not listed here is refused.
 */
import Handlebars from 'handlebars';
import { refuseFaults, type TemplateFault } from './template-problem';

/** The closed list of what a notice and its tenant have to say. */
const VALUES = new Set([
  'tenant.name',
  'incident.id',
  'notice.subject',
  'notice.description',
  'notice.effectOnCustomerData',
  'notice.actionsTaken',
  'notice.suggestedActions',
  'notice.contactPoint',
  'notice.unknowns',
  'notice.nextUpdateAt',
]);
const VALUES_OF_CONTENT = new Set(['title', 'text']);

/** @throws TemplateProblem that names file and line of the first thing that is not allowed. */
export function checkTemplate(source: string, file: string): void {
  refuseFaults(faultsInTemplate(source, file));
}

/** @returns everything in it that is not allowed, in its order. */
export function faultsInTemplate(source: string, file: string): TemplateFault[] {
  const parsed = parse(source);
  if ('problem' in parsed) return [{ file, ...parsed }];
  const walk: Walk = { before: '', faults: [] };
  walkProgram(parsed, VALUES, walk);
  return walk.faults.map((fault) => ({ file, ...fault }));
}

type Fault = Omit<TemplateFault, 'file'>;

function parse(source: string): hbs.AST.Program | Fault {
  try {
    return Handlebars.parse(source);
  } catch (error) {
    return parseFault(error instanceof Error ? error.message : String(error));
  }
}

/** `Parse error on line 3: …, got 'EOF'`, or `if doesn't match each - 3:2` */
function parseFault(message: string): Fault {
  const line = /on line (\d+)/.exec(message)?.[1] ?? / - (\d+):\d+$/.exec(message)?.[1];
  const what = (message.split('\n').at(-1) ?? message).replace(/ - \d+:\d+$/, '');
  const problem = /got 'EOF'$/.test(what)
    ? 'ends before a block or a {{ is closed'
    : `is not written as Handlebars: ${what}`;
  return { ...(line !== undefined && { line: Number(line) }), problem };
}

interface Walk {
  /** The text since the last value, through blocks and whatever stands in them. */
  before: string;
  readonly faults: Fault[];
}

function walkProgram(program: hbs.AST.Program | undefined, values: ReadonlySet<string>, walk: Walk): void {
  for (const statement of program?.body ?? []) walkStatement(statement, values, walk);
}

function walkStatement(statement: hbs.AST.Statement, values: ReadonlySet<string>, walk: Walk): void {
  switch (statement.type) {
    case 'ContentStatement':
      walk.before += (statement as hbs.AST.ContentStatement).value;
      return;
    case 'CommentStatement':
      return;
    case 'MustacheStatement':
      checkValue(statement as hbs.AST.MustacheStatement, values, walk);
      return;
    case 'BlockStatement':
      walkBlock(statement as hbs.AST.BlockStatement, values, walk);
      return;
    default:
      refuse(walk, statement, `uses ${statement.type}, which notices do not allow`);
  }
}

function checkValue(statement: hbs.AST.MustacheStatement, values: ReadonlySet<string>, walk: Walk): void {
  const { path, params, hash, escaped } = statement;
  if (!escaped) refuse(walk, statement, 'asks for a value without escaping');
  if (params.length > 0 || isGiven(hash))
    refuse(walk, statement, `calls the helper "${nameOf(path)}", and there are none`);
  else checkPath(path, values, walk);
  // A value inside a link target would let whoever chose the value choose where the link leads.
  if (isInsideTarget(walk.before)) refuse(walk, statement, 'puts a value into a link target');
}

/** The values that stand in between do not end a link target: only what closes it does. */
function isInsideTarget(before: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return /\]\([^)]*$/.test(before) || /<[^>\s]*$|^ {0,3}\[[^\]]+\]:/.test(line);
}

function walkBlock(statement: hbs.AST.BlockStatement, values: ReadonlySet<string>, walk: Walk): void {
  const [param] = statement.params;
  const block = nameOf(statement.path);
  if (param === undefined || statement.params.length > 1 || isGiven(statement.hash))
    refuse(walk, statement, `has a block "${block}" that is not about exactly one value`);
  else if (block === 'each') checkPath(param, new Set(['content']), walk);
  else if (block === 'if') checkPath(param, values, walk);
  else refuse(walk, statement, `uses the block "${block}"; there are only "if" and "each content"`);
  walkProgram(statement.program, block === 'each' ? VALUES_OF_CONTENT : values, walk);
  walkProgram(statement.inverse, values, walk);
}

function checkPath(expression: hbs.AST.Expression, values: ReadonlySet<string>, walk: Walk): void {
  const isPath = expression.type === 'PathExpression';
  if (!isPath || !values.has(nameOf(expression)))
    refuse(walk, expression, `asks for "${nameOf(expression)}", which no notice has`);
}

function nameOf(expression: hbs.AST.Expression): string {
  return expression.type === 'PathExpression'
    ? (expression as hbs.AST.PathExpression).original
    : expression.type;
}

/** Handlebars leaves `hash` undefined where its types promise one. */
function isGiven(hash: hbs.AST.Hash | undefined): boolean {
  return hash !== undefined && hash.pairs.length > 0;
}

function refuse({ faults }: Walk, { loc }: hbs.AST.Node, problem: string): void {
  faults.push({ line: loc.start.line, problem });
}
