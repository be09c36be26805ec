/** How many different texts are remembered: more than any cluster has AS numbers or subnets, and little memory. */
const MAX_REMEMBERED = 1_000;

/**
 * `parse`, remembering what it gave. For texts that thousands of nodes share, such as their AS number or subnet: reading
 * a cluster of 5,000 nodes parses each once.
 */
export function remember<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      result = parse(text);
      if (known.size >= MAX_REMEMBERED) {
        known.clear();
      }
      known.set(text, result);
    }
    return result;
  };
}
