/**
 * The tests that a document names, as `` `test/etcd/auth.test.ts`: "a title", "another title" ``.
 *
 * A title is that of its `describe` and its own, as `vitest -t` takes them. "…" stands for what differs from case to case.
 */

/** The titles of a file's tests; undefined when there is no such file. */
export type TitlesOf = (path: string) => readonly string[] | undefined;

const NAMED = /`(test\/[\w./-]+\.test\.ts)`((?:(?::|,| and) "[^"]+")*)/g;

/** The paths of the test files that a text names, each once. */
export function namedFiles(text: string): readonly string[] {
  return [...new Set(named(text).map(({ path }) => path))];
}

/** What is wrong with the names in a text: one line each. In a table whose last heading is "test" each row has to name a title. */
export function wrongNames(text: string, titlesOf: TitlesOf): readonly string[] {
  const unknown = named(text).flatMap(({ path, titles }) => {
    const known = titlesOf(path)?.map(readable);
    return known === undefined
      ? [`there is no file ${path}`]
      : titles
          .filter((title) => !known.includes(title))
          .map((title) => `${path} has no test "${title}"`);
  });
  const unproven = rowsThatNeedATest(text)
    .filter((row) => !named(row).some(({ titles }) => titles.length > 0))
    .map((row) => `no test is named in: ${row}`);
  return [...unknown, ...unproven];
}

function named(text: string) {
  return [...text.replaceAll(/\s+/g, ' ').matchAll(NAMED)].map(([, path = '', titles = '']) => ({
    path,
    titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
  }));
}

/** A title as a document writes it; vitest joins its parts by ">", and its placeholders are those of `test.each`. */
function readable(title: string): string {
  return title.replaceAll(' > ', ' ').replaceAll(/%[a-z]|\$\w+(\.\w+)*/g, '…');
}

function rowsThatNeedATest(text: string): readonly string[] {
  const tables = text
    .split(/\n(?!\|)/)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')));
  return tables.filter(([head = '']) => /\| test \|$/.test(head)).flatMap(([, , ...rows]) => rows);
}
