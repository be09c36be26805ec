/**
 * Hostile values in every field of every record that is read: a cluster in which each record has each of its fields, and random
 * changes of one value in one record. What is to come of a good value is in `arbitraries.ts`.
 */
import fc from 'fast-check';
import type { Entry } from '../../src/datastore/datastore.js';
import { DOCUMENTS, FILES, V3 } from './hostile-records.js';

/** A word that stands in no text of ours: where it is printed outside of a comment or a string, it was smuggled in. */
const SMUGGLED = 'smuggled';

const statements = fc.constantFrom(
  ...[
    `${SMUGGLED};`,
    `"; ${SMUGGLED}; "`,
    `'; ${SMUGGLED}; '`,
    `} ${SMUGGLED} {`,
    `*/ ${SMUGGLED} /*`,
  ],
  ...[
    `\n${SMUGGLED};\n`,
    `# \r\n${SMUGGLED}`,
    `x\u2028${SMUGGLED}`,
    `\0${SMUGGLED}`,
    `192.0.2.9; ${SMUGGLED};`,
  ],
  ...[
    `protocol bgp ${SMUGGLED} { }`,
    `192.0.2.9 as 1; ${SMUGGLED}`,
    `198.18.0.0/16) then accept; ${SMUGGLED} (`,
  ],
  ...[
    `65000:1) ${SMUGGLED}`,
    `{{${SMUGGLED}}}`,
    `{{{${SMUGGLED}}}}`,
    `all() || ${SMUGGLED}`,
    `eth0" ${SMUGGLED} "`,
  ],
);
const odd = fc.constantFrom<unknown>(
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 32, 2 ** 53, '', ' ', [], {}, [[]], [null]],
  ...[
    '0',
    '-1',
    '4294967296',
    '0x10',
    '1e3',
    '١',
    '0.0.0.0',
    '127.0.0.1',
    '255.255.255.255',
    '224.0.0.1',
  ],
  ...[
    '::',
    '::1',
    'fe80::1',
    '::ffff:192.0.2.9',
    '192.0.2.1/33',
    '2001:db8::/129',
    '192.0.2.9/',
    '[::1]:0',
  ],
  ...[
    '192.0.2.1',
    '2001:db8::1',
    '198.18.0.0/16',
    '2001:db8::/32',
    '192.0.2.254:1179',
    '0.0.0.0/0',
    '::/0',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'node_c',
    'node.c',
    'f_g',
    'f.g',
    'default',
  ],
  ...[
    'all()',
    'has(',
    '!'.repeat(500),
    '('.repeat(500),
    'a == "b" && '.repeat(200),
    'Accept',
    'Enabled',
    '9999h',
  ],
);
const long = fc.constantFrom(
  'x'.repeat(70),
  'x'.repeat(5_000),
  '"'.repeat(5_000),
  '9'.repeat(5_000),
  'a.'.repeat(5_000),
);
const deep = fc.constantFrom(200, 2_000).map((depth) => {
  let value: unknown = SMUGGLED;
  for (let level = 0; level < depth; level++) {
    value = level % 2 === 0 ? [value] : { cidr: value };
  }
  return value;
});
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  ...[statements, odd, long, deep],
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue(),
);

/** A place in a document: the names that lead to it. */
type Place = readonly (string | number)[];

function placesIn(document: unknown, place: Place = []): readonly Place[] {
  const fields = typeof document === 'object' && document !== null ? Object.entries(document) : [];
  return [place, ...fields.flatMap(([name, value]) => placesIn(value, [...place, name]))];
}

function replaced(document: unknown, place: Place, value: unknown): unknown {
  const [name, ...rest] = place;
  if (name === undefined) {
    return value;
  }
  const copy = Array.isArray(document) ? [...document] : { ...(document as object) };
  Reflect.set(copy, name, replaced(Reflect.get(copy, name), rest, value));
  return copy;
}

const PLACES = [...DOCUMENTS, ...FILES].flatMap(([key, document]) =>
  placesIn(document).map((place) => ({ key, document, place })),
);

/** One record with a hostile value somewhere, or with a field more. */
const hostileEntry: fc.Arbitrary<Entry> = fc
  .tuple(fc.constantFrom(...PLACES), hostileValue, fc.constantFrom('', '', '__proto__', 'x'))
  .map(([{ key, document, place }, value, more]) => {
    const changed = replaced(document, more === '' ? place : [...place, more], value);
    return { key, value: textOf(changed) };
  });

/** Anything at all under a key of ours. */
const rawEntry: fc.Arbitrary<Entry> = fc.record({
  key: fc.constantFrom(...DOCUMENTS.keys(), ...FILES.keys()),
  value: fc.oneof(
    statements,
    fc.string({ unit: 'binary' }),
    fc.constantFrom('[', '{"spec":', '['.repeat(20_000)),
  ),
});

/** A good value under a key of which one part is hostile. */
const hostileKey: fc.Arbitrary<Entry> = fc
  .tuple(
    fc.constantFrom(...DOCUMENTS, ...FILES),
    fc.oneof(
      statements,
      long,
      fc.string({ unit: 'binary', maxLength: 30 }),
      odd.filter((value) => typeof value === 'string'),
    ),
    fc.nat(),
  )
  .map(([[key, document], name, lot]) => {
    const parts = key.split('/');
    // What it begins with is what it was found by.
    parts[parts.length - 1 - (lot % Math.min(3, parts.length - 1))] = name.replaceAll('/', '-');
    return { key: parts.join('/'), value: textOf(document) };
  });

/** A cluster with files beside it, in which some records are hostile; and the keys of these. */
interface HostileCluster {
  readonly entries: readonly Entry[];
  readonly files: readonly Entry[];
  readonly bad: ReadonlySet<string>;
}

/** See the head of this file. */
export const hostileCluster: fc.Arbitrary<HostileCluster> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: hostileEntry },
        { weight: 1, arbitrary: rawEntry },
        { weight: 1, arbitrary: hostileKey },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom('v1', 'v3', 'both'),
  )
  .map(([hostile, generation]) => {
    const isMeant = (key: string) =>
      generation === 'both' || key.startsWith(V3) === (generation === 'v3');
    const bad = new Set(hostile.map(({ key }) => key));
    const entries = standing(DOCUMENTS, hostile, isFile(false)).filter(
      ({ key }) => isMeant(key) || bad.has(key),
    );
    return { entries, files: standing(FILES, hostile, isFile(true)), bad };
  });

function isFile(wanted: boolean) {
  return (key: string): boolean => key.startsWith('/') !== wanted;
}

/** `documents` with those of `hostile` whose keys are meant. */
function standing(
  documents: ReadonlyMap<string, unknown>,
  hostile: readonly Entry[],
  isMeant: (key: string) => boolean,
): readonly Entry[] {
  const texts = Array.from(documents, ([key, value]): [string, string] => [key, textOf(value)]);
  const changed = hostile.filter(({ key }) => isMeant(key));
  const all = new Map([...texts, ...changed.map(({ key, value }) => [key, value] as const)]);
  return Array.from(all, ([key, value]) => ({ key, value }));
}

/** Plain text as it is, everything else as JSON. */
function textOf(document: unknown): string {
  return typeof document === 'string' ? document : (JSON.stringify(document) ?? '');
}
