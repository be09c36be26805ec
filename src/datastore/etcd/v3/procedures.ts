import {
  decodeAuthenticateResponse,
  decodeRangeResponse,
  encodeAuthenticateRequest,
  encodeRangeRequest,
} from './messages.js';
import { decodeHasSucceeded, encodeTransaction } from './transaction.js';

/** How one remote procedure of etcd is called. */
export interface Procedure<Request, Response> {
  readonly path: string;
  readonly encode: (request: Request) => Buffer;
  readonly decode: (bytes: Buffer) => Response;
}

/** Reads keys. */
export const RANGE = {
  path: '/etcdserverpb.KV/Range',
  encode: encodeRangeRequest,
  decode: decodeRangeResponse,
};

/** Compares and writes keys. */
export const TRANSACT = {
  path: '/etcdserverpb.KV/Txn',
  encode: encodeTransaction,
  decode: decodeHasSucceeded,
};

/** Gives a token for a user and a password. */
export const AUTHENTICATE = {
  path: '/etcdserverpb.Auth/Authenticate',
  encode: encodeAuthenticateRequest,
  decode: decodeAuthenticateResponse,
};
