/** Where a password lies: a key of a Kubernetes Secret, which a folder of mounted secrets holds as `NAME/KEY`. */
export interface SecretRef {
  readonly name: string;
  readonly key: string;
}

/** A reference that is written and can't be read. No secret has it, so that what asks for it is never without a password. */
export const UNREADABLE_SECRET: SecretRef = { name: '', key: '' };

/** Whether `ref` is one that can be read. */
export function isReadableRef({ name }: SecretRef): boolean {
  return name !== UNREADABLE_SECRET.name;
}

/** A secret's name among those of the cluster. */
export function secretId({ name, key }: SecretRef): string {
  return `${name}/${key}`;
}
