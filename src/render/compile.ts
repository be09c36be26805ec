/** From the source of a template to a program that prints nothing unguarded. */

import Handlebars from 'handlebars';

import { TemplateError } from './template-error.js';

/** One template. */
export interface TemplateSource {
  /** Where it was read from, for messages. */
  readonly path: string;
  readonly text: string;
}

/** Ours; and two of Handlebars' own that print past the guard, which are none. */
const KNOWN_HELPERS = {
  quoted: true,
  comment: true,
  pattern: true,
  secret: true,
  'each-partial': true,
  $print: true,
  log: false,
  lookup: false,
};

/**
 * The compiled template. Each of its `{{expression}}`s has become `{{$print expression at="FILE:LINE:COLUMN"}}`.
 *
 * @throws {TemplateError} when it doesn't parse, or prints raw
 */
export function compile(
  environment: typeof Handlebars,
  { path, text }: TemplateSource,
): Handlebars.TemplateDelegate {
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = /on line (\d+)/.exec(message)?.[1];
    throw new TemplateError(line === undefined ? path : `${path}:${line}`, message, {
      cause: error,
    });
  }
  new GuardPrints(path).accept(program);
  return environment.compile(program, {
    strict: true,
    // Every value is printed by the guard, which is stricter than any escaping.
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: KNOWN_HELPERS,
  });
}

/** Rewrites every `{{expression}}` into `{{$print expression at="FILE:LINE:COLUMN"}}`. */
class GuardPrints extends Handlebars.Visitor {
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    const { line, column } = statement.loc.start;
    const position = `${this.#path}:${line}:${column + 1}`;
    if (!statement.escaped) {
      throw new TemplateError(position, '{{{ }}} and {{& }} would print text unchecked');
    }
    const { path, params, hash, loc } = statement;
    const isCall = params.length > 0 || (hash?.pairs.length ?? 0) > 0;
    // The helper that is called is told the place, too, for what it refuses.
    const at = positionHash(position, loc);
    const expression = isCall ? { type: 'SubExpression', path, params, hash: at, loc } : path;
    Object.assign(statement, {
      path: pathExpression('$print', loc),
      params: [expression],
      hash: at,
    });
  }
}

function positionHash(position: string, loc: hbs.AST.SourceLocation): object {
  const value = { type: 'StringLiteral', value: position, original: position, loc };
  return { type: 'Hash', loc, pairs: [{ type: 'HashPair', key: 'at', loc, value }] };
}

function pathExpression(name: string, loc: hbs.AST.SourceLocation): object {
  return { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc };
}
