/** What `show route all` says, of all lines of BIRD from 1.6 to 3, in one form. */

/** A route of BIRD's table. */
export interface ShownRoute {
  readonly prefix: string;
  /** The protocol that it is of. */
  readonly protocol: string;
  readonly preference: number;
  /** Those of BGP, by the names of BIRD 3: `bgp_local_pref`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The routes in the lines of an answer to `show route all`. */
export function routesOf(lines: readonly string[]): readonly ShownRoute[] {
  const routes: { -readonly [K in keyof ShownRoute]: ShownRoute[K] }[] = [];
  let prefix = '';
  for (const line of lines) {
    const [, start, protocol, preference] =
      /^(\S+\/\d+)? .*?\[([^\s\]]+)[^\]]*\] .*?\((\d+)/.exec(line) ?? [];
    if (protocol !== undefined) {
      prefix = start ?? prefix;
      routes.push({ prefix, protocol, preference: Number(preference), attributes: {} });
      continue;
    }
    const [, name, value] = /^\s+(?:BGP\.|bgp_)(\w+): ?(.*)$/.exec(line) ?? [];
    const last = routes.at(-1);
    if (name !== undefined && last !== undefined) {
      last.attributes = {
        ...last.attributes,
        [name === 'as_path' ? 'path' : name]: (value ?? '').trim(),
      };
    }
  }
  return routes;
}

/** The prefixes in the lines of an answer to `show route`, each once and sorted. */
export function prefixesOf(lines: readonly string[]): readonly string[] {
  const found = lines.flatMap((line) => /^(\S+\/\d+)\s/.exec(line)?.[1] ?? []);
  return [...new Set(found)].sort();
}
