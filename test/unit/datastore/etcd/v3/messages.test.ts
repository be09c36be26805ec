import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeAuthenticateResponse,
  decodeRangeResponse,
  encodeAuthenticateRequest,
  encodeRangeRequest,
} from '../../../../../src/datastore/etcd/v3/messages.js';

test('a range request is written as etcd reads it', () => {
  const request = {
    key: Buffer.from('/a/'),
    rangeEnd: Buffer.from('/a0'),
    limit: 5_000,
    revision: 2 ** 40 + 1,
    isSerializable: true,
    countOnly: true,
  };

  // Field numbers 1, 2, 3, 4, 7 and 9 of etcdserverpb.RangeRequest.
  expect(encodeRangeRequest(request).toString('hex')).toBe(
    ['0a032f612f', '12032f6130', '188827', '20818080808020', '3801', '4801'].join(''),
  );
});

test('what is not asked for is not written', () => {
  expect(encodeRangeRequest({ key: Buffer.from('k') }).toString('hex')).toBe('0a016b');
});

test('an answer of etcd is read', () => {
  const header = message('08d3a5b2c1e0f0a9c9e801' + '109601' + '1805' + '2002');
  const entry = message('0a022f61' + '1004' + '1805' + '2002' + '2a0178' + '3000');
  const bytes = Buffer.from(`0a${header}12${entry}18012003`, 'hex');

  const answer = decodeRangeResponse(bytes);

  expect(answer).toMatchObject({
    header: { revision: 5, raftTerm: 2 },
    entries: [{ key: '/a', value: 'x' }],
    more: true,
    count: 3,
  });
  expect(answer.lastKey.toString()).toBe('/a');
  expect(BigInt(answer.header.clusterId)).toBeGreaterThan(2n ** 63n);
});

test('fields that a newer etcd adds are passed over', () => {
  const varint = `${tag(100, 0)}9601`;
  const fixed64 = `${tag(101, 1)}0102030405060708`;
  const bytes = `${tag(102, 2)}03616263`;
  const fixed32 = `${tag(103, 5)}01020304`;
  const answer = Buffer.from(`${varint}${fixed64}${bytes}${fixed32}2007`, 'hex');

  expect(decodeRangeResponse(answer).count).toBe(7);
});

test('an empty answer is read', () => {
  expect(decodeRangeResponse(Buffer.alloc(0))).toMatchObject({
    entries: [],
    more: false,
    count: 0,
  });
});

test('an answer that ends too early, or is no protobuf, is refused and never hangs', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeRangeResponse(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
  expect(() => decodeRangeResponse(Buffer.from('1205', 'hex'))).toThrow('out of range');
  // A key that would end behind its entry.
  expect(() => decodeRangeResponse(Buffer.from('12030a056162636465', 'hex'))).toThrow(
    'ends in the middle',
  );
  expect(() => decodeRangeResponse(Buffer.from('7f', 'hex'))).toThrow('wire type 7');
});

test.each([
  ['8180808080808008', 2 ** 52 + 1],
  ['ffffffffffffff0f', 2 ** 53 - 1],
])('a count of %s is exact', (varint, count) => {
  expect(decodeRangeResponse(Buffer.from(`20${varint}`, 'hex')).count).toBe(count);
});

test('a number beyond what is exact is refused, and not rounded', () => {
  const beyond = Buffer.from('208080808080808010', 'hex');

  expect(() => decodeRangeResponse(beyond)).toThrow('beyond 2^53');
});

test('a login is written and its token read', () => {
  const request = encodeAuthenticateRequest({ username: 'u', password: 'p' });
  const header = '0a00';
  const token = decodeAuthenticateResponse(Buffer.from(`${header}1206612e31323334`, 'hex'));

  expect(request.toString('hex')).toBe('0a0175120170');
  expect(token).toBe('a.1234');
});

/** A message inside another: its length, and itself. */
function message(hex: string): string {
  return (hex.length / 2).toString(16).padStart(2, '0') + hex;
}

function tag(fieldNumber: number, wireType: number): string {
  const value = (fieldNumber << 3) | wireType;
  return Buffer.from([(value & 0x7f) | 0x80, value >> 7]).toString('hex');
}
