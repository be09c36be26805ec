/** What BIRD was recorded to say on its control socket, lines that say nothing of what is tested left out. */

/** 1.6.8: `show status`. */
export const STATUS_16 = `1000-BIRD 1.6.8
1011-Router ID is 172.17.42.31
 Current server time is 2026-11-23 04:41:49
 Last reboot on 2026-11-23 04:41:44
 Last reconfiguration on 2026-11-23 04:41:49
0013 Daemon is up and running`;

/** 2.0.12: `show status`, while a reconfiguration is under way. */
export const STATUS_2_BUSY = `1000-BIRD 2.0.12
1011-Router ID is 172.17.42.31
 Hostname is vm
 Current server time is 2026-11-23 04:43:41.594
 Last reboot on 2026-11-23 04:43:36.429
 Last reconfiguration on 2026-11-23 04:43:41.594
0013 Reconfiguration in progress`;

/** 2.0.12: `show status`, with nothing under way. */
export const STATUS_2 = STATUS_2_BUSY.replace(
  'Reconfiguration in progress',
  'Daemon is up and running',
);

/** 1.6.8: `show protocols all`. */
export const PROTOCOLS_16 = `2002-name     proto    table    state  since       info
1002-kernel1  Kernel   master   up     04:45:15${'    '}
1006-  Preference:     10
   Input filter:   ACCEPT
   Output filter:  calico_ipip
${' '}
1002-Mesh_172_17_42_30 BGP      master   up     04:45:17    Established${'   '}
1006-  Description:    Connection to BGP peer
   Preference:     100
   Routes:         0 imported, 1 exported, 0 preferred
   BGP state:          Established
     Neighbor address: 172.17.42.30
     Neighbor AS:      65100
     Neighbor ID:      172.17.42.30
${' '}
1002-Global_172_17_42_99 BGP      master   start  04:45:15    Active        Socket: No route to host
1006-  Description:    Connection to BGP peer
   BGP state:          Active
     Neighbor address: 172.17.42.99
     Neighbor AS:      65200
     Last error:       Socket: No route to host
${' '}
0000${' '}`;

/** 2.0.12: `show protocols all`. */
export const PROTOCOLS_2 = `2002-Name       Proto      Table      State  Since         Info
1002-kernel1    Kernel     master4    up     04:45:37.007${'  '}
1006-  Channel ipv4
     State:          UP
     Table:          master4
     Input filter:   ACCEPT
     Output filter:  calico_ipip
${' '}
1002-device1    Device     ---        up     04:45:37.007${'  '}
1006-
1002-Mesh_172_17_42_30 BGP        ---        up     04:45:38.785  Established${'   '}
1006-  Description:    Connection to BGP peer
   BGP state:          Established
     Neighbor address: 172.17.42.30
     Neighbor AS:      65100
     Local AS:         65100
   Channel ipv4
     State:          UP
${' '}
1002-Mesh_2001_db8__30 BGP        ---        start  2026-11-22    Connect${'       '}
1006-  BGP state:          Connect
     Neighbor address: 2001:db8::30
     Neighbor AS:      4200000001
${' '}
1002-Node_172_17_42_98 BGP        ---        down   04:45:37.007${'  '}
1006-  BGP state:          Down
     Neighbor address: 172.17.42.98
     Neighbor AS:      65100
${' '}
0000${' '}`;
