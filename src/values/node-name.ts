import { ok, type Result, refused } from '../base/result.js';

/** The longest name that a node may have: a DNS name's limit (RFC 1035 section 2.3.4). */
const MAX_NODE_NAME_LENGTH = 253;

/**
 * `text` as the name of a node. Calico takes the host's name; anything printable without a slash or blank is
 * accepted, since a name only ever becomes part of a key and of a comment.
 */
export function parseNodeName(text: string): Result<string> {
  if (text.length === 0 || text.length > MAX_NODE_NAME_LENGTH || /[/\s\p{Cc}]/u.test(text)) {
    return refused(
      `${JSON.stringify(text)} is not a node name (1 to ${MAX_NODE_NAME_LENGTH} characters without slash or blank)`,
    );
  }
  return ok(text);
}
