/**
 * `make`, remembering what it gave for each text; all is forgotten when there are `max` of them. For texts that come again and
 * again, as the AS number that thousands of nodes share.
 */
export function remember<K extends string, T>(make: (text: K) => T, max: number): (text: K) => T {
  const known = new Map<K, T>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      result = make(text);
      if (known.size >= max) {
        known.clear();
      }
      known.set(text, result);
    }
    return result;
  };
}
