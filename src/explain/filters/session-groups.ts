import { groupBy } from '../../base/group-by.js';
import { type FamilyPlan, isInternal, type Session } from '../../plan/plan.js';

/** Sessions on which every route is treated alike. */
export interface SessionGroup {
  /** Names of their protocols, in the plan's order. */
  readonly names: readonly string[];
  readonly isInternal: boolean;
  readonly isClient: boolean;
  readonly importFilters: readonly string[];
  readonly exportFilters: readonly string[];
}

/** The sessions of a family, those together that `direction` treats alike. */
export function sessionGroups(
  part: FamilyPlan,
  direction: 'import' | 'export',
): readonly SessionGroup[] {
  const keyOf = (session: Session): string => {
    const kind = isInternal(session, part);
    const { importFilters, exportFilters, isReflectorClient } = session;
    return JSON.stringify(
      direction === 'export'
        ? [kind, isReflectorClient, exportFilters]
        : [importFilters, importFilters.length > 0 && kind],
    );
  };
  return [...groupBy(part.sessions, keyOf).values()].flatMap((sessions) => {
    const [first] = sessions;
    return first === undefined
      ? []
      : [
          {
            names: sessions.map(({ protocolName }) => protocolName),
            isInternal: isInternal(first, part),
            isClient: first.isReflectorClient,
            importFilters: first.importFilters,
            exportFilters: first.exportFilters,
          },
        ];
  });
}
