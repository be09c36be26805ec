/**
 * Calico's BGPFilter.
 *
 * A filter must not let pass more than it was written to. So any fault in the rules of one family and direction is grave, a
 * field that we don't know among them: it may be a condition. The last good value of the filter counts; where it has none,
 * these rules refuse every route, and those of the other family and direction stand.
 */

import * as v from 'valibot';

import type { FilterOperation, FilterRule, PrefixMatch } from '../../model/bgp-filter.js';
import type { Fact } from '../../model/fact.js';
import { FAMILIES, type Family } from '../../values/family.js';
import type { Faults, Fields } from './fields.js';
import {
  ASN_IN_PATH,
  COMMUNITY,
  INTERFACE_PATTERN,
  PREFIX,
  PRIORITY,
  RESOURCE_NAME,
  whole,
  word,
} from './schemas.js';

const REFUSE_ALL: readonly FilterRule[] = [{ action: 'reject', operations: [] }];
const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };
const RULE_FIELDS: ReadonlySet<string> = new Set([
  ...['action', 'cidr', 'matchOperator', 'prefixLength', 'source', 'interface', 'peerType'],
  ...['communities', 'asPathPrefix', 'priority', 'operations'],
]);

/** What the BGPFilter says, each family by itself. */
export function decodeBgpFilter(resource: Fields, origin: string, faults: Faults): readonly Fact[] {
  const name = resource.at('metadata').readNeeded('name', RESOURCE_NAME);
  const isWhole = !faults.isGrave;
  const spec = resource.at('spec');
  if (name === undefined) {
    return [];
  }
  if (isWhole && faults.isGrave) {
    return closedFilter(name, origin);
  }
  return FAMILIES.flatMap((family): readonly Fact[] => {
    const version = family === 'ipv4' ? 'V4' : 'V6';
    const importRules = rulesOf(spec, `import${version}`, family, faults);
    const exportRules = rulesOf(spec, `export${version}`, family, faults);
    return importRules.length + exportRules.length === 0
      ? []
      : [{ kind: 'bgp-filter', filter: { name, family, importRules, exportRules, origin } }];
  });
}

/** A filter called `name` that refuses every route; none where no filter has such a name. */
export function closedFilter(name: string, origin: string): readonly Fact[] {
  if (!v.is(RESOURCE_NAME, name)) {
    return [];
  }
  return FAMILIES.map((family) => ({
    kind: 'bgp-filter',
    filter: { name, family, importRules: REFUSE_ALL, exportRules: REFUSE_ALL, origin },
  }));
}

function rulesOf(
  spec: Fields,
  name: string,
  family: Family,
  faults: Faults,
): readonly FilterRule[] {
  const before = faults.count;
  const rules = spec.list(name).map((rule) => ruleOf(rule, family));
  return faults.count === before ? rules.filter((rule) => rule !== undefined) : REFUSE_ALL;
}

const ACTION = word(
  new Map([
    ['Accept', 'accept'],
    ['Reject', 'reject'],
  ] as const),
);
const SOURCE = word(new Map([['RemotePeers', true]]));
const PEER_TYPE = word(
  new Map([
    ['eBGP', 'external'],
    ['iBGP', 'internal'],
  ] as const),
);

/** Every fault of a rule is noted, so what comes of a faulty one is never used. */
function ruleOf(rule: Fields, family: Family): FilterRule | undefined {
  for (const name of rule.names().filter((one) => !RULE_FIELDS.has(one))) {
    rule.fault(name, 'a rule has no such field', 'grave');
  }
  const action = rule.readNeeded('action', ACTION);
  const prefix = prefixMatchOf(rule, family);
  const isFromPeers = rule.readGrave('source', SOURCE);
  const pattern = rule.readGrave('interface', INTERFACE_PATTERN);
  const peerType = rule.readGrave('peerType', PEER_TYPE);
  const communities = rule.at('communities').values('values', COMMUNITY, 'grave');
  if (rule.has('communities') && communities.length !== 1) {
    rule.fault('communities', 'it is not one community', 'grave');
  }
  const [community] = communities;
  const asPathPrefix = rule.values('asPathPrefix', ASN_IN_PATH, 'grave');
  const priority = rule.readGrave('priority', PRIORITY);
  const operations = rule.list('operations').map(operationOf);
  return (
    action && {
      action,
      ...(prefix && { prefix }),
      ...(isFromPeers && { isFromPeers }),
      ...(pattern !== undefined && { interface: pattern }),
      ...(peerType && { peerType }),
      ...(community && { community }),
      ...(asPathPrefix.length > 0 && { asPathPrefix }),
      ...(priority !== undefined && { priority }),
      operations: operations.filter((operation) => operation !== undefined),
    }
  );
}

const OPERATOR = word<PrefixMatch['operator']>(
  new Map([
    ['Equal', 'equal'],
    ['NotEqual', 'not-equal'],
    ['In', 'in'],
    ['NotIn', 'not-in'],
  ]),
);

function prefixMatchOf(rule: Fields, family: Family): PrefixMatch | undefined {
  const cidr = rule.readGrave('cidr', PREFIX);
  const operator = rule.readGrave('matchOperator', OPERATOR);
  if (rule.has('cidr') !== rule.has('matchOperator')) {
    rule.fault('matchOperator', 'cidr and matchOperator need each other', 'grave');
  }
  if (cidr !== undefined && cidr.family !== family) {
    rule.fault('cidr', `${cidr.prefix} is a prefix of the other family`, 'grave');
  }
  if (cidr === undefined || operator === undefined) {
    if (rule.has('prefixLength')) {
      rule.fault('prefixLength', 'it needs cidr and matchOperator', 'grave');
    }
    return undefined;
  }
  const length = lengthOf(rule, operator, Number(cidr.prefix.split('/')[1]), BITS[family]);
  return { prefix: cidr.prefix, operator, ...(length && { length }) };
}

function lengthOf(
  rule: Fields,
  operator: PrefixMatch['operator'],
  mask: number,
  bits: number,
): PrefixMatch['length'] {
  if (!rule.has('prefixLength')) {
    return undefined;
  }
  const lengths = rule.at('prefixLength');
  const min = lengths.readGrave('min', whole(mask, bits)) ?? mask;
  const max = lengths.readGrave('max', whole(mask, bits)) ?? bits;
  if (min > max) {
    rule.fault('prefixLength', 'min is above max', 'grave');
  }
  if (operator === 'equal' || operator === 'not-equal') {
    rule.fault('prefixLength', 'it goes with In and NotIn alone', 'grave');
  }
  return { min, max };
}

function operationOf(operation: Fields): FilterOperation | undefined {
  const [name = '', ...others] = operation.names();
  if (others.length === 0) {
    switch (name) {
      case 'addCommunity': {
        const community = operation.at(name).readNeeded('value', COMMUNITY);
        return community && { kind: 'add-community', community };
      }
      case 'prependASPath': {
        const asns = operation.at(name).values('prefix', ASN_IN_PATH, 'grave');
        if (asns.length === 0) {
          operation.fault(name, 'it has no AS number', 'grave');
        }
        return { kind: 'prepend-as-path', asns };
      }
      case 'setPriority': {
        const priority = operation.at(name).readNeeded('value', PRIORITY);
        return priority === undefined ? undefined : { kind: 'set-priority', priority };
      }
    }
  }
  operation.fault(name, 'it is not one of addCommunity, prependASPath, setPriority', 'grave');
  return undefined;
}
