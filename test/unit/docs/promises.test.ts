/** What the docs name is there, and what they say of the sources is so. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { backoffDelayMs } from '../../../src/base/backoff.js';
import { RETRY_DEFAULTS } from '../../../src/datastore/etcd/options.js';
import { spreadMsOf } from '../../../src/datastore/etcd/spread.js';
import { BIRD_KINDS } from '../../support/birds.js';
import { projectRoot } from '../../support/tools.js';

const DOCS = [
  'README.md',
  'CONTRIBUTING.md',
  'docker/README.md',
  'src/README.md',
  'test/bench/README.md',
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

/** All sources, in order. */
const SOURCES = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => `src/${path}`)
  .toSorted();

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

test('operations.md has a row for every code of a problem, and for no other', () => {
  const codes = found(read('src/base/problem.ts'), /^ *\| '([a-z-]+)'/gm);
  expect(codes).not.toEqual([]);
  const [, table = ''] = read('docs/operations.md').split(/^## Problems$|^## When what/m);
  expect(found(table, /^\| `([^`]+)`/gm).toSorted()).toEqual([...codes].sort());
});

test('README.md names the BIRDs that the demo takes', () => {
  const [named = ''] = found(read('README.md'), /`--bird ([\w|-]+)`/g);
  const others = BIRD_KINDS.filter((kind) => kind !== 'bird2' && kind !== 'calico');
  expect(named.split('|').toSorted()).toEqual([...others, 'mixed'].toSorted());
});

test('birdkeeper.8 names the commands of README.md', () => {
  const commands = found(read('README.md'), /^\| `birdkeeper ([a-z]+)/gm);
  const page = read('packaging/birdkeeper.8');
  expect(commands).toContain('release');
  expect(commands.filter((command) => !page.includes(`birdkeeper ${command}`))).toEqual([]);
});

test('architecture.md tells who reads the clock, sets timers and reads the environment', () => {
  const users = (pattern: RegExp) => SOURCES.filter((path) => pattern.test(read(path)));
  expect(users(/Date\.now|hrtime|performance\.now|\bset(Timeout|Interval)\(/)).toEqual([
    'src/base/clock.ts',
    'src/cli/bgp/edit-store.ts',
    'src/datastore/file/edit-lock.ts',
  ]);
  expect(users(/process\.env/)).toEqual(['src/settings/load-settings.ts']);
});

test('architecture.md tells the waits of etcd as they are', () => {
  const text = read('docs/architecture.md');
  const { retryBaseMs, retryMaxMs, refusedBaseMs, refusedMaxMs } = RETRY_DEFAULTS;
  const shortest = (baseMs: number, maxMs: number) => backoffDelayMs({ baseMs, maxMs }, 0, 0);
  expect(text).toContain(
    `tried again after ${shortest(retryBaseMs, retryMaxMs)} ms to ${retryMaxMs / 1000} s.`,
  );
  const longest = `${shortest(refusedBaseMs, refusedMaxMs) / 1000} s to\n${refusedMaxMs / 60_000} minutes`;
  expect(text).toContain(`tried again after ${longest}`);
  expect(text).toContain(
    `${spreadMsOf(300)} ms with 300 keys, ${spreadMsOf(3_000) / 1000} s with 3,000, ${spreadMsOf(15_000) / 1000} s with\n15,000`,
  );
});
