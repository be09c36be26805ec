const BGP = '/calico/bgp/v1';

/** What is in etcd at the end of the walkthrough: three nodes, no mesh, and the reflector on node1. */
export const reflectorKeys: Readonly<Record<string, string>> = {
  [`${BGP}/global/as_num`]: '65100',
  [`${BGP}/global/node_mesh`]: '{"enabled": false}',
  [`${BGP}/host/kube-master/ip_addr_v4`]: '172.17.42.30',
  [`${BGP}/host/kube-node1/ip_addr_v4`]: '172.17.42.31',
  [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
  '/calico/v1/ipam/v4/pool/192.168.0.0-16': '{"cidr":"192.168.0.0/16","masquerade":true}',
  '/calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26': '{}',
  '/calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26': '{}',
  [`${BGP}/global/peer_v4/172.17.42.40`]: '{"ip":"172.17.42.40","as_num":"65100"}',
  [`${BGP}/rr_v4/172.17.42.40`]: '{"ip":"172.17.42.40","cluster_id":"1.0.0.1"}',
};
