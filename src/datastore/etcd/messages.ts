/** etcd's messages for reading and logging in (etcd's `rpc.proto` and `kv.proto`; the field numbers are theirs). */
import type { Entry } from '../datastore.js';
import { bytesTag, varintTag, WireReader, writeBytes, writeVarint } from './wire.js';

/** What etcd says of itself with each answer. */
export interface ResponseHeader {
  /** As decimal text. Two clusters with the same members and token have the same ID, also after a wipe. */
  readonly clusterId: string;
  /** The store's revision when the answer was made. */
  readonly revision: number;
  /** Only grows in the life of a cluster. */
  readonly raftTerm: number;
}

/** A question about all keys from `key` up to but not including `rangeEnd` (or about `key` alone). */
export interface RangeRequest {
  readonly key: Buffer;
  readonly rangeEnd?: Buffer;
  /** At most so many entries; all unless told. */
  readonly limit?: number;
  /** As of this revision; now unless told. */
  readonly revision?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  /** Only entries that were modified at this revision or later; `count` is still that of all. */
  readonly minModRevision?: number;
}

/** The answer, in the order of the keys. */
export interface RangeResponse {
  readonly header: ResponseHeader;
  readonly entries: readonly Entry[];
  /** The last entry's key as it is, since a key need not be UTF-8; empty without entries. */
  readonly lastKey: Buffer;
  /** There are entries beyond the limit. */
  readonly more: boolean;
  /** How many keys the range has, whatever the limit. */
  readonly count: number;
}

/** `etcdserverpb.RangeRequest` in wire format. */
export function encodeRangeRequest(request: RangeRequest): Buffer {
  return Buffer.concat([
    writeBytes(1, request.key),
    writeBytes(2, request.rangeEnd ?? Buffer.alloc(0)),
    writeVarint(3, request.limit ?? 0),
    writeVarint(4, request.revision ?? 0),
    writeVarint(8, request.keysOnly ? 1 : 0),
    writeVarint(9, request.countOnly ? 1 : 0),
    writeVarint(10, request.minModRevision ?? 0),
  ]);
}

/** `etcdserverpb.RangeResponse` from wire format. */
export function decodeRangeResponse(bytes: Buffer): RangeResponse {
  const reader = new WireReader(bytes);
  const entries: Entry[] = [];
  let lastKey: Buffer = Buffer.alloc(0);
  let header: ResponseHeader = { clusterId: '0', revision: 0, raftTerm: 0 };
  let more = false;
  let count = 0;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === bytesTag(1)) {
      header = readHeader(reader.message());
    } else if (tag === bytesTag(2)) {
      lastKey = readEntry(reader.message(), entries);
    } else if (tag === varintTag(3)) {
      more = reader.number() !== 0;
    } else if (tag === varintTag(4)) {
      count = reader.number();
    } else {
      reader.skip(tag);
    }
  }
  return { header, entries, lastKey, more, count };
}

/** `etcdserverpb.AuthenticateRequest` in wire format. */
export function encodeAuthenticateRequest(request: {
  readonly username: string;
  readonly password: string;
}): Buffer {
  return Buffer.concat([
    writeBytes(1, Buffer.from(request.username)),
    writeBytes(2, Buffer.from(request.password)),
  ]);
}

/** The token of an `etcdserverpb.AuthenticateResponse`. */
export function decodeAuthenticateResponse(bytes: Buffer): string {
  const reader = new WireReader(bytes);
  let token = '';
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === bytesTag(2)) {
      token = reader.bytes().toString('utf8');
    } else {
      reader.skip(tag);
    }
  }
  return token;
}

function readHeader(reader: WireReader): ResponseHeader {
  let clusterId = '0';
  let revision = 0;
  let raftTerm = 0;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === varintTag(1)) {
      clusterId = reader.decimal();
    } else if (tag === varintTag(3)) {
      revision = reader.number();
    } else if (tag === varintTag(4)) {
      raftTerm = reader.number();
    } else {
      reader.skip(tag);
    }
  }
  return { clusterId, revision, raftTerm };
}

/** Appends one `mvccpb.KeyValue` to `entries`; gives its key as bytes. */
function readEntry(reader: WireReader, entries: Entry[]): Buffer {
  let key: Buffer = Buffer.alloc(0);
  let value = '';
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === bytesTag(1)) {
      key = reader.bytes();
    } else if (tag === bytesTag(5)) {
      value = reader.bytes().toString('utf8');
    } else {
      reader.skip(tag);
    }
  }
  entries.push({ key: key.toString('utf8'), value });
  return key;
}
