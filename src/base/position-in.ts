/** Index in `sorted` of the element whose id is `id`, or where it belongs: the first whose id isn't less. */
export function positionIn<T>(
  sorted: readonly T[],
  id: string,
  idOf: (value: T) => string,
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (idOf(sorted[middle] as T) < id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
