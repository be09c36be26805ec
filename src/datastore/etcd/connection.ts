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
  credentials,
  InterceptingCall,
  type Interceptor,
  type Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { noop } from 'cockatiel';
import type { Etcd3 } from 'etcd3';
import type { KeyRange } from './key-range.js';
import {
  decodeAuthenticateResponse,
  decodeRangeResponse,
  encodeAuthenticateRequest,
  encodeRangeRequest,
  type RangeRequest,
  type RangeResponse,
  type ResponseHeader,
} from './messages.js';
import type { EtcdSettings } from './options.js';
import { readCredentials } from './tls-credentials.js';

/** How one remote procedure is called. */
interface Procedure<Request, Response> {
  readonly path: string;
  readonly encode: (request: Request) => Buffer;
  readonly decode: (bytes: Buffer) => Response;
}

const RANGE: Procedure<RangeRequest, RangeResponse> = {
  path: '/etcdserverpb.KV/Range',
  encode: encodeRangeRequest,
  decode: decodeRangeResponse,
};
const AUTHENTICATE = {
  path: '/etcdserverpb.Auth/Authenticate',
  encode: encodeAuthenticateRequest,
  decode: decodeAuthenticateResponse,
};

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
 * @throws {DatastoreError} when a TLS file or the password is unusable
 * @throws {ServiceError} when etcd can't be reached within `connectMs`, or it refuses the user
 */
export async function connect(
  endpoint: string,
  ranges: readonly KeyRange[],
  settings: EtcdSettings,
  signal?: AbortSignal,
): Promise<Connected> {
  const url = new URL(endpoint);
  const channelCredentials = await readCredentials(url, settings.tls);
  signal?.throwIfAborted();
  const channel = new Channel(addressOf(url), channelCredentials, channelOptions(settings));
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
  readonly #settings: EtcdSettings;
  readonly #openCalls = new Set<InterceptingCall>();
  #token: string | undefined;

  constructor(channel: Channel, settings: EtcdSettings) {
    this.#channel = channel;
    this.#settings = settings;
    this.#client = new Client('shared-channel', credentials.createInsecure(), this.#grpcOptions());
  }

  /** One question to etcd, with an answer that all its members agree on. @throws {ServiceError} */
  range(request: RangeRequest, deadlineMs: number = this.#settings.callMs): Promise<RangeResponse> {
    return this.#call(RANGE, request, deadlineMs);
  }

  /** Logs in (again): needed at first, and when the token has expired. Nothing without a user. */
  async authenticate(): Promise<void> {
    const { auth, connectMs, logger } = this.#settings;
    if (auth === undefined) {
      return;
    }
    const { username, password } = auth;
    const secret = typeof password === 'string' ? password : await password();
    this.#token = undefined;
    try {
      this.#token = await this.#call(AUTHENTICATE, { username, password: secret }, connectMs);
    } catch (error) {
      if (!String(error).includes(AUTHENTICATION_IS_OFF)) {
        throw error;
      }
      logger.debug({ username }, 'etcd has no authentication, the configured user is not needed');
    }
  }

  /** An etcd3 client over this connection, for watches and transactions. Loaded late: a single read needs none. */
  async etcd3Client(): Promise<Etcd3> {
    const { Etcd3 } = await import('etcd3');
    return new Etcd3({
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

  #call<Request, Response>(
    { path, encode, decode }: Procedure<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const deadline = this.#settings.clock.now() + deadlineMs;
      const answer = (error: ServiceError | null, response?: Response): void => {
        if (error) {
          reject(error);
        } else if (response === undefined) {
          reject(new Error(`etcd gave no answer to ${path}`));
        } else {
          resolve(response);
        }
      };
      this.#client.makeUnaryRequest(path, encode, decode, request, { deadline }, answer);
    });
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

function addressOf(url: URL): string {
  return `${url.hostname}:${url.port || '2379'}`;
}

function channelOptions(settings: EtcdSettings): object {
  return {
    'grpc.keepalive_time_ms': settings.keepaliveMs,
    'grpc.keepalive_timeout_ms': settings.keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
    // A batch of history can be larger than the default of 4 MB, and would end the watch each time.
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    // grpc-js obeys http_proxy, which is meant for other traffic.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_retries': 0,
  };
}
