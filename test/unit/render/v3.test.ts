/** What templates print by the rules of Calico 3. That each BIRD takes it is shown in test/bird/v3-text.test.ts. */
import { describe, expect, test } from 'vitest';
import type { FilterRule } from '../../../src/model/bgp-filter.js';
import type { FamilyPlan, Plan, Session } from '../../../src/plan/plan.js';
import type { SessionTerms } from '../../../src/plan/sessions/terms.js';
import type { DialectName } from '../../../src/render/dialects/index.js';
import { everythingOfV3, LOCAL_ASN, v3Printer, v3Session } from '../../support/v3-plan.js';

const PLAN = everythingOfV3('node');

function planWith(ipv4: Partial<FamilyPlan>): Plan {
  return { ...PLAN, ipv4: { ...PLAN.ipv4, ...ipv4 } };
}

/** All files of a plan, one after the other. */
async function textOf(plan: Plan, dialect: DialectName = 'calico'): Promise<string> {
  const { files } = (await v3Printer(dialect))(plan);
  return files.map(({ text }) => text).join('\n');
}

/** What stands in braces after the first line that begins with `start`. */
function bodyAfter(text: string, start: string): string {
  const begin = text.indexOf(`\n${start}`);
  expect(begin, `no ${start}`).toBeGreaterThanOrEqual(0);
  return text.slice(begin + 1, text.indexOf('\n}', begin));
}

describe('the filters of a session', () => {
  const session = (terms: Partial<SessionTerms>): Session =>
    v3Session('192.0.2.7', { remoteAsn: LOCAL_ASN, ...terms });

  test.each([
    ['in our AS', session({}), 'internal'],
    ['in another AS', session({ remoteAsn: 65001 }), 'external'],
    ['in the AS that we are in for it', session({ localAsn: 65001, remoteAsn: 65001 }), 'internal'],
    ['that we meet as another AS', session({ localAsn: 65001 }), 'external'],
  ])('with a peer %s are those for %#', async (_, asked, kind) => {
    const text = await textOf(planWith({ sessions: [asked] }));

    const protocol = bodyAfter(text, 'protocol bgp Global_192_0_2_7');
    expect(protocol).toContain(`import filter 'calico_import_${kind}';`);
    expect(protocol).toContain(`export filter 'calico_export_${kind}';`);
    expect(bodyAfter(text, `filter 'calico_export_${kind}'`)).toContain(
      `calico_export_to_bgp_peers(${kind === 'internal'});`,
    );
  });

  test('follow the AS number of this host, for the same session', async () => {
    const sessions = [session({})];
    const print = await v3Printer('calico');
    print(planWith({ sessions }));

    const { files } = print(planWith({ sessions, localAsn: 65001 }));

    const text = files.map((file) => file.text).join('\n');
    expect(bodyAfter(text, 'protocol bgp Global_192_0_2_7')).toContain("calico_import_external'");
  });

  test('are one for all sessions that are treated alike', async () => {
    const sessions = ['192.0.2.7', '192.0.2.8'].map((address) =>
      v3Session(address, { remoteAsn: LOCAL_ASN, importFilters: ['every'] }),
    );

    const text = await textOf(planWith({ sessions }));

    expect(text.match(/^filter 'calico_import_internal:every'$/gm)).toHaveLength(1);
    expect(text.match(/^ {2}import filter 'calico_import_internal:every';$/gm)).toHaveLength(2);
  });

  test('call only BGPFilters that are there and have such rules', async () => {
    const sessions = [session({ importFilters: ['none', 'gone', 'every'] })];

    const text = await textOf(planWith({ sessions }));

    const filter = bodyAfter(text, "filter 'calico_import_internal:none:gone:every'");
    expect(filter.match(/'bgp_\S+/g)).toEqual(["'bgp_every_importFilterV4'(true);"]);
  });
});

describe('a rule', () => {
  const prefix = PLAN.ipv4.pools[0]?.prefix ?? expect.fail();
  const length = { min: 25, max: 30 };

  test.each<[string, Partial<FilterRule>, string]>([
    ['without conditions', {}, ''],
    ['on a prefix', { prefix: { prefix, operator: 'equal' } }, 'net = 198.18.1.0/24'],
    ['on all others', { prefix: { prefix, operator: 'not-equal' } }, 'net != 198.18.1.0/24'],
    ['on what is inside', { prefix: { prefix, operator: 'in' } }, 'net ~ 198.18.1.0/24'],
    ['on what is outside', { prefix: { prefix, operator: 'not-in' } }, 'net !~ 198.18.1.0/24'],
    [
      'on lengths',
      { prefix: { prefix, operator: 'in', length } },
      'net ~ [ 198.18.1.0/24{25,30} ]',
    ],
    [
      'on other lengths',
      { prefix: { prefix, operator: 'not-in', length } },
      'net !~ [ 198.18.1.0/24{25,30} ]',
    ],
    ['on routes of peers', { isFromPeers: true }, 'defined(source) && (source ~ [ RTS_BGP ])'],
    ['on an interface', { interface: 'eth*' }, 'defined(ifname) && (ifname ~ "eth*")'],
    [
      'on a community',
      { community: { kind: 'standard', parts: [65000, 0] } },
      '(65000, 0) ~ bgp_community',
    ],
    [
      'on a large community',
      { community: { kind: 'large', parts: [1, 0, 2] } },
      '(1, 0, 2) ~ bgp_large_community',
    ],
    ['on a path', { asPathPrefix: [65001, 65002] }, 'bgp_path ~ [= 65001 65002 * =]'],
    [
      'on the lowest metric',
      { priority: 0 },
      'defined(bgp_local_pref) && (bgp_local_pref = 2147483647)',
    ],
    [
      'on the highest metric',
      { priority: 2147483647 },
      'defined(bgp_local_pref) && (bgp_local_pref = 0)',
    ],
  ])('%s', async (_, fields, condition) => {
    const rule: FilterRule = { action: 'reject', operations: [], ...fields };
    const { extras } = PLAN.ipv4;
    const filter = { name: 'one', family: 'ipv4', origin: 'key' } as const;
    const filters = [{ ...filter, importRules: [rule], exportRules: [] }];

    const text = await textOf(planWith({ extras: { ...extras, filters } }));

    const body = bodyAfter(text, "function 'bgp_one_importFilterV4'()");
    expect(body).toContain(condition === '' ? '{\n    reject;' : `  if ((${condition})) then {`);
  });

  test('that accepts what is learnt sends it through its tunnel first, where that is done on import', async () => {
    const text = await textOf(PLAN, 'bird2');

    const accepted = (start: string) =>
      bodyAfter(text, start).match(/(calico_tunnel\(\);\n {4})?accept;/g) ?? [];
    expect(new Set(accepted("function 'bgp_every_importFilterV4'"))).toEqual(
      new Set(['calico_tunnel();\n    accept;']),
    );
    expect(new Set(accepted("function 'bgp_every_exportFilterV4'"))).toEqual(new Set(['accept;']));
  });
});

test('a host that BIRD 2 binds to one address opens no socket for all of them', async () => {
  const template = bodyAfter(await textOf(PLAN, 'bird2'), 'template bgp bgp_template {');

  expect(template).toContain('local port 1790;');
  expect(template).toContain('source address 192.0.2.1;');
  expect(template).toContain('strict bind on;');
});

test('only pools that BIRD itself would have to tunnel are a problem where it cannot', async () => {
  const { ipv4 } = PLAN;
  const pools = ipv4.pools.filter(({ programmedBy }) => programmedBy !== 'bird');

  const text = await textOf(planWith({ pools }), 'bird1');

  expect(text).not.toContain('This BIRD has no IPIP');
});
