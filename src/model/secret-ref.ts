/** Where a password lies: a key of a Kubernetes Secret, which a folder of mounted secrets holds as `NAME/KEY`. */
export interface SecretRef {
  readonly name: string;
  readonly key: string;
}

/** A secret's name among those of the cluster. */
export function secretId({ name, key }: SecretRef): string {
  return `${name}/${key}`;
}
