/**
 * What templates see of a session by the rules of Calico 3, and the filters that sessions share.
 *
 * @scenario v3/peer-terms
 */

import type Handlebars from 'handlebars';

import { remember } from '../../base/remember.js';
import { isInternal, type Session } from '../../plan/plan.js';
import type { Address } from '../../values/address.js';
import { verbatim } from '../guard.js';
import { symbol } from '../syntax/symbol.js';
import type { FilterDirection, FilterView } from './filter-view.js';

/** A session with what it has of its family, since a partial sees its record alone. */
export interface SessionView extends Session {
  /** Where the session goes out from; any address when absent. */
  readonly sourceAddress?: string;
  readonly importFilter: Handlebars.SafeString;
  readonly exportFilter: Handlebars.SafeString;
  readonly setsNextHop: boolean;
  readonly keepsNextHop: boolean;
  /** See `SessionFamily`. */
  readonly namesAuthentication: boolean;
  /** Objects, since a template takes 0 for nothing. */
  readonly restartTime?: { readonly seconds: number };
  readonly keepalive?: { readonly seconds: number };
}

/** The filter of what some sessions learn, or tell. */
export interface PolicyView {
  readonly symbol: Handlebars.SafeString;
  /** Whether its sessions are with peers in our own AS. */
  readonly isInternal: boolean;
  /** The functions of BGPFilters that it calls; a BGPFilter that isn't there, or has no such rules, is none. */
  readonly calls: readonly (FilterView & {
    readonly isInternal: boolean;
    /** Our own AS number on its sessions. */
    readonly ownAsn: number | undefined;
  })[];
}

/** What of a family the views of its sessions depend on. */
interface SessionFamily {
  readonly localAsn: number | undefined;
  readonly localAddress: Address | undefined;
  /** End of the names of filters. */
  readonly suffix: string;
  /** Whether BIRD wants to be told that a password is for TCP MD5. */
  readonly namesAuthentication: boolean;
  /** Whether filters are told our own AS number, so that sessions with another one need filters of their own. */
  readonly tellsOwnAsn: boolean;
}

/** A view, and its filters beside it: V8 makes a dictionary of what is spread together, and is slow to look into thousands. */
interface MadeView {
  readonly from: SessionFamily;
  readonly view: SessionView;
  readonly importFilter: Handlebars.SafeString;
  readonly exportFilter: Handlebars.SafeString;
}

/** Views by session: the same view for the same session, so that its text is printed once (`record-texts.ts`). */
const MADE = new WeakMap<Session, MadeView>();

/** The view of each of `sessions`. */
export function sessionViewsOf(
  family: SessionFamily,
  sessions: readonly Session[],
): readonly MadeView[] {
  return sessions.map((session) => {
    const made = MADE.get(session);
    if (made !== undefined && isSameFamily(made.from, family)) {
      return made;
    }
    const view = makeView(family, session);
    const { importFilter, exportFilter } = view;
    const fresh = { from: family, view, importFilter, exportFilter };
    MADE.set(session, fresh);
    return fresh;
  });
}

function isSameFamily(a: SessionFamily, b: SessionFamily): boolean {
  return (
    a.localAsn === b.localAsn &&
    a.localAddress === b.localAddress &&
    a.suffix === b.suffix &&
    a.tellsOwnAsn === b.tellsOwnAsn &&
    a.namesAuthentication === b.namesAuthentication
  );
}

function makeView(family: SessionFamily, session: Session): SessionView {
  const { usesLocalAddress, nextHop, restartTimeS, keepaliveS } = session;
  const source = usesLocalAddress ? family.localAddress : undefined;
  return {
    ...session,
    ...(source !== undefined && { sourceAddress: source }),
    importFilter: sameSymbol(policySymbol(family, session, 'import')),
    exportFilter: sameSymbol(policySymbol(family, session, 'export')),
    setsNextHop: nextHop === 'self',
    keepsNextHop: nextHop === 'keep',
    namesAuthentication: family.namesAuthentication,
    ...(restartTimeS !== undefined && { restartTime: { seconds: restartTimeS } }),
    ...(keepaliveS !== undefined && { keepalive: { seconds: keepaliveS } }),
  };
}

/** More than any host has filters of sessions. */
const MAX_REMEMBERED = 1_000;

/** The one object of a symbol: thousands of sessions have the same. */
const sameSymbol = remember(verbatim, MAX_REMEMBERED);

/** `'calico_export_internal'`, `'calico_import_external6:FILTER:FILTER'`: the same for sessions that are treated alike. */
function policySymbol(family: SessionFamily, session: Session, direction: FilterDirection): string {
  const kind = isInternal(session, family) ? 'internal' : 'external';
  const filters = filtersOf(session, direction);
  const { localAsn } = session;
  const isOwn = localAsn !== undefined && localAsn !== family.localAsn;
  const asn =
    family.tellsOwnAsn && direction === 'export' && filters.length > 0 && isOwn
      ? `_as${localAsn}`
      : '';
  return symbol([`calico_${direction}_${kind}${family.suffix}${asn}`, ...filters]);
}

function filtersOf(session: Session, direction: FilterDirection): readonly string[] {
  return direction === 'import' ? session.importFilters : session.exportFilters;
}

/**
 * The filters that `views` name, one for all that are treated alike: BIRD 2.0 takes time that grows with the square of the number
 * of filters that stand inside of protocols.
 */
export function policiesOf(
  family: SessionFamily,
  views: readonly MadeView[],
  direction: FilterDirection,
  functions: readonly FilterView[],
): readonly PolicyView[] {
  const policies = new Map<string, PolicyView>();
  let last: Handlebars.SafeString | undefined;
  for (const { view, importFilter, exportFilter } of views) {
    const filter = direction === 'import' ? importFilter : exportFilter;
    if (filter === last) {
      continue;
    }
    last = filter;
    const key = filter.toString();
    if (!policies.has(key)) {
      const internal = isInternal(view, family);
      const calls = filtersOf(view, direction).flatMap((wanted) =>
        functions.filter(({ name, direction: ran }) => name === wanted && ran === direction),
      );
      policies.set(key, {
        symbol: filter,
        isInternal: internal,
        calls: calls.map((call) => ({
          ...call,
          isInternal: internal,
          ownAsn: view.localAsn ?? family.localAsn,
        })),
      });
    }
  }
  return [...policies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, policy]) => policy);
}
