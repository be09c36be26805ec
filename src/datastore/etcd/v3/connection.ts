/**
 * One connection to one endpoint of etcd, used until its first failure and then thrown away.
 *
 * It never heals itself: etcd3's own reconnect loses events (it resumes a watch from the header's revision, which in
 * catch-up is ahead of what was delivered), and grpc-js waits for ever for a peer that accepts and stays silent. A
 * new connection shares nothing with the old one, by a subchannel pool of its own. All calls and the watch go over
 * one HTTP/2 connection, so that a sign of life on one tells of the other.
 */
import {
  Channel,
  Client,
  connectivityState,
  credentials,
  InterceptingCall,
  type Interceptor,
  type Metadata,
  status,
} from '@grpc/grpc-js';
import { noop } from 'cockatiel';
import type { Etcd3 } from 'etcd3';
import { authorityOf } from '../../../values/endpoint.js';
import { endpointOf } from '../endpoint.js';
import { isTokenRefused } from '../failure.js';
import { passwordOf } from '../identity.js';
import { channelOptions } from './channel-options.js';
import type { KeyRange } from './key-range.js';
import type { RangeRequest, RangeResponse, ResponseHeader } from './messages.js';
import type { Etcd3Settings } from './options.js';
import { AUTHENTICATE, type Procedure, RANGE, TRANSACT } from './procedures.js';
import { readCredentials } from './tls-credentials.js';
import type { Transaction } from './transaction.js';

/** The answer of an etcd that has no users; a configured user then does no harm, as with etcd's own client. */
const AUTHENTICATION_IS_OFF = 'etcdserver: authentication is not enabled';

/** A connection, and what etcd said when it was made. */
export interface Connected {
  readonly connection: EtcdConnection;
  readonly greeting: ResponseHeader;
}

/**
 * Connects to `endpoint`, with the TLS files and the password as they are now, logs in, and asks for a sign of life.
 *
 * @param ranges - of which the user may read the first; other keys may be forbidden
 * @param signal - closes the connection when it aborts, now or later
 * @throws {DatastoreError} when the endpoint is no URL, or a TLS file or the password is unusable
 * @throws {ServiceError} when etcd can't be reached within `connectMs`, or it refuses the user
 */
export async function connect(
  endpoint: string,
  ranges: readonly KeyRange[],
  settings: Etcd3Settings,
  signal?: AbortSignal,
): Promise<Connected> {
  const parsed = endpointOf(endpoint);
  const channelCredentials = await readCredentials(parsed, settings.tls);
  signal?.throwIfAborted();
  const channel = new Channel(authorityOf(parsed), channelCredentials, channelOptions(settings));
  const connection = new EtcdConnection(channel, settings);
  signal?.addEventListener('abort', () => connection.close());
  try {
    await connection.authenticate();
    const key = ranges[0]?.key ?? Buffer.alloc(0);
    const { header } = await connection.range({ key, countOnly: true }, settings.connectMs);
    return { connection, greeting: header };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** See the head of this file. */
export class EtcdConnection {
  readonly #channel: Channel;
  readonly #client: Client;
  readonly #settings: Etcd3Settings;
  readonly #openCalls = new Set<InterceptingCall>();
  #token: string | undefined;
  #login: Promise<void> | undefined;

  constructor(channel: Channel, settings: Etcd3Settings) {
    this.#channel = channel;
    this.#settings = settings;
    this.#client = new Client('shared-channel', credentials.createInsecure(), this.#grpcOptions());
  }

  /** One question to etcd, with an answer that all its members agree on unless told. @throws {ServiceError} */
  range(request: RangeRequest, deadlineMs: number = this.#settings.callMs): Promise<RangeResponse> {
    return this.#callLoggedIn(RANGE, request, deadlineMs);
  }

  /** Makes a transaction; gives whether all its comparisons held. @throws {ServiceError} */
  transact(transaction: Transaction): Promise<boolean> {
    return this.#callLoggedIn(TRANSACT, transaction, this.#settings.callMs);
  }

  /** Logs in. Several at the same time are one. Nothing without a user. */
  authenticate(): Promise<void> {
    this.#login ??= this.#authenticate().finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  /** An etcd3 client over this connection, for watches. Loaded late: a single read needs none. */
  async etcd3Client(): Promise<Etcd3> {
    const { default: etcd3 } = await import('etcd3');
    return new etcd3.Etcd3({
      hosts: 'shared-channel',
      grpcOptions: this.#grpcOptions(),
      faultHandling: { global: noop, host: () => noop },
    });
  }

  /** Ends all calls and the connection. May be called twice. */
  close(): void {
    // An open call would keep the connection, and the process, alive after the channel's close.
    for (const call of this.#openCalls) {
      call.cancelWithStatus(status.CANCELLED, 'closed by us');
    }
    this.#openCalls.clear();
    this.#channel.close();
  }

  async #authenticate(): Promise<void> {
    const { auth, connectMs, logger } = this.#settings;
    if (auth === undefined) {
      return;
    }
    const { username } = auth;
    const password = await passwordOf(auth);
    this.#token = undefined;
    try {
      this.#token = await this.#call(AUTHENTICATE, { username, password }, connectMs);
    } catch (error) {
      if (!String(error).includes(AUTHENTICATION_IS_OFF)) {
        throw this.#isConnected() && isDeadline(error) ? new LoginUnanswered(error) : error;
      }
      logger.debug({ username }, 'etcd has no authentication, the configured user is not needed');
    }
  }

  /** An open watch survives the end of its token; each question beside it needs one that is valid. */
  async #callLoggedIn<Request, Response>(
    procedure: Procedure<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response> {
    try {
      return await this.#call(procedure, request, deadlineMs);
    } catch (error) {
      if (this.#settings.auth === undefined || !isTokenRefused(error)) {
        throw error;
      }
      await this.authenticate();
      return this.#call(procedure, request, deadlineMs);
    }
  }

  #call<Request, Response>(
    { path, encode, decode }: Procedure<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const deadline = this.#settings.clock.now() + deadlineMs;
      this.#client.makeUnaryRequest(
        path,
        encode,
        decode,
        request,
        { deadline },
        (error, response) => {
          if (error) {
            reject(error);
          } else if (response === undefined) {
            reject(new Error(`etcd gave no answer to ${path}`));
          } else {
            resolve(response);
          }
        },
      );
    });
  }

  #isConnected(): boolean {
    return this.#channel.getConnectivityState(false) === connectivityState.READY;
  }

  #grpcOptions(): object {
    return { channelOverride: this.#channel, interceptors: [this.#interceptor] };
  }

  /**
   * `hasleader` makes a member that lost its quorum end the watch; without it the watch stays open and silent.
   * The token is set here and not by etcd3, which makes a connection of its own to log in, never closes it, and
   * repeats a call for ever whose new token is refused as well.
   */
  readonly #interceptor: Interceptor = (options, nextCall) => {
    const call = new InterceptingCall(nextCall(options), {
      start: (metadata: Metadata, _listener, next) => {
        metadata.set('hasleader', 'true');
        if (this.#token !== undefined) {
          metadata.set('token', this.#token);
        }
        next(metadata, {
          onReceiveStatus: (outcome, nextStatus) => {
            this.#openCalls.delete(call);
            nextStatus(outcome);
          },
        });
      },
    });
    this.#openCalls.add(call);
    return call;
  };
}

/** etcd is there, and had no answer to our login within the time: it is known as such to failure.ts. */
class LoginUnanswered extends Error {
  constructor(cause: unknown) {
    super('the login was not answered in time', { cause });
  }
}

function isDeadline(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === status.DEADLINE_EXCEEDED;
}
