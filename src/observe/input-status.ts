/** What the datastore's data are, as it is told to people and machines. */

/** Part of the status. */
export interface InputStatus {
  /** The generation of Calico whose rules are followed: the newest one that has written anything; undefined where none has. */
  readonly calico: 'v1' | 'v3' | undefined;
  /** Fields of resources that aren't known here and so are ignored, by kind; empty when there are none. */
  readonly unknownFields: Readonly<
    Record<string, { readonly count: number; readonly paths: readonly string[] }>
  >;
}

/** Which Calico is read, in words. */
export function calicoText(calico: InputStatus['calico']): string {
  return calico === undefined
    ? 'nothing of Calico'
    : calico === 'v3'
      ? 'resources of Calico 3'
      : 'keys of Calico 2';
}

/** Lines about what isn't known. */
export function unknownTexts({
  unknownFields,
}: Pick<InputStatus, 'unknownFields'>): readonly string[] {
  return Object.entries(unknownFields).map(
    ([kind, { count, paths }]) =>
      `${count} fields of ${kind} are not known here and are ignored: ${paths.join(', ')}`,
  );
}
