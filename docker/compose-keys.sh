#!/bin/sh
# What Calico would have written to etcd for the network of compose.yaml, with the mesh off and the reflector in its place.
set -eu
cd "$(dirname "$0")"
put() {
  docker compose exec -T etcd etcdctl put "$1" "$2"
}

put /calico/bgp/v1/global/as_num 65100
put /calico/bgp/v1/global/node_mesh '{"enabled": false}'
put /calico/bgp/v1/host/kube-master/ip_addr_v4 172.28.42.30
put /calico/bgp/v1/host/kube-node1/ip_addr_v4 172.28.42.31
put /calico/bgp/v1/host/kube-node2/ip_addr_v4 172.28.42.32
put /calico/v1/ipam/v4/pool/192.168.0.0-16 '{"cidr":"192.168.0.0/16"}'
put /calico/ipam/v2/host/kube-node1/ipv4/block/192.168.0.0-26 '{}'
put /calico/ipam/v2/host/kube-node2/ipv4/block/192.168.0.64-26 '{}'
put /calico/bgp/v1/rr_v4/172.28.42.40 '{"ip":"172.28.42.40","cluster_id":"1.0.0.1"}'
put /calico/bgp/v1/global/peer_v4/172.28.42.40 '{"ip":"172.28.42.40","as_num":"65100"}'
