/**
 * What the confd of calico/node (since Calico 3.32) has BIRD run on a node of a mesh, in text of our own: the same protocols under
 * the same names, the same functions and filters, spread over the same files.
 */

/** One family of a node. */
export interface ConfdFamily {
  readonly address: string;
  /** All other nodes by their address. */
  readonly mesh: readonly string[];
  /** A peer of this node alone, in another AS. */
  readonly peer?: { readonly address: string; readonly asn: number };
  readonly pool: string;
  readonly blocks: readonly string[];
}

const ASN = 64512;
const NORMAL = 1024;
const HIGHEST = 2 ** 31 - 1;

/** The files of a node by their name; the router id is its IPv4 address. */
export function confdFiles(ipv4: ConfdFamily, ipv6: ConfdFamily): Readonly<Record<string, string>> {
  return {
    'bird_ipam.cfg': ipamText(ipv4),
    'bird_aggr.cfg': aggrText(ipv4),
    'bird.cfg': mainText('bird', ipv4.address, ipv4),
    'bird6_ipam.cfg': ipamText(ipv6),
    'bird6_aggr.cfg': aggrText(ipv6),
    'bird6.cfg': mainText('bird6', ipv4.address, ipv6),
  };
}

function mainText(base: string, routerId: string, family: ConfdFamily): string {
  const { address, mesh, peer } = family;
  const inMesh = mesh.map((neighbor) =>
    sessionText(`Mesh_${nameOf(neighbor)}`, `${neighbor} as ${ASN}`, {
      address,
      isInternal: true,
      isPassive: neighbor > address,
    }),
  );
  const ofNode =
    peer === undefined
      ? ''
      : sessionText(`Node_${nameOf(peer.address)}`, `${peer.address} as ${peer.asn}`, {
          address,
          isInternal: false,
          isPassive: false,
        });
  // calico/node runs BIRD with -d, which logs like the first line.
  return `log stderr all;
function apply_communities () { }
template kernel kernel_template { learn; persist; scan time 2; import all; }
template direct direct_template {
  debug { states };
  interface -"cali*", -"kube-ipvs*", "*";
}
include "${base}_aggr.cfg";
include "${base}_ipam.cfg";
router id ${routerId};
protocol kernel from kernel_template {
  export filter calico_kernel_programming;
  graceful restart;
  merge paths on;
}
protocol device { debug { states }; scan time 2; }
protocol direct from direct_template { }
template bgp bgp_template {
  debug { states, routes, filters, events };
  description "Connection to BGP peer";
  local as ${ASN};
  gateway recursive;
  add paths on;
  graceful restart;
  connect delay time 2;
  connect retry time 5;
  error wait time 5,30;
}
${inMesh.join('')}${ofNode}`;
}

interface SessionEnds {
  readonly address: string;
  readonly isInternal: boolean;
  readonly isPassive: boolean;
}

function sessionText(name: string, neighbor: string, ends: SessionEnds): string {
  return `protocol bgp ${name} from bgp_template {
  neighbor ${neighbor};
  source address ${ends.address};
  ttl security off;
  multihop;
  import filter {
    if (defined(bgp_local_pref)&&(bgp_local_pref > ${HIGHEST - NORMAL})) then preference = 200;
    accept;
  };
  export filter {
    if (defined(source) && source = RTS_BGP && defined(bgp_local_pref)) then {
      krt_metric = ${HIGHEST} - bgp_local_pref;
    } else {
      if (!defined(krt_metric)) then { krt_metric = ${NORMAL}; }
      bgp_local_pref = ${HIGHEST} - krt_metric;
    }
    calico_export_to_bgp_peers(${ends.isInternal});
    reject;
  };${ends.isPassive ? '\n  passive on;' : ''}
}
`;
}

function aggrText({ blocks }: ConfdFamily): string {
  const routes = blocks.map((block) => `  route ${block} blackhole;\n`);
  const rules = blocks.map(
    (block) => `  if ( net = ${block} ) then { accept; }
  if ( net ~ ${block} && krt_metric < ${NORMAL} ) then { accept; }
  if ( net ~ ${block} ) then { reject; }
`,
  );
  return `template static static_template {
${routes.join('')}}
${blocks.length > 0 ? 'protocol static from static_template { }\n' : ''}function calico_aggr ()
{
${rules.join('')}}
`;
}

function ipamText({ pool }: ConfdFamily): string {
  return `function reject_local_routes () {
  if (defined(ifname)) then { if (ifname ~ "bpf*.cali") then { reject; } }
}
function calico_export_to_bgp_peers(bool internal_peer) {
  if (internal_peer) then {
    if (defined(ifname)) then {
      if ((ifname ~ "*.cali") || (ifname ~ "*.calico") || (ifname ~ "tunl0")) then { reject; }
    }
  }
  reject_local_routes();
  apply_communities();
  calico_aggr();
  if (net ~ ${pool}) then { accept; }
}
filter calico_kernel_programming {
  if (defined(source) && (source = RTS_BGP) && !defined(krt_metric)) then {
    krt_metric = ${NORMAL};
    if (defined(bgp_local_pref)) then { krt_metric = ${HIGHEST} - bgp_local_pref; }
    if (krt_metric < ${NORMAL}) then { preference = 200; }
  }
  if (net ~ ${pool}) then { accept; }
  accept;
}
`;
}

function nameOf(address: string): string {
  return address.replaceAll(/[.:]/g, '_');
}
