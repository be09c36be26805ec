/** Plans by the rules of Calico 3 that have every term and every extra, made by hand: what templates must be able to print. */
import { join } from 'node:path';
import type { FilterRule } from '../../src/model/bgp-filter.js';
import type { FamilyPlan, Plan } from '../../src/plan/plan.js';
import { askFor, sessionOf } from '../../src/plan/sessions/session-of.js';
import type { Session, SessionTerms } from '../../src/plan/sessions/terms.js';
import { compileTemplates } from '../../src/render/compiled-templates.js';
import { type DialectName, dialectFor, parseBirdVersion } from '../../src/render/dialects/index.js';
import { TemplateEngine } from '../../src/render/engine.js';
import type { FileSet } from '../../src/render/file-set.js';
import { loadTemplates } from '../../src/render/load-templates.js';
import { render } from '../../src/render/render.js';
import { type Address, parseAddress } from '../../src/values/address.js';
import type { Family } from '../../src/values/family.js';
import { type Prefix, parsePrefix } from '../../src/values/prefix.js';
import { parseRouterId, type RouterId } from '../../src/values/router-id.js';
import { Secret } from '../../src/values/secret.js';
import { projectRoot } from './tools.js';

/** The AS number of the host of these plans. */
export const LOCAL_ASN = 64512;

/** A parsed address. */
function addressOf(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return parsed.value;
}

function prefixOf(text: string): Prefix {
  const parsed = parsePrefix(text, text.includes(':') ? 'ipv6' : 'ipv4');
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return parsed.value;
}

function routerIdOf(text: string): RouterId {
  const parsed = parseRouterId(text);
  if (!parsed.ok) {
    throw new Error(parsed.reason);
  }
  return parsed.value;
}

/** A session with `remote` on these terms. */
export function v3Session(remote: string, terms: SessionTerms): Session {
  const remoteAddress = addressOf(remote);
  return sessionOf(askFor({ source: 'Global', remoteAddress, origin: 'key-of-session' }, terms));
}

/** Texts of one family. */
const TEXTS = {
  ipv4: {
    local: '192.0.2.1',
    remote: (number: number) => `192.0.2.${number}`,
    prefix: (number: number) => `198.18.${number}.0/24`,
    single: '203.0.113.9/32',
    length: { min: 26, max: 32 },
  },
  ipv6: {
    local: '2001:db8::1',
    remote: (number: number) => `2001:db8::${number}`,
    prefix: (number: number) => `2001:db8:${number}::/64`,
    single: '2001:db8:113::9/128',
    length: { min: 122, max: 128 },
  },
} as const;

const STANDARD = { kind: 'standard', parts: [65000, 0] } as const;
const LARGE = { kind: 'large', parts: [4200000000, 0, 1] } as const;

/** A rule of every kind. */
function everyRule(family: Family): readonly FilterRule[] {
  const { prefix: prefixText, length } = TEXTS[family];
  const prefix = prefixOf(prefixText(1));
  const rule = (fields: Partial<FilterRule>): FilterRule => ({
    ...{ action: 'accept', operations: [] },
    ...fields,
  });
  return [
    rule({ prefix: { prefix, operator: 'equal' }, action: 'reject' }),
    rule({ prefix: { prefix, operator: 'not-equal' }, isFromPeers: true, interface: 'bond0.*' }),
    rule({ prefix: { prefix, operator: 'in' }, peerType: 'internal' }),
    rule({ prefix: { prefix, operator: 'not-in' }, peerType: 'external' }),
    rule({ prefix: { prefix, operator: 'in', length }, community: STANDARD }),
    rule({ prefix: { prefix, operator: 'not-in', length }, community: LARGE }),
    rule({
      asPathPrefix: [65001, 4200000001],
      priority: 2 ** 31 - 1,
      operations: [
        { kind: 'add-community', community: STANDARD },
        { kind: 'add-community', community: LARGE },
        { kind: 'prepend-as-path', asns: [65001, 65002] },
        { kind: 'set-priority', priority: 100 },
      ],
    }),
    rule({ action: 'reject' }),
  ];
}

/** A session with each term, and others without any. */
function everySession(family: Family): readonly Session[] {
  const { remote } = TEXTS[family];
  return [
    v3Session(remote(2), { remoteAsn: LOCAL_ASN }),
    v3Session(remote(3), {
      remoteAsn: LOCAL_ASN,
      isReflectorClient: true,
      clusterId: routerIdOf('244.0.0.1'),
      isPassive: true,
      usesLocalAddress: false,
      importFilters: ['every', 'none'],
      exportFilters: ['every', 'gone'],
    }),
    v3Session(remote(4), {
      localAsn: 65010,
      remoteAsn: 65011,
      remotePort: 1179,
      ttlSecurityHops: 2,
      restartTimeS: 120,
      keepaliveS: 7,
      password: new Secret("it's; {a} #secret"),
      nextHop: 'keep',
      allowedLocalAsns: 2,
      importFilters: ['every'],
      exportFilters: ['every'],
    }),
    v3Session(remote(5), { remoteAsn: 65011, nextHop: 'self', importFilters: ['none'] }),
  ];
}

function everyExtra(family: Family): FamilyPlan['extras'] {
  const { prefix, single, remote } = TEXTS[family];
  const origin = 'key-of-extra';
  return {
    bindsAddress: true,
    ignoredInterfaces: ['docker*', 'eth9'],
    normalPriority: 1000,
    filters: [
      { ...{ name: 'every', family, origin }, ...rulesBothWays(everyRule(family)) },
      { ...{ name: 'none', family, origin }, importRules: [], exportRules: [] },
    ],
    advertisements: [{ prefix: prefixOf(prefix(1)), communities: [STANDARD, LARGE], origin }],
    staticRoutes: [
      { prefix: prefixOf(prefix(20)), isExported: true, origin },
      { prefix: prefixOf(single), via: addressOf(remote(9)), isExported: false, origin },
    ],
    unprogrammed: [prefixOf(prefix(20))],
    transitRanges: [prefixOf(prefix(21))],
    encryptedNextHops: [addressOf(remote(8))],
    programsTunnels: false,
  };
}

function rulesBothWays(rules: readonly FilterRule[]) {
  return { importRules: rules, exportRules: rules };
}

function everyFamily(family: Family): FamilyPlan {
  const { local, prefix } = TEXTS[family];
  const isTunneled = family === 'ipv4';
  const pool = {
    ...{ isTunneled: false, isExported: true, origin: 'key-of-pool' },
    programmedBy: 'bird',
  } as const;
  return {
    family,
    localAddress: addressOf(local),
    localAsn: LOCAL_ASN,
    sessions: everySession(family),
    blocks: [
      { prefix: prefixOf(prefix(1)), isAggregated: true, isBlackholed: true, origin: 'block-1' },
      { prefix: prefixOf(prefix(2)), isAggregated: false, isBlackholed: false, origin: 'block-2' },
    ],
    pools: [
      { ...pool, prefix: prefixOf(prefix(1)) },
      { ...pool, prefix: prefixOf(prefix(2)), isTunneled },
      {
        ...{ ...pool, prefix: prefixOf(prefix(3)), isTunneled },
        ...(isTunneled && { directNextHops: prefixOf('192.0.2.0/24') }),
      },
      { ...pool, prefix: prefixOf(prefix(4)), isExported: false, programmedBy: 'felix-vxlan' },
      { ...pool, prefix: prefixOf(prefix(5)), isTunneled, programmedBy: 'felix-cluster-routes' },
    ],
    customFilters: [],
    extras: everyExtra(family),
  };
}

/** A reflector has no routes of its own. */
function familyFor(role: Plan['role'], family: Family): FamilyPlan {
  const everything = everyFamily(family);
  return role === 'node' ? everything : { ...everything, blocks: [], pools: [] };
}

/** A plan with everything in both families. */
export function everythingOfV3(role: Plan['role']): Plan {
  return {
    role,
    routerId: routerIdOf('192.0.2.1'),
    logLevel: 'info',
    generation: 'v3',
    listenPort: 1790,
    ipv4: familyFor(role, 'ipv4'),
    ipv6: familyFor(role, 'ipv6'),
  };
}

/** Prints plans in a dialect, for its newest BIRD unless a version is given. */
export async function v3Printer(name: DialectName, version = ''): Promise<(plan: Plan) => FileSet> {
  const dialect = dialectFor(name, parseBirdVersion(version));
  if (!dialect.ok) {
    throw new Error(dialect.reason);
  }
  const folders = { builtIn: join(projectRoot, 'templates') };
  const sources = await loadTemplates(folders, dialect.value.templateFolders);
  const engine = new TemplateEngine(await compileTemplates(sources));
  return (plan) => render(plan, dialect.value, engine).fileSet;
}
