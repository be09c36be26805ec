/** Arguments of the `bgp` commands: checked by commander before anything else happens; a wrong one is exit status 2. */

import { Argument, InvalidArgumentError, Option } from 'commander';

import type { Result } from '../../base/result.js';
import { parseSpeakerAddress } from '../../values/address.js';
import { parseAsn } from '../../values/asn.js';
import { parseNodeName } from '../../values/node-name.js';
import { parseRouterId } from '../../values/router-id.js';

/** `<ip>`: an `Address`. */
export function addressArgument(): Argument {
  return new Argument('<ip>', 'IPv4 or IPv6 address').argParser(
    checked((text) => parseSpeakerAddress(text)),
  );
}

/** An AS number, as a number; `name` with its brackets. */
export function asnArgument(name: '<number>' | '[number]'): Argument {
  return new Argument(name, 'AS number, 1 to 4294967294 or a.b').argParser(checked(parseAsn));
}

/** `--node NAME`: one node, of which there need not be a record. */
export function nodeOption(help: string): Option {
  return new Option('--node <NAME>', help).argParser(checked(parseNodeName));
}

/** `--cluster-id ID`: a `RouterId`. */
export function clusterIdOption(): Option {
  return new Option(
    '--cluster-id <ID>',
    'its cluster (RFC 4456), four octets like 1.0.0.1; its own address unless given',
  ).argParser(checked(parseRouterId));
}

/** `-o table|json`. */
export function outputOption(): Option {
  return new Option('-o, --output <FORMAT>', 'how to show it')
    .choices(['table', 'json'])
    .default('table');
}

function checked<T>(parse: (text: string) => Result<T>): (text: string) => T {
  return (text) => {
    const parsed = parse(text);
    if (!parsed.ok) {
      throw new InvalidArgumentError(parsed.reason);
    }
    return parsed.value;
  };
}
