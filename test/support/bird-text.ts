/** Reads BIRD's configuration apart as BIRD does, so that it can be compared with a plan. Independent of what prints it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FamilyPlan, Plan } from '../../src/plan/plan.js';
import { projectRoot } from './tools.js';

type Files = ReadonlyMap<string, string>;

/** Comments, strings, quoted symbols, marks, and everything else; a text that is more than these isn't sound. */
const TOKEN = /#[^\n]*|\/\*.*?\*\/|"[^"\n]*"|'[^'\n]*'|[{};]|[^\s{};#"']+/gs;

/** A statement at the top of a file: `protocol bgp X from Y`, and what stands between its braces. */
interface Statement {
  readonly head: string;
  readonly body: readonly string[];
}

/** The statements of a text. @throws when braces or quotes don't end */
function statementsOf(text: string): readonly Statement[] {
  if (text.replaceAll(TOKEN, '').trim() !== '') {
    throw new Error('a quote that does not end');
  }
  const tokens = text.match(TOKEN)?.filter((token) => !/^(#|\/\*)/.test(token)) ?? [];
  const statements: Statement[] = [];
  let depth = 0;
  let start = 0;
  for (const [index, token] of tokens.entries()) {
    depth += deeperBy(token);
    if (depth < 0) {
      throw new Error('a brace too many');
    }
    if (depth === 0 && (token === '}' || token === ';')) {
      statements.push(statementOf(tokens.slice(start, index)));
      start = index + 1;
    }
  }
  if (start < tokens.length) {
    throw new Error('a statement that does not end');
  }
  return statements;
}

/** By how much braces and parentheses are deeper after a token. */
function deeperBy(token: string): number {
  const marks = /^["']/.test(token) ? '' : token;
  return marks.replaceAll(/[^{(]/g, '').length - marks.replaceAll(/[^})]/g, '').length;
}

function statementOf(tokens: readonly string[]): Statement {
  const brace = tokens.indexOf('{');
  const headEnd = brace < 0 ? tokens.length : brace;
  return {
    head: tokens.slice(0, headEnd).join(' ').replaceAll(' (', '('),
    body: tokens.slice(headEnd + 1),
  };
}

/** Names and words that stand for themselves in `tokens`: none of strings. */
function wordsIn(tokens: readonly string[]): readonly string[] {
  return tokens
    .filter((token) => !token.startsWith('"'))
    .flatMap((token) => token.match(/'[^']*'|(?<![\w.:])[A-Za-z_]\w*/g) ?? []);
}

/** Addresses and prefixes in a text. */
function addressesIn(text: string): readonly string[] {
  const found = text.match(
    /(?<![\w.:])(?:\d+\.\d+\.\d+\.\d+|[\da-f]*:[\da-f]*:[\da-f:.]*)(?:\/\d+)?/g,
  );
  return found ?? [];
}

const templates = readdirSync(join(projectRoot, 'templates'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.cfg.hbs') || name.includes('partials/'))
  .filter((name) => name.endsWith('.hbs'))
  .map((name) => readFileSync(join(projectRoot, 'templates', name), 'utf8'))
  .join('\n');
/** The words that the templates have; to some they add which family it is, `1`, `2` or `6`. */
const VOCABULARY = new Set([...(templates.match(/[A-Za-z_]\w*/g) ?? []), 'ipv4', 'ipv6']);
const FIXED_ADDRESSES = addressesIn(templates);

/** What stands at the top of a file whatever the datastore holds, by the kind of statement. */
const FIXED_HEADS = [
  /^(log stderr all|timeformat protocol iso long|router id [\d.]+|graceful restart wait 60)$/,
  /^include "bird6?_(aggr|ipam)\.cfg"$/,
  /^listen bgp (address \S+|port \d+|address \S+ port \d+)$/,
  /^protocol (kernel kernel|direct direct|static static)[12]$/,
  /^protocol device device1$/,
  /^template bgp bgp_template6?$/,
  /^filter (calico_(pools|ipip|kernel_programming|tunnel)6?)$/,
  /^function (custom_filters|calico_aggr|calico_tunnel|reject_local_routes|apply_communities)6?\(\)$/,
  /^function calico_export_to_bgp_peers6?\(bool internal_peer\)$/,
];

/** What `files` hold and `plan` doesn't, or the other way round; empty when they are the same. */
export function differencesFromPlan(files: Files, plan: Plan): readonly string[] {
  const statements = [...files].map(([name, text]) => ({ name, all: statementsOf(text) }));
  const all = statements.flatMap((file) => file.all);
  return [
    ...twice(statements),
    ...unlike('session', sessionsIn(all), sessionsOf(plan)),
    ...unlike('route', routesIn(all), routesOf(plan)),
    ...unlike('function of a filter', filterFunctionsIn(all), filterFunctionsOf(plan)),
    ...strangeHeads(all, plan),
    ...strangeWords(all, plan),
    ...strangeAddresses(all, plan),
  ];
}

/** What one BIRD is given twice. */
function twice(files: readonly { name: string; all: readonly Statement[] }[]): readonly string[] {
  return ['bird', 'bird6'].flatMap((daemon) => {
    const heads = files
      .filter(({ name }) => name.startsWith('bird6') === (daemon === 'bird6'))
      .flatMap(({ all }) => all.map(({ head }) => head.replace(/ from .*|\(.*/, '')));
    return heads
      .filter((head, index) => heads.indexOf(head) !== index)
      .map((head) => `${daemon} has twice: ${head}`);
  });
}

function unlike(what: string, found: readonly string[], wanted: readonly string[]) {
  return [
    ...found.filter((one) => !wanted.includes(one)).map((one) => `no such ${what}: ${one}`),
    ...wanted.filter((one) => !found.includes(one)).map((one) => `${what} is missing: ${one}`),
  ];
}

function sessionsIn(all: readonly Statement[]): readonly string[] {
  return all
    .filter(({ head }) => head.startsWith('protocol bgp '))
    .map(({ head, body }) => {
      const text = body.join(' ');
      const [, address, port = '', asn] =
        /^.*?\bneighbor (\S+)(?: port (\d+))? as (\d+) ;/.exec(text) ?? [];
      return [head.split(' ')[2], address, port, asn].join(' ');
    });
}

function familiesOf({ ipv4, ipv6 }: Plan): readonly FamilyPlan[] {
  return [ipv4, ipv6];
}

function sessionsOf(plan: Plan): readonly string[] {
  return familiesOf(plan).flatMap(({ sessions }) =>
    sessions.map(({ protocolName, remoteAddress, remotePort, remoteAsn }) =>
      [protocolName, remoteAddress, remotePort ?? '', remoteAsn].join(' '),
    ),
  );
}

function routesIn(all: readonly Statement[]): readonly string[] {
  const bodies = all.filter(({ head }) => head.startsWith('protocol static '));
  const text = bodies.map(({ body }) => body.join(' ')).join(' ');
  return Array.from(
    text.matchAll(/\broute (\S+) (?:via (\S+)|\w+) ;/g),
    ([, prefix, via = '']) => `${prefix} ${via}`,
  );
}

function routesOf(plan: Plan): readonly string[] {
  return familiesOf(plan).flatMap(({ blocks, extras: { staticRoutes } }) => [
    ...blocks.filter(({ isBlackholed }) => isBlackholed).map(({ prefix }) => `${prefix} `),
    ...staticRoutes.map(({ prefix, via = '' }) => `${prefix} ${via}`),
  ]);
}

/** Without their names, which are cut where they are long: how many there are for each family and direction. */
function filterFunctionsIn(all: readonly Statement[]): readonly string[] {
  const ends = all.flatMap(
    ({ head }) => /^function 'bgp_.*_((?:im|ex)portFilterV[46])'/.exec(head)?.[1] ?? [],
  );
  return counted(ends);
}

function filterFunctionsOf(plan: Plan): readonly string[] {
  // A family that isn't spoken has no sessions to filter.
  const spoken = familiesOf(plan).filter(({ localAddress }) => localAddress !== undefined);
  const ends = spoken.flatMap(({ family, extras: { filters } }) =>
    filters.flatMap(({ importRules, exportRules }) => [
      ...(importRules.length === 0
        ? []
        : [`importFilter${family.replace('ip', '').toUpperCase()}`]),
      ...(exportRules.length === 0
        ? []
        : [`exportFilter${family.replace('ip', '').toUpperCase()}`]),
    ]),
  );
  return counted(ends);
}

function counted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].map(
    (name) => `${name} × ${names.filter((other) => other === name).length}`,
  );
}

function strangeHeads(all: readonly Statement[], plan: Plan): readonly string[] {
  const names = new Set(
    familiesOf(plan).flatMap(({ sessions }) => sessions.map(({ protocolName }) => protocolName)),
  );
  return all
    .map(({ head }) => head)
    .filter((head) => {
      const session = /^protocol bgp (\S+) from bgp_template6?$/.exec(head)?.[1];
      return !(
        (session !== undefined && names.has(session)) ||
        /^function '[\w.:-]+'\((bool is_same_as( ; int own_as)?)?\)?$/.test(head) ||
        /^filter '[\w.:-]+'$/.test(head) ||
        FIXED_HEADS.some((fixed) => fixed.test(head))
      );
    })
    .map((head) => `a statement of nobody: ${head}`);
}

function strangeWords(all: readonly Statement[], plan: Plan): readonly string[] {
  const heads = all.flatMap(({ head }) => wordsIn(head.split(' ')));
  const known = new Set([
    ...VOCABULARY,
    ...heads.filter((word) => word.startsWith("'")),
    ...familiesOf(plan).flatMap(({ sessions }) => sessions.map(({ protocolName }) => protocolName)),
  ]);
  const words = [...heads, ...all.flatMap(({ body }) => wordsIn(body))];
  const isKnown = (word: string) => known.has(word) || known.has(word.replace(/[126]$/, ''));
  return [...new Set(words)].filter((word) => !isKnown(word)).map((word) => `a word: ${word}`);
}

function strangeAddresses(all: readonly Statement[], plan: Plan): readonly string[] {
  const known = new Set([...FIXED_ADDRESSES, ...addressesIn(JSON.stringify(plan))]);
  const text = all.map(({ head, body }) =>
    [head, ...body.filter((token) => !token.startsWith('"'))].join(' '),
  );
  return addressesIn(text.join('\n'))
    .filter((address) => !known.has(address))
    .map((address) => `an address: ${address}`);
}
