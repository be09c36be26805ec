/** BIRD 2 and 3: one process for both families, a channel for each family. */

import type { Plan } from '../../plan/plan.js';
import { FAMILIES } from '../../values/family.js';
import type { Dialect, FileView, TunnelMethod } from './dialect.js';
import { familyViewOf, isUsed, tunnelProblems } from './family-view.js';
import { type FilterKnowledge, interfaceProblems } from './filter-view.js';
import { v3ViewOf } from './v3-view.js';

/** What depends on the version of a BIRD. */
interface VersionAbilities {
  readonly method: TunnelMethod;
  /** Whether it warns of a password without `authentication md5`. */
  readonly namesAuthentication: boolean;
}

type Abilities = VersionAbilities & FilterKnowledge;

/** A dialect of BIRD 2. */
export function bird2(abilities: VersionAbilities): Dialect {
  const knowledge = { pathHasOwnAsn: false, knowsInterfaceOnImport: true };
  return oneProcessDialect('bird2', ['bird2', 'common'], { ...abilities, ...knowledge });
}

/** A dialect of BIRD 3: its templates are BIRD 2's where it has none of its own. */
export function bird3(abilities: VersionAbilities): Dialect {
  const knowledge = { pathHasOwnAsn: false, knowsInterfaceOnImport: false };
  return oneProcessDialect('bird3', ['bird3', 'bird2', 'common'], { ...abilities, ...knowledge });
}

function oneProcessDialect(
  name: 'bird2' | 'bird3',
  templateFolders: readonly string[],
  abilities: Abilities,
): Dialect {
  const { method } = abilities;
  return {
    name,
    templateFolders,
    daemons: ['bird'],
    tunnelsOnImport: method === 'on-link-import',
    habits: { restartsForNextHop: false, restartsForListening: true, restartsForGeneration: false },
    // BIRD 3 knows no `reload in`: it has one word for filters and one for BGP (its manual, "Remote control").
    reimportCommand: name === 'bird3' ? 'reload filters in all' : 'reload in all',
    mainFiles: () => [{ daemon: 'bird', name: 'bird.cfg', isOptional: false }],
    files: (plan) => filesOf(plan, abilities),
    problems: (plan) => [
      ...tunnelProblems(
        plan,
        method,
        'use BIRD 2.0.12 or later of line 2, or 3.2 or later of line 3',
      ),
      ...FAMILIES.flatMap((family) => interfaceProblems(plan[family].extras.filters, abilities)),
    ],
  };
}

function filesOf(plan: Plan, abilities: Abilities): readonly FileView[] {
  const isV3 = plan.generation === 'v3';
  // A node has the kernel protocol of both families in any case. Without it, routes of a family that is no longer spoken would
  // stay in the kernel for good: it is told to `persist`, and BIRD leaves all routes of a kernel protocol that goes.
  const families = FAMILIES.map((family) => plan[family])
    .filter((part) => plan.role === 'node' || isUsed(part))
    .map((part) =>
      isV3
        ? v3ViewOf(plan, part, { ...abilities, suffix: part.family === 'ipv6' ? '6' : '' })
        : familyViewOf(plan, part, abilities.method),
    );
  const view = {
    routerId: plan.routerId,
    logsStates: plan.logLevel === 'info',
    logsAll: plan.logLevel === 'debug',
    includes: ['bird_aggr.cfg', 'bird_ipam.cfg'],
    families,
  };
  const folder = isV3 ? 'v3/' : '';
  if (plan.role === 'reflector') {
    return [{ name: 'bird.cfg', template: `${folder}reflector.cfg`, view }];
  }
  return [
    { name: 'bird.cfg', template: `${folder}bird.cfg`, view },
    { name: 'bird_aggr.cfg', template: `${folder}bird_aggr.cfg`, view },
    { name: 'bird_ipam.cfg', template: `${folder}bird_ipam.cfg`, view },
  ];
}
