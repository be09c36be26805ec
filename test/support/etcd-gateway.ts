/**
 * etcd's JSON gateway (its HTTP form of the v3 API): how tests write to an etcd without the client under test.
 */
import { DEADLINE_MS } from './wait-for.js';

/** One operation of a transaction. */
export type EtcdOp =
  | { readonly put: readonly [key: string, value: string] }
  | { readonly delete: string };

/** etcd refuses transactions of more operations (`--max-txn-ops` 128). */
const OPS_A_TRANSACTION = 100;

/** Writes and questions to one etcd over HTTP. */
export class EtcdGateway {
  readonly url: string;
  #credentials: { readonly name: string; readonly password: string } | undefined;

  /** @param url - `http://127.0.0.1:2379` */
  constructor(url: string) {
    this.url = url;
  }

  /** Makes every later call log in first; needed once authentication is enabled. */
  useCredentials(name: string, password: string): void {
    this.#credentials = { name, password };
  }

  /** Any call of the gateway: `call('kv/put', {...})`. Gives the parsed answer. */
  async call(path: string, body: object): Promise<Record<string, unknown>> {
    const token =
      this.#credentials && (await post(this.url, 'auth/authenticate', this.#credentials));
    return post(this.url, path, body, token && String(token.token));
  }

  /** Sets one key; gives the revision of the change. */
  async put(key: string, value: string): Promise<number> {
    return revisionOf(await this.call('kv/put', { key: encode(key), value: encode(value) }));
  }

  /** Deletes one key; gives the store's revision afterwards. */
  async delete(key: string): Promise<number> {
    return revisionOf(await this.call('kv/deleterange', { key: encode(key) }));
  }

  /** Deletes all keys that start with `keyPrefix`; gives the store's revision afterwards. */
  async deletePrefix(keyPrefix: string): Promise<number> {
    const range = { key: encode(keyPrefix), range_end: rangeEnd(keyPrefix) };
    return revisionOf(await this.call('kv/deleterange', range));
  }

  /** All operations in one revision. No key may come twice, and at most 128 operations. */
  async txn(ops: readonly EtcdOp[]): Promise<number> {
    return revisionOf(await this.call('kv/txn', { success: ops.map(requestOf) }));
  }

  /** Sets many keys, 100 in a transaction, in order. */
  async putAll(entries: Iterable<readonly [string, string]>): Promise<number> {
    const ops = [...entries].map((put): EtcdOp => ({ put }));
    let revision = 0;
    for (let i = 0; i < ops.length; i += OPS_A_TRANSACTION) {
      revision = await this.txn(ops.slice(i, i + OPS_A_TRANSACTION));
    }
    return revision;
  }

  /** All keys that start with `keyPrefix`, with their values. */
  async list(keyPrefix: string): Promise<Map<string, string>> {
    const range = { key: encode(keyPrefix), range_end: rangeEnd(keyPrefix) };
    const { kvs = [] } = await this.call('kv/range', range);
    const found = new Map<string, string>();
    for (const kv of kvs as { key: string; value?: string }[]) {
      found.set(decode(kv.key), decode(kv.value ?? ''));
    }
    return found;
  }

  /** The store's revision. */
  async revision(): Promise<number> {
    return revisionOf(await this.call('kv/range', { key: encode('\0'), count_only: true }));
  }

  /** Forgets all history before `revision` (now, unless told), physically. */
  async compact(revision?: number): Promise<void> {
    await this.call('kv/compaction', {
      revision: String(revision ?? (await this.revision())),
      physical: true,
    });
  }

  /** The value of one series of `/metrics`, by its name, or that and its first labels; 0 when it isn't there. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text
      .split('\n')
      .find(
        (l) => l.startsWith(`${name} `) || l.startsWith(`${name}{`) || l.startsWith(`${name},`),
      );
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
  }

  /** Bytes that etcd has sent to gRPC clients (this gateway's answers are among them). */
  async sentBytes(): Promise<number> {
    return this.metric('etcd_network_client_grpc_sent_bytes_total');
  }
}

async function post(
  url: string,
  path: string,
  body: object,
  token?: string,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: token === undefined ? {} : { authorization: token },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`etcd ${url} refused ${path}: ${response.status} ${text}`);
  }
  return JSON.parse(text);
}

function requestOf(op: EtcdOp): object {
  if ('delete' in op) {
    return { requestDeleteRange: { key: encode(op.delete) } };
  }
  const [key, value] = op.put;
  return { requestPut: { key: encode(key), value: encode(value) } };
}

function revisionOf(answer: Record<string, unknown>): number {
  const { revision } = answer.header as { revision: string };
  return Number(revision);
}

function rangeEnd(keyPrefix: string): string {
  const end = Buffer.from(keyPrefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end.toString('base64');
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
