import type { Cluster } from '../../model/cluster.js';
import { meshRuleOf } from '../../plan/sessions/mesh.js';
import { reasonOf } from '../explanation.js';
import { type Ends, reasonOfPassword, reasonsOfNode, type Wish } from './wish.js';

/** What the mesh says of each node at the other end. */
export function meshWishes(cluster: Cluster, { nodes, local }: Ends): readonly Wish[] {
  const rule = meshRuleOf(cluster, local, local.node);
  const { isMeshEnabled, meshOrigin, bgp } = cluster;
  const { meshPassword } = bgp;
  const ofPassword =
    meshPassword === undefined
      ? []
      : [
          { text: 'the mesh has a password', key: meshPassword.origin },
          reasonOfPassword(cluster, meshPassword),
        ];
  return nodes.flatMap((node) => {
    const at = node.addresses[local.family];
    if (at === undefined) {
      return [];
    }
    const why = rule.whyNone ?? rule.whyNot(node) ?? rule.whyWithheld;
    return [
      {
        origin: at.origin,
        reasons: [
          reasonOf('the mesh: every node peers with every other', meshOrigin),
          ...reasonsOfNode(cluster, node, local.family),
          ...ofPassword,
        ],
        ...(why !== undefined && {
          obstacle: reasonOf(why, isMeshEnabled ? at.origin : meshOrigin),
        }),
      },
    ];
  });
}
