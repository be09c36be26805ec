/** What CONTRIBUTING.md says of sizes is so: counted from the first line to the last, which the lint does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { projectRoot } from '../../support/tools.js';

const folder = join(projectRoot, 'src');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));

/** How many lines each function of a file has, with where it begins. */
function functionsOf({ path, text }: (typeof files)[number]): readonly Size[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const sizes: Size[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const first = lineAt(node.getStart(source));
      sizes.push({ what: `${path}:${first + 1}`, lines: lineAt(node.end) - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sizes;
}

interface Size {
  readonly what: string;
  readonly lines: number;
}

/** The largest one of 19 in 20. */
function usualOf(sizes: readonly Size[]): number {
  const sorted = sizes.map(({ lines }) => lines).toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
}

test('files have at most 350 lines, and 19 of 20 at most 200', () => {
  const sizes = files.map(({ path, text }) => ({ what: path, lines: text.split('\n').length - 1 }));

  expect(sizes.filter(({ lines }) => lines > 350)).toEqual([]);
  expect(usualOf(sizes)).toBeLessThanOrEqual(200);
});

test('functions have at most 60 lines, and 19 of 20 at most 25', () => {
  const sizes = files.flatMap(functionsOf);

  expect(sizes.length).toBeGreaterThan(files.length);
  expect(sizes.filter(({ lines }) => lines > 60)).toEqual([]);
  expect(usualOf(sizes)).toBeLessThanOrEqual(25);
});
