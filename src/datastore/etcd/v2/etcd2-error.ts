/** The error codes of etcd's v2 API that mean something to us. */
export const ERROR_CODE = {
  keyNotFound: 100,
  compareFailed: 101,
  keyExists: 105,
  eventIndexCleared: 401,
} as const;

/** An answer of etcd that says no, or that isn't etcd's. */
export class Etcd2Error extends Error {
  override readonly name = 'Etcd2Error';
  /** The HTTP status. */
  readonly status: number;
  /** etcd's own code; undefined when the answer is in no form of etcd's. */
  readonly code: number | undefined;

  constructor(status: number, code: number | undefined, text: string) {
    super(`HTTP ${status}: ${text.trim().slice(0, 300)}`);
    this.status = status;
    this.code = code;
  }
}

/** An answer that etcd doesn't give. */
export class NotEtcd extends Error {
  override readonly name = 'NotEtcd';
}
