/** Felix's status of one endpoint: a workload of this host, which peers with it when `bgpPeerName` says by which BGPPeer. */

import * as v from 'valibot';

import { ok, type Result, refused } from '../../base/result.js';
import { type Address, parseSpeakerAddress } from '../../values/address.js';
import { FAMILIES, type Family } from '../../values/family.js';
import type { Decoded, Fault } from '../decoded.js';
import { parseJson } from '../records/json-record.js';

const Nets = v.nullish(v.array(v.unknown()), []);
const Status = v.object({
  bgpPeerName: v.nullish(v.string(), ''),
  ipv4Nets: Nets,
  ipv6Nets: Nets,
});

const FIELDS = { ipv4: 'ipv4Nets', ipv6: 'ipv6Nets' } as const;
/** How long a net of one address is. */
const FULL_LENGTH = { ipv4: '32', ipv6: '128' } as const;

/** The workload that `value` describes; nothing when it is no peer. A net that is bad falls out alone. */
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
  const faults: Fault[] = [];
  for (const family of FAMILIES) {
    const field = FIELDS[family];
    for (const [index, net] of (status.value[field] ?? []).entries()) {
      const address = addressOf(net, family);
      if (address.ok) {
        addresses.push(address.value);
      } else {
        faults.push({ path: `${field}.${index}`, reason: address.reason });
      }
    }
  }
  const workload = { peerName, addresses, origin };
  return { ok: true, value: [{ kind: 'workload', workload }], faults };
}

function addressOf(net: unknown, family: Family): Result<Address> {
  if (typeof net !== 'string') {
    return refused('it is not text');
  }
  const [text = '', length = FULL_LENGTH[family]] = net.split('/', 2);
  const address = parseSpeakerAddress(text, family);
  if (!address.ok) {
    return address;
  }
  return length === FULL_LENGTH[family]
    ? ok(address.value)
    : refused(`${JSON.stringify(net)} is more than one address`);
}
