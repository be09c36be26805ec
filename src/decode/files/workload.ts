/** Felix's status of one endpoint: a workload of this host, which peers with it when `bgpPeerName` says by which BGPPeer. */

import * as v from 'valibot';

import { ok, type Result, refused } from '../../base/result.js';
import { type Address, parseSpeakerAddress } from '../../values/address.js';
import { FAMILIES, type Family } from '../../values/family.js';
import type { Decoded } from '../decoded.js';
import { parseJson } from '../records/json-record.js';

const Nets = v.nullish(v.array(v.string()), []);
const Status = v.object({
  bgpPeerName: v.nullish(v.string(), ''),
  ipv4Nets: Nets,
  ipv6Nets: Nets,
});

const FIELDS = { ipv4: 'ipv4Nets', ipv6: 'ipv6Nets' } as const;
/** How long a net of one address is. */
const FULL_LENGTH = { ipv4: '32', ipv6: '128' } as const;

/** The workload that `value` describes; nothing when it is no peer. */
export function decodeWorkload(origin: string, value: string): Decoded {
  const status = parseJson(Status, value);
  if (!status.ok) {
    return status;
  }
  const { bgpPeerName: peerName } = status.value;
  if (!peerName) {
    return { ok: true, value: [] };
  }
  const addresses: Address[] = [];
  for (const family of FAMILIES) {
    const field = FIELDS[family];
    for (const net of status.value[field] ?? []) {
      const address = addressOf(net, family);
      if (!address.ok) {
        return refused(`field "${field}": ${address.reason}`);
      }
      addresses.push(address.value);
    }
  }
  return { ok: true, value: [{ kind: 'workload', workload: { peerName, addresses, origin } }] };
}

function addressOf(net: string, family: Family): Result<Address> {
  const [text = '', length = FULL_LENGTH[family]] = net.split('/', 2);
  const address = parseSpeakerAddress(text, family);
  if (!address.ok) {
    return address;
  }
  return length === FULL_LENGTH[family]
    ? ok(address.value)
    : refused(`${JSON.stringify(net)} is more than one address`);
}
