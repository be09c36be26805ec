/** What may be printed, and how: the helpers that every value goes through. */

import Handlebars from 'handlebars/runtime.js';

import type { Result } from '../base/result.js';
import { Secret } from '../values/secret.js';
import { comment } from './syntax/comment.js';
import { pattern } from './syntax/pattern.js';
import { quoted } from './syntax/quoted.js';
import { TemplateError } from './template-error.js';

/** What a plain `{{value}}` may print: names, numbers, addresses, prefixes. No blank, quote, bracket or semicolon. */
const PLAIN_TOKEN = /^[A-Za-z0-9_.:/-]+$/;

/** Text that is printed as it is. Made by helpers, and by dialects for statements that were judged before. */
export function verbatim(text: string): Handlebars.SafeString {
  return new Handlebars.SafeString(text);
}

/** The helpers that print one value, each in its own way, and the guard of every other `{{value}}`. */
export const PRINTING_HELPERS: Handlebars.HelperDeclareSpec = {
  quoted: (...call: unknown[]) => printString(quoted, call[0], positionOf(call)),
  pattern: (...call: unknown[]) => printString(pattern, call[0], positionOf(call)),
  secret: (...call: unknown[]) => printSecret(call[0], positionOf(call)),
  comment: (...call: unknown[]) => verbatim(comment(requireText(call[0], positionOf(call)))),
  $print: (...call: unknown[]) => guard(call[0], positionOf(call)),
};

/** The place in a template that a helper is called from: Handlebars' options, its last argument, hold it. */
export function positionOf(call: readonly unknown[]): string {
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

function printString(
  syntax: (text: string) => Result<string>,
  text: unknown,
  position: string,
): Handlebars.SafeString {
  const result = syntax(requireText(text, position));
  if (!result.ok) {
    throw new TemplateError(position, result.reason);
  }
  return verbatim(result.value);
}

/** The text of a secret, quoted. What is refused is told without it. */
function printSecret(secret: unknown, position: string): Handlebars.SafeString {
  if (!(secret instanceof Secret)) {
    throw new TemplateError(position, 'it prints as a secret a value that is none');
  }
  return printString(quoted, secret.reveal(), position);
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
