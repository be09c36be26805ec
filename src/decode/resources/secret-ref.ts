import { excerpt } from '../../base/excerpt.js';
import { ok, refused } from '../../base/result.js';
import type { SecretRef } from '../../model/secret-ref.js';
import type { Fields } from './fields.js';
import { RESOURCE_NAME, text } from './schemas.js';

/** The key of a Secret as Kubernetes allows it: a file's name, so no slash and no way up. */
const SECRET_KEY = text((key) =>
  /^[A-Za-z0-9._-]{1,253}$/.test(key) && !/^\.\.?$/.test(key)
    ? ok(key)
    : refused(`${excerpt(key)} is not a key of a Secret`),
);

/** The password that the field `name` refers to. A session without the password that was meant is a grave fault. */
export function secretRefOf(spec: Fields, name: string): SecretRef | undefined {
  if (!spec.has(name)) {
    return undefined;
  }
  const password = spec.at(name);
  if (!password.has('secretKeyRef')) {
    if (password.isObject) {
      spec.fault(name, 'it has no secretKeyRef', 'grave');
    }
    return undefined;
  }
  const ref = password.at('secretKeyRef');
  const secret = ref.readNeeded('name', RESOURCE_NAME);
  const key = ref.readNeeded('key', SECRET_KEY);
  return secret === undefined || key === undefined ? undefined : { name: secret, key };
}
