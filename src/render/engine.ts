/**
 * The one Handlebars set-up. Templates print a plan; they decide nothing, and what they print can't become syntax.
 *
 * - Every `{{value}}` goes through a guard. It passes numbers, names, addresses and prefixes, and refuses all else, also a
 *   value that isn't there. Text goes through `{{quoted text}}` or `{{comment text}}`. `{{{raw}}}` doesn't compile.
 * - `strict` and `knownHelpersOnly`: a wrong name is an error with its line, not an empty place.
 * - `{{each-partial "session" sessions}}` prints a partial for each record and keeps the text by record. Records are
 *   immutable, and such a partial sees its record and nothing else, so the text stays right as long as the record lives.
 */

import Handlebars from 'handlebars/runtime.js';

import type { CompiledTemplates } from './compiled-templates.js';
import { PRINTING_HELPERS, positionOf, verbatim } from './guard.js';
import { RecordTexts } from './record-texts.js';
import { TemplateError } from './template-error.js';

const PARTIAL_PREFIX = 'partials/';
/**
 * Encloses the number of a printed list while the rest of a file is printed. No value can hold it: comments and strings
 * lose control characters or are refused with them, and plain tokens have none.
 */
const LIST_MARK = '\u0001';

/** Compiled templates of one dialect. */
export class TemplateEngine {
  readonly #templates = new Map<string, Handlebars.TemplateDelegate>();
  readonly #recordTexts = new Map<string, RecordTexts>();
  /** What `{{each-partial}}` printed in the file in hand. */
  readonly #lists: (readonly Buffer[])[] = [];

  constructor(templates: CompiledTemplates) {
    const environment = Handlebars.create();
    environment.registerHelper({
      ...PRINTING_HELPERS,
      'each-partial': (...call: unknown[]) =>
        this.#printEach(`${PARTIAL_PREFIX}${String(call[0])}`, call[1], positionOf(call)),
    });
    for (const [name, compiled] of templates) {
      const template = environment.template(compiled);
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
