const ORIGIN = /^\s*# from (\S.*)$/;
/** What a statement of a filter compares a route's prefix with. */
const COMPARED = /\bnet [=~] ([0-9A-Fa-f.:]+\/\d+)/;

/**
 * The datastore key that a line of a rendered file is there for: that of the last `# from KEY` comment, as long as what it stands
 * above goes on. That is the statement or block right below it, and conditions on the same prefix after that. `originOfLine` is more
 * generous: BIRD may refuse a file some way below what is wrong.
 *
 * @param line - line number, from 1
 */
export function keyOfLine(text: string, line: number): string | undefined {
  const lines = text.split('\n').slice(0, line);
  const start = lines.findLastIndex((content) => ORIGIN.test(content));
  const key = ORIGIN.exec(lines[start] ?? '')?.[1];
  const below = lines.slice(start + 1);
  return below.length === 0 || goesOn(below, isRaw(lines)) ? key : undefined;
}

/** Whether what begins with the first of `lines` has the last one in it. */
function goesOn(lines: readonly string[], isRaw: boolean): boolean {
  let depth = 0;
  let first: string | undefined;
  let isPart = true;
  for (const content of lines) {
    if (depth === 0 && !isRaw && !/^\s*\{/.test(content)) {
      isPart = isStatement(content) && (first === undefined || isAlike(first, content));
      first ??= isStatement(content) ? content : undefined;
    }
    depth += depthOf(content);
    if (depth < 0) {
      return false;
    }
  }
  return isPart;
}

/** Whether the end of `lines` is in statements of an operator, of any form. */
function isRaw(lines: readonly string[]): boolean {
  const opening = lines.findLast((content) =>
    /^(function|filter|protocol|template) /.test(content),
  );
  return opening?.startsWith('function custom_filters') === true;
}

function isStatement(content: string): boolean {
  return /^\s*[^\s#]/.test(content);
}

function isAlike(first: string, content: string): boolean {
  const compared = COMPARED.exec(first)?.[1];
  return compared !== undefined && COMPARED.exec(content)?.[1] === compared;
}

/** By how many blocks a line goes deeper. */
function depthOf(content: string): number {
  const code = content.replace(/"[^"]*"|#.*/g, '');
  return code.split('{').length - code.split('}').length;
}
