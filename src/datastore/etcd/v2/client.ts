/**
 * HTTP to one endpoint of etcd's v2 API, with the TLS files and the password as they were when it was opened.
 *
 * Each question has a deadline that starts again with each byte of the answer, so that a half-open connection is found
 * and a long list is not cut.
 */
import type { Dispatcher, Pool } from 'undici';
import { ERROR_CODE, Etcd2Error } from './etcd2-error.js';
import { heldText } from './held-text.js';
import { type Node, parseAnswer, parseError, type StoreEvent } from './messages.js';
import type { Etcd2Settings } from './options.js';
import { basicAuth, poolOf } from './pool.js';

/** What the head of an answer says of the store. */
export interface Head {
  /** How many changes the store has seen when the question was asked. */
  readonly index: number;
  readonly clusterId: string;
}

/** What came of one long poll; no event when none came within the time. */
export interface Polled {
  readonly head: Head;
  readonly event: StoreEvent | undefined;
}

/** A node and when it was so; no node when there is none. */
export interface Got {
  readonly head: Head;
  readonly node: Node | undefined;
}

/** What a write relies on: that the key is as it was at an index, or that it isn't there. */
export type Condition = { readonly prevIndex: number } | { readonly prevExist: false };

/** How a long poll is held: silence is no failure once its head is there. */
export interface Hold {
  readonly signal: AbortSignal;
  /** Told at once when etcd holds the poll. */
  readonly onHead: (head: Head) => void;
  /** Ends a poll that is held, as if its time were over. */
  readonly enough: AbortSignal;
}

interface Question {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form?: URLSearchParams;
  readonly signal?: AbortSignal | undefined;
  /** The longest silence in the answer's body, when it isn't that before its head. */
  readonly silenceMs?: number;
}

interface RawAnswer {
  readonly head: Head;
  readonly status: number;
  readonly body: Dispatcher.ResponseData['body'];
}

/** See the head of this file. */
export class Etcd2Client {
  readonly #pool: Pool;
  readonly #authorization: string | undefined;
  readonly #settings: Etcd2Settings;

  private constructor(pool: Pool, authorization: string | undefined, settings: Etcd2Settings) {
    this.#pool = pool;
    this.#authorization = authorization;
    this.#settings = settings;
  }

  /**
   * Reads the files; connects to nothing yet. Call `close` afterwards.
   *
   * @throws {DatastoreError} when the endpoint is no URL, or a TLS file or the password is unusable
   */
  static async open(endpoint: string, settings: Etcd2Settings): Promise<Etcd2Client> {
    const { auth } = settings;
    const authorization = auth && (await basicAuth(auth));
    return new Etcd2Client(await poolOf(endpoint, settings), authorization, settings);
  }

  /** The node at `key`, as the majority of etcd's members has it. */
  async get(key: string, signal?: AbortSignal): Promise<Got> {
    return this.#get(key, { quorum: 'true' }, signal);
  }

  /** `get` with all that is below. */
  async getAll(key: string, signal?: AbortSignal): Promise<Got> {
    return this.#get(key, { quorum: 'true', recursive: 'true' }, signal);
  }

  /** How far the store is: as this member has it, or as the majority has. */
  async head(key: string, of: 'member' | 'majority', signal?: AbortSignal): Promise<Head> {
    return (await this.#get(key, of === 'majority' ? { quorum: 'true' } : {}, signal)).head;
  }

  /** Waits for the first event at or below `key` from index `from` on. */
  async poll(key: string, from: number, { signal, onHead, enough }: Hold): Promise<Polled> {
    const query = { wait: 'true', recursive: 'true', waitIndex: String(from) };
    const { pollMs } = this.#settings;
    const answer = await this.#ask({ method: 'GET', key, query, signal, silenceMs: pollMs });
    if (answer.status !== 200) {
      throw await errorOf(answer);
    }
    const { head, body } = answer;
    try {
      onHead(head);
    } catch (error) {
      body.destroy();
      throw error;
    }
    const text = await heldText(body, enough);
    // A proxy in between may end a poll with nothing; so do we.
    return { head, event: text.trim() === '' ? undefined : parseAnswer(text) };
  }

  /** Sets one key, if the condition holds. */
  async put(key: string, value: string, condition: Condition): Promise<void> {
    const form = new URLSearchParams({ value });
    await this.#write({ method: 'PUT', key, query: queryOf(condition), form });
  }

  /** Deletes one key, if the condition holds. */
  async delete(key: string, condition: Condition): Promise<void> {
    await this.#write({ method: 'DELETE', key, query: queryOf(condition) });
  }

  /** Drops all connections. */
  close(): void {
    // Whoever waits for an answer is told; there is nobody to tell that the sockets are closed.
    this.#pool.destroy().catch(() => {});
  }

  async #get(
    key: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Got> {
    const answer = await this.#ask({ method: 'GET', key, query, signal });
    if (answer.status === 200) {
      return { head: answer.head, node: parseAnswer(await answer.body.text()).node };
    }
    const error = await errorOf(answer);
    if (error.code === ERROR_CODE.keyNotFound) {
      return { head: answer.head, node: undefined };
    }
    throw error;
  }

  async #write(question: Question): Promise<void> {
    const answer = await this.#ask(question);
    if (answer.status !== 200 && answer.status !== 201) {
      throw await errorOf(answer);
    }
    parseAnswer(await answer.body.text());
  }

  async #ask({ method, key, query, form, signal, silenceMs }: Question): Promise<RawAnswer> {
    const { answerMs } = this.#settings;
    const { statusCode, headers, body } = await this.#pool.request({
      method,
      path: `/v2/keys${pathOf(key)}?${new URLSearchParams(query)}`,
      headers: {
        ...(this.#authorization !== undefined && { authorization: this.#authorization }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      headersTimeout: answerMs,
      bodyTimeout: silenceMs ?? answerMs,
      ...(form && { body: form.toString() }),
      ...(signal && { signal }),
    });
    return { head: headOf(headers), status: statusCode, body };
  }
}

function pathOf(key: string): string {
  return key.replace(/\/$/, '').split('/').map(encodeURIComponent).join('/') || '/';
}

function queryOf(condition: Condition): Record<string, string> {
  return Object.fromEntries(Object.entries(condition).map(([name, value]) => [name, `${value}`]));
}

function headOf(headers: Dispatcher.ResponseData['headers']): Head {
  const clusterId = headers['x-etcd-cluster-id'];
  return {
    index: Number(headers['x-etcd-index'] ?? 0),
    clusterId: typeof clusterId === 'string' ? clusterId : '',
  };
}

async function errorOf({ status, body }: RawAnswer): Promise<Etcd2Error> {
  const text = await body.text();
  return new Etcd2Error(status, parseError(text)?.errorCode, text);
}
