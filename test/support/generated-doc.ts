import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { projectRoot } from './tools.js';

/**
 * Asserts that a page below docs/, which is made from the code, is what the code says now. With `UPDATE_DOCS=1` it is
 * written instead; a CI may not, since there nobody would see the change.
 *
 * @param name - its name in docs/, such as `settings.md`
 */
export async function expectCurrentDoc(name: string, text: string): Promise<void> {
  const path = join(projectRoot, 'docs', name);
  if (process.env.UPDATE_DOCS === '1') {
    if (process.env.CI) {
      throw new Error('UPDATE_DOCS is for people; a CI only compares');
    }
    await writeFile(path, text);
  }
  const standing = await readFile(path, 'utf8').catch(() => '');
  expect(standing, `docs/${name} is out of date: npm run docs`).toBe(text);
}

/** A table in Markdown. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
