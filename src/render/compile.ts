/** From the source of a template to a program that prints nothing unguarded. The build calls this, too: see precompiled.ts. */

import { runInThisContext } from 'node:vm';

import Handlebars from 'handlebars';

import type { TemplateSource } from './load-templates.js';
import { TemplateError } from './template-error.js';

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
const OPTIONS: PrecompileOptions = {
  strict: true,
  // Every value is printed by the guard, which is stricter than any escaping.
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: KNOWN_HELPERS,
};

/** A template in the form that prints. @throws {TemplateError} as `compileToText` */
export function compile(source: TemplateSource): TemplateSpecification {
  return runInThisContext(`(${compileToText(source)})`);
}

/**
 * The compiled template, as the text of a JavaScript object. Each of its `{{expression}}`s has become
 * `{{$print expression at="FILE:LINE:COLUMN"}}`.
 *
 * @throws {TemplateError} when it doesn't parse, prints raw, or calls a helper that there isn't
 */
export function compileToText({ path, text }: TemplateSource): string {
  try {
    const program = Handlebars.parse(text);
    new GuardPrints(path).accept(program);
    return String(Handlebars.precompile(program, OPTIONS));
  } catch (error) {
    if (error instanceof TemplateError) {
      throw error;
    }
    const message = error instanceof Error ? error.message : String(error);
    const line = /on line (\d+)|- (\d+):\d+$/.exec(message);
    const position = [path, line?.[1] ?? line?.[2]].filter((part) => part !== undefined);
    throw new TemplateError(position.join(':'), message, { cause: error });
  }
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
