import { excerpt } from '../../base/excerpt.js';
import { ok, refused } from '../../base/result.js';
import { type SecretRef, UNREADABLE_SECRET } from '../../model/secret-ref.js';
import type { Fields } from './fields.js';
import { RESOURCE_NAME, text } from './schemas.js';

/** The key of a Secret as Kubernetes allows it: a file's name, so no slash and no way up. */
const SECRET_KEY = text((key) =>
  /^[A-Za-z0-9._-]{1,253}$/.test(key) && !/^\.\.?$/.test(key)
    ? ok(key)
    : refused(`${excerpt(key)} is not a key of a Secret`),
);

/**
 * The password that the field `name` refers to; `UNREADABLE_SECRET` where that can't be read, which is a grave fault: a session is
 * to have it.
 */
export function secretRefOf(spec: Fields, name: string): SecretRef | undefined {
  if (!spec.has(name)) {
    return undefined;
  }
  const password = spec.at(name);
  if (!password.has('secretKeyRef')) {
    if (password.isObject) {
      spec.fault(name, 'it has no secretKeyRef', 'grave');
    }
    return UNREADABLE_SECRET;
  }
  const ref = password.at('secretKeyRef');
  // Of Kubernetes: whether its absence is an error.
  ref.pass('optional');
  const secret = ref.readNeeded('name', RESOURCE_NAME);
  const key = ref.readNeeded('key', SECRET_KEY);
  return secret === undefined || key === undefined ? UNREADABLE_SECRET : { name: secret, key };
}
