/**
 * HTTP to one endpoint of etcd's v2 API, with the TLS files and the password as they were when it was opened.
 *
 * Each question has a deadline that starts again with each byte of the answer, so that a half-open connection is found
 * and a long list is not cut.
 */
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request } from 'node:http';
import { request as requestOverTls, Agent as TlsAgent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { misfit, readTlsFiles } from '../etcd/tls-files.js';
import { ERROR_CODE, Etcd2Error, NoAnswer } from './etcd2-error.js';
import { type Node, parseAnswer, parseError, type StoreEvent } from './messages.js';
import type { Etcd2Settings } from './options.js';

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

interface Question {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form?: URLSearchParams;
  readonly signal: AbortSignal | undefined;
  /** Only for long polls. */
  readonly hold?: Hold;
}

/** How a long poll is held: silence is no failure once its head is there. */
export interface Hold {
  /** Told at once when etcd holds the poll. */
  readonly onHead: (head: Head) => void;
  /** Ends a poll that is held, as if its time were over. */
  readonly enough: AbortSignal;
}

interface RawAnswer {
  readonly head: Head;
  readonly status: number;
  readonly text: string;
}

/** See the head of this file. */
export class Etcd2Client {
  readonly #endpoint: URL;
  readonly #agent: PlainAgent;
  readonly #authorization: string | undefined;
  readonly #settings: Etcd2Settings;

  private constructor(
    endpoint: URL,
    agent: PlainAgent,
    authorization: string | undefined,
    settings: Etcd2Settings,
  ) {
    this.#endpoint = endpoint;
    this.#agent = agent;
    this.#authorization = authorization;
    this.#settings = settings;
  }

  /**
   * Reads the files; connects to nothing yet. Call `close` afterwards.
   *
   * @throws {DatastoreError} when a TLS file or the password is unusable
   */
  static async open(endpoint: string, settings: Etcd2Settings): Promise<Etcd2Client> {
    const url = new URL(endpoint);
    const { tls = {}, auth } = settings;
    const agent = url.protocol === 'https:' ? await tlsAgent(tls) : new PlainAgent(KEEP_ALIVE);
    return new Etcd2Client(url, agent, auth && (await basicAuth(auth)), settings);
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
  async poll(
    key: string,
    from: number,
    { signal, ...hold }: Hold & { readonly signal: AbortSignal },
  ): Promise<Polled> {
    const query = { wait: 'true', recursive: 'true', waitIndex: String(from) };
    const answer = await this.#ask({ method: 'GET', key, query, signal, hold });
    if (answer.status !== 200) {
      throw errorOf(answer);
    }
    // A proxy in between may end a poll with nothing; so do we.
    const isEmpty = answer.text.trim() === '';
    return { head: answer.head, event: isEmpty ? undefined : parseAnswer(answer.text) };
  }

  /** Sets one key, if the condition holds. */
  async put(key: string, value: string, condition: Condition): Promise<void> {
    const form = new URLSearchParams({ value });
    await this.#write({ method: 'PUT', key, query: queryOf(condition), form, signal: undefined });
  }

  /** Deletes one key, if the condition holds. */
  async delete(key: string, condition: Condition): Promise<void> {
    await this.#write({ method: 'DELETE', key, query: queryOf(condition), signal: undefined });
  }

  /** Drops all connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #get(
    key: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Got> {
    const answer = await this.#ask({ method: 'GET', key, query, signal });
    if (answer.status === 200) {
      return { head: answer.head, node: parseAnswer(answer.text).node };
    }
    const error = errorOf(answer);
    if (error.code === ERROR_CODE.keyNotFound) {
      return { head: answer.head, node: undefined };
    }
    throw error;
  }

  async #write(question: Question): Promise<void> {
    const answer = await this.#ask(question);
    if (answer.status !== 200 && answer.status !== 201) {
      throw errorOf(answer);
    }
    parseAnswer(answer.text);
  }

  #ask(question: Question): Promise<RawAnswer> {
    const { signal, hold, form } = question;
    const { clock, answerMs, pollMs } = this.#settings;
    return new Promise((resolve, reject) => {
      const asked = this.#send(question);
      let cancel = (): void => {};
      const arm = (ms: number, then: () => void): void => {
        cancel();
        cancel = clock.after(ms, then);
      };
      const giveUp = (): void => {
        asked.destroy(new NoAnswer(`no answer within ${answerMs} ms`));
      };
      const abort = (): void => {
        asked.destroy(new Error('aborted'));
      };
      const end = (): void => {
        cancel();
        signal?.removeEventListener('abort', abort);
        hold?.enough.removeEventListener('abort', letGo);
      };
      let letGo = (): void => {};
      const fail = (error: unknown): void => {
        end();
        reject(error);
      };
      arm(answerMs, giveUp);
      asked.on('error', fail);
      asked.on('response', (response) => {
        const head = headOf(response);
        const status = response.statusCode ?? 0;
        let text = '';
        const done = (): void => {
          end();
          resolve({ head, status, text });
        };
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          arm(answerMs, giveUp);
        });
        response.on('end', done);
        response.on('error', fail);
        if (hold && status === 200) {
          letGo = (): void => {
            // An event that has begun to come is waited for.
            if (text !== '') {
              return;
            }
            done();
            asked.destroy();
          };
          arm(pollMs, letGo);
          hold.enough.addEventListener('abort', letGo);
          try {
            hold.onHead(head);
          } catch (error) {
            fail(error);
            asked.destroy();
          }
        } else {
          arm(answerMs, giveUp);
        }
      });
      if (signal?.aborted) {
        abort();
      }
      signal?.addEventListener('abort', abort);
      asked.end(form?.toString());
    });
  }

  #send({ method, key, query, form }: Question): ClientRequest {
    const { protocol, hostname, port, pathname } = this.#endpoint;
    const isTls = protocol === 'https:';
    return (isTls ? requestOverTls : request)({
      method,
      // An IPv6 address stands in brackets in a URL and without them everywhere else.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port || (isTls ? 443 : 80),
      path: `${pathname.replace(/\/$/, '')}/v2/keys${pathOf(key)}?${new URLSearchParams(query)}`,
      agent: this.#agent,
      headers: {
        ...(this.#authorization !== undefined && { authorization: this.#authorization }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
  }
}

/** Polls hold a few; the rest bounds what an edit of many keys opens. */
const KEEP_ALIVE = { keepAlive: true, maxSockets: 64 };

async function tlsAgent(files: NonNullable<Etcd2Settings['tls']>): Promise<TlsAgent> {
  const { ca, key, cert } = await readTlsFiles(files);
  const texts = { ...(ca && { ca }), ...(key && { key }), ...(cert && { cert }) };
  try {
    // Unusable files show here, and not as the failure of a connection.
    createSecureContext(texts);
  } catch (error) {
    throw misfit(files, error);
  }
  return new TlsAgent({ ...KEEP_ALIVE, ...texts });
}

async function basicAuth({
  username,
  password,
}: NonNullable<Etcd2Settings['auth']>): Promise<string> {
  const text = typeof password === 'string' ? password : await password();
  return `Basic ${Buffer.from(`${username}:${text}`).toString('base64')}`;
}

function pathOf(key: string): string {
  return key.replace(/\/$/, '').split('/').map(encodeURIComponent).join('/') || '/';
}

function queryOf(condition: Condition): Record<string, string> {
  return Object.fromEntries(Object.entries(condition).map(([name, value]) => [name, `${value}`]));
}

function headOf({ headers }: IncomingMessage): Head {
  const clusterId = headers['x-etcd-cluster-id'];
  return {
    index: Number(headers['x-etcd-index'] ?? 0),
    clusterId: typeof clusterId === 'string' ? clusterId : '',
  };
}

function errorOf({ status, text }: RawAnswer): Etcd2Error {
  return new Etcd2Error(status, parseError(text)?.errorCode, text);
}
