/**
 * Raw BIRD statements from the datastore: the one kind of value that is printed as it is.
 *
 * They become the body of a function, so the least that must hold is that they stay inside of it. BIRD's own parser
 * judges the rest, on the statements alone, before they join the configuration (apply/).
 */

import { ok, type Result, refused } from '../../base/result.js';

/** Longer statements are surely not meant; Calico's own examples have a few lines. */
const MAX_LENGTH = 16_384;

/** Strings, comments and brackets, as BIRD's lexer sees them (conf/cf-lex.l in its sources). */
const TOKENS = /"[^"\n]*"|'[^'\n]*'|#[^\n]*|\/\*|["'{}]/g;

/**
 * `text` when it is balanced, so that it can't end the function that it is put into, nor open something that
 * swallows what follows.
 */
export function checkStatements(text: string): Result<string> {
  if (text.length > MAX_LENGTH) {
    return refused(`the statements are ${text.length} characters long, more than ${MAX_LENGTH}`);
  }
  if (/[^\P{Cc}\n\t\r]/u.test(text)) {
    return refused('the statements hold a control character');
  }
  if (/\binclude\b/.test(text)) {
    return refused('the statements include another file');
  }
  let depth = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') {
      depth += 1;
    } else if (token === '}') {
      depth -= 1;
    } else if (token === '/*' || token === '"' || token === "'") {
      return refused(`the statements open a comment or a string with ${token} that may not end`);
    }
    if (depth < 0) {
      return refused('the statements have a } without its {');
    }
  }
  return depth === 0 ? ok(text) : refused('the statements have a { without its }');
}
