/**
 * BIRD 1.6, one process a family (bird and bird6). Calico's fork of it speaks the same language with one attribute
 * more, `krt_tunnel`, and its peers are other nodes of Calico 2.6: its sessions keep BIRD's own timers as theirs do.
 */

import type { FamilyPlan, Plan } from '../../plan/plan.js';
import type { Dialect, FileView, TunnelMethod } from './dialect.js';
import { familyViewOf, isUsed, tunnelProblems } from './family-view.js';
import { v3ViewOf } from './v3-view.js';

/** Stock BIRD 1.6. */
export const bird1: Dialect = twoProcessDialect('bird1', 'none');

/** Calico's fork of BIRD 1.6. */
export const calico: Dialect = twoProcessDialect('calico', 'kernel-attribute');

function twoProcessDialect(name: 'bird1' | 'calico', method: TunnelMethod): Dialect {
  return {
    name,
    templateFolders: name === 'calico' ? ['calico', 'bird1', 'common'] : ['bird1', 'common'],
    daemons: ['bird', 'bird6'],
    tunnelsOnImport: false,
    habits: {
      restartsForNextHop: true,
      // "Reconfiguration of BGP listening socket not implemented, please restart BIRD" (projectcalico/calico pull request 5279).
      restartsForListening: false,
      restartsForGeneration: method === 'kernel-attribute',
    },
    reimportCommand: 'reload in all',
    mainFiles: ({ ipv4, ipv6 }) => [
      { daemon: 'bird', name: 'bird.cfg', isOptional: !isUsed(ipv4) },
      { daemon: 'bird6', name: 'bird6.cfg', isOptional: !isUsed(ipv6) },
    ],
    files: (plan) => [
      ...filesOf(plan, plan.ipv4, 'bird', method),
      ...filesOf(plan, plan.ipv6, 'bird6', method),
    ],
    problems: (plan) =>
      tunnelProblems(plan, method, "use BIRD 2.0.12 or later, or Calico's BIRD (--dialect calico)"),
  };
}

function filesOf(
  plan: Plan,
  part: FamilyPlan,
  base: 'bird' | 'bird6',
  method: TunnelMethod,
): readonly FileView[] {
  const includes = [`${base}_aggr.cfg`, `${base}_ipam.cfg`];
  const isV3 = plan.generation === 'v3';
  const view = {
    ...(isV3
      ? v3ViewOf(plan, part, {
          ...{ method, suffix: '', namesAuthentication: false },
          ...{ pathHasOwnAsn: true, knowsInterfaceOnImport: true },
        })
      : familyViewOf(plan, part, method)),
    includes,
    tunesTimers: method !== 'kernel-attribute',
    // calico/node's own checks take the column after "since" for the state of a session (node/pkg/health/bird).
    hasShortTimes: isV3 && method === 'kernel-attribute',
  };
  const folder = isV3 ? 'v3/' : '';
  if (plan.role === 'reflector') {
    return [{ name: `${base}.cfg`, template: `${folder}reflector.cfg`, view }];
  }
  return [
    { name: `${base}.cfg`, template: `${folder}bird.cfg`, view },
    { name: `${base}_aggr.cfg`, template: `${folder}bird_aggr.cfg`, view },
    { name: `${base}_ipam.cfg`, template: `${folder}bird_ipam.cfg`, view },
  ];
}
