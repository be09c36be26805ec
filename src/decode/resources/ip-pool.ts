/** Calico's IPPool. */

import type { Fact } from '../../model/fact.js';
import type { TunnelMode } from '../../model/pool.js';
import type { Faults, Fields } from './fields.js';
import { FLAG, PREFIX, word } from './schemas.js';

const MODES = word<TunnelMode>(
  new Map([
    ['', 'never'],
    ['Never', 'never'],
    ['Always', 'always'],
    ['CrossSubnet', 'cross-subnet'],
  ]),
);

/** What the IPPool says. Each of its fields decides where packets go, so a bad one is grave. */
export function decodeIpPool(resource: Fields, origin: string, faults: Faults): readonly Fact[] {
  const spec = resource.at('spec');
  // Of IPAM and Felix.
  spec.pass(
    ...['blockSize', 'nodeSelector', 'namespaceSelector', 'allowedUses', 'assignmentMode'],
    ...['disabled', 'natOutgoing', 'nat-outgoing', 'ipip'],
  );
  const cidr = spec.readNeeded('cidr', PREFIX);
  const tunnel = spec.readGrave('ipipMode', MODES) ?? 'never';
  const vxlan = spec.readGrave('vxlanMode', MODES) ?? 'never';
  const isExportDisabled = spec.readGrave('disableBGPExport', FLAG) ?? false;
  return cidr === undefined || faults.isGrave
    ? []
    : [
        {
          kind: 'pool',
          pool: { ...cidr, tunnel, isVxlan: vxlan !== 'never', isExportDisabled, origin },
        },
      ];
}
