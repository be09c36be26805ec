/** A password in a folder of secrets: `…/NAME/KEY`, a key of a Kubernetes Secret. No reason here holds a part of it. */

import { refused } from '../../base/result.js';
import { Secret } from '../../values/secret.js';
import { type Decoded, refusedKey } from '../decoded.js';

/** Linux takes no longer password for a TCP connection (TCP_MD5SIG_MAXKEYLEN of linux/tcp.h); BGP's are these (RFC 2385). */
const MAX_PASSWORD_BYTES = 80;

/** The password in `text`. One line end belongs to the file, not to it. */
export function decodeSecret(key: string, text: string): Decoded {
  const [secretKey, name] = key.split('/').reverse();
  if (!name || !secretKey) {
    return refusedKey('a secret lies in a folder NAME, in a file KEY');
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '') {
    return refused('the password is empty');
  }
  if (/["\p{Cc}]/u.test(password)) {
    return refused(
      'BIRD can take no password with a double quote, a line end or another control character',
    );
  }
  if (new TextEncoder().encode(password).length > MAX_PASSWORD_BYTES) {
    return refused(`the password is longer than ${MAX_PASSWORD_BYTES} bytes, which TCP can't take`);
  }
  return {
    ok: true,
    value: [{ kind: 'secret', ref: { name, key: secretKey }, secret: new Secret(password) }],
  };
}
