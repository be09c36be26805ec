/**
 * The one Handlebars set-up. Templates print a plan; they decide nothing, and what they print can't become syntax.
 *
 * - Every `{{value}}` goes through a guard that passes numbers, names, addresses and prefixes and refuses all else, also
 *   nothing at all. Text goes through `{{quoted text}}` or `{{comment text}}`. `{{{raw}}}` doesn't compile.
 * - `strict` and `knownHelpersOnly`: a wrong name is an error with its line, not an empty place.
 * - `{{each-partial "session" sessions}}` prints a partial for each record and keeps the text by record. Records are
 *   immutable, and such a partial sees its record and nothing else, so the text stays right as long as the record lives.
 */

import Handlebars from 'handlebars';

import { RecordTexts } from './record-texts.js';
import { comment } from './syntax/comment.js';
import { quoted } from './syntax/quoted.js';
import { TemplateError } from './template-error.js';

/** Template sources by name, without `.hbs`: `bird.cfg`, `partials/session`. */
export type TemplateSources = ReadonlyMap<string, TemplateSource>;

/** One template. */
export interface TemplateSource {
  /** Where it was read from, for messages. */
  readonly path: string;
  readonly text: string;
}

const PARTIAL_PREFIX = 'partials/';
/** Ours; and two of Handlebars' own that print past the guard, which are none. */
const KNOWN_HELPERS = {
  quoted: true,
  comment: true,
  'each-partial': true,
  $print: true,
  log: false,
  lookup: false,
};

/** What a plain `{{value}}` may print: names, numbers, addresses, prefixes. No blank, quote, bracket or semicolon. */
const PLAIN_TOKEN = /^[A-Za-z0-9_.:/-]+$/;

/**
 * Encloses the number of a printed list while the rest of a file is printed. No value can hold it: comments and strings
 * lose control characters or are refused with them, and plain tokens have none.
 */
const LIST_MARK = '\u0001';

/** Text that is printed as it is. Made by helpers, and by dialects for statements that were judged before. */
export function verbatim(text: string): Handlebars.SafeString {
  return new Handlebars.SafeString(text);
}

/** Compiled templates of one dialect. */
export class TemplateEngine {
  readonly #templates = new Map<string, Handlebars.TemplateDelegate>();
  readonly #recordTexts = new Map<string, RecordTexts>();
  /** What `{{each-partial}}` printed in the file in hand. */
  readonly #lists: (readonly Buffer[])[] = [];

  /** @throws {TemplateError} when a template doesn't parse, or prints raw */
  constructor(sources: TemplateSources) {
    const environment = Handlebars.create();
    environment.registerHelper({
      quoted: (...call: unknown[]) => printQuoted(call[0], positionOf(call)),
      comment: (...call: unknown[]) => verbatim(comment(requireText(call[0], positionOf(call)))),
      'each-partial': (...call: unknown[]) =>
        this.#printEach(`${PARTIAL_PREFIX}${String(call[0])}`, call[1], positionOf(call)),
      $print: (...call: unknown[]) => guard(call[0], positionOf(call)),
    });
    for (const [name, source] of sources) {
      const template = compile(environment, source);
      this.#templates.set(name, template);
      if (name.startsWith(PARTIAL_PREFIX)) {
        environment.registerPartial(name.slice(PARTIAL_PREFIX.length), template);
      }
    }
  }

  /**
   * The text that the template `name` prints for `view`.
   *
   * @throws {TemplateError} when there is no such template, or it asks for what `view` doesn't have
   */
  render(name: string, view: object): string {
    return Buffer.concat(this.renderParts(name, view)).toString();
  }

  #print(name: string, view: object): string {
    const template = this.#templates.get(name);
    if (template === undefined) {
      throw new TemplateError(name, 'there is no such template');
    }
    try {
      return template(view);
    } catch (error) {
      throw error instanceof TemplateError
        ? error
        : new TemplateError(name, error instanceof Error ? error.message : String(error), {
            cause: error,
          });
    }
  }

  /**
   * What `render` gives, encoded and in pieces; a piece that didn't change since the last time is the same object.
   *
   * @throws {TemplateError} as `render`
   */
  renderParts(name: string, view: object): readonly Buffer[] {
    this.#lists.length = 0;
    const text = this.#print(name, view);
    const parts = text.split(LIST_MARK).flatMap((piece, index) => {
      // Every second piece is what the mark enclosed: the number of a list.
      const list = index % 2 === 1 ? this.#lists[Number(piece)] : undefined;
      return list ?? [Buffer.from(piece)];
    });
    return parts.filter(({ length }) => length > 0);
  }

  #printEach(partial: string, records: unknown, position: string): Handlebars.SafeString {
    if (!Array.isArray(records)) {
      // Not nothing: a list with a misspelt name would silently be a router without sessions.
      throw new TemplateError(position, 'what {{each-partial}} is given is not a list');
    }
    let texts = this.#recordTexts.get(partial);
    if (texts === undefined) {
      texts = new RecordTexts((record) => this.#printRecord(partial, record));
      this.#recordTexts.set(partial, texts);
    }
    this.#lists.push(texts.printAll(records));
    return verbatim(`${LIST_MARK}${this.#lists.length - 1}${LIST_MARK}`);
  }

  #printRecord(partial: string, record: object): string {
    const text = this.#print(partial, record);
    if (text.includes(LIST_MARK)) {
      throw new TemplateError(partial, 'it is printed by {{each-partial}}, so it cannot use it');
    }
    return text;
  }
}

/** The place in a template that a helper is called from: Handlebars' options, its last argument, hold it. */
function positionOf(call: readonly unknown[]): string {
  const { hash } = call.at(-1) as Handlebars.HelperOptions;
  return String(hash.at ?? '(inside of an expression)');
}

/** `text`, the argument of a helper. Handlebars gives `undefined` for a name that isn't there, even when strict. */
function requireText(text: unknown, position: string): string {
  if (typeof text !== 'string') {
    throw new TemplateError(position, 'it prints as text a value that is not there or is no text');
  }
  return text;
}

function printQuoted(text: unknown, position: string): Handlebars.SafeString {
  const result = quoted(requireText(text, position));
  if (!result.ok) {
    throw new TemplateError(position, result.reason);
  }
  return verbatim(result.value);
}

/** `value` when it may be printed. Already judged text passes as it is. */
function guard(value: unknown, position: string): Handlebars.SafeString {
  if (value instanceof Handlebars.SafeString) {
    return value;
  }
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && PLAIN_TOKEN.test(text)) {
    return verbatim(text);
  }
  throw new TemplateError(
    position,
    value === undefined || value === null || value === ''
      ? 'it prints a value that is not there; guard it with {{#if}}'
      : 'it prints a value that is no name, number, address or prefix; use {{quoted}} or {{comment}}',
  );
}

function compile(
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
