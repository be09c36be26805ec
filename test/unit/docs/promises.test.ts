/** What the docs name is there: files, headings, scripts, packages, sizes, codes of problems. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../../support/tools.js';

const DOCS = [
  'README.md',
  'CONTRIBUTING.md',
  'docker/README.md',
  'src/README.md',
  ...readdirSync(join(projectRoot, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

function read(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/** All that `pattern`'s first group matches in `text`. */
function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group);
}

/** A heading as GitHub names its anchor. */
function anchorsOf(text: string): readonly string[] {
  return found(text, /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

const { scripts, dependencies, devDependencies } = JSON.parse(read('package.json'));

describe.each(DOCS)('%s', (doc) => {
  const text = read(doc);

  test('links lead to files and headings that are there', () => {
    const links = found(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^https?:/.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? doc : join(dirname(doc), path);
      return (
        !existsSync(join(projectRoot, target)) ||
        (anchor !== undefined && !anchorsOf(read(target)).includes(anchor))
      );
    });
    expect(broken).toEqual([]);
  });

  test('scripts of npm that it names are there', () => {
    const named = found(text, /npm run ([a-z][\w:-]*)/g);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('paths of this repository that it names are there', () => {
    const named = found(text, /`((?:src|test|docs|docker|packaging|templates)\/[\w./-]+)`/g);
    const missing = named.filter(
      // X and Y stand for a name.
      (path) => !/\b[XY]\b/.test(path) && !existsSync(join(projectRoot, path)),
    );
    expect(missing).toEqual([]);
  });
});

test('dependencies.md gives a reason for each package, and for no other', () => {
  const text = read('docs/dependencies.md');
  const [shipped = '', others = ''] = text.split('For development alone');
  expect(found(shipped, /^\| `([^`]+)`/gm).toSorted()).toEqual(Object.keys(dependencies).sort());
  const unnamed = Object.keys(devDependencies).filter(
    (name) => !name.startsWith('@types/') && !others.includes(`\`${name}\``),
  );
  expect(unnamed).toEqual([]);
});

test('CONTRIBUTING.md tells the sizes that the lint holds', () => {
  const { rules } = JSON.parse(read('biome.json')).linter;
  const file = rules.style.noExcessiveLinesPerFile.options.maxLines;
  const body = rules.complexity.noExcessiveLinesPerFunction.options.maxLines;
  expect(read('CONTRIBUTING.md')).toContain(
    `a file of \`src/\` has at most ${file} lines, a function at most ${body}`,
  );
});

test('operations.md explains every code of a problem', () => {
  const codes = found(read('src/base/problem.ts'), /^ *\| '([a-z-]+)'/gm);
  expect(codes).not.toEqual([]);
  const text = read('docs/operations.md');
  expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
});
