import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DatastoreError } from '../../../../src/datastore/datastore.js';
import { atFirstThatWorks } from '../../../../src/datastore/etcd/first-endpoint.js';
import {
  identityDigest,
  isOtherIdentityWithin,
  passwordOf,
} from '../../../../src/datastore/etcd/identity.js';
import { misfit, readTlsFiles } from '../../../../src/datastore/etcd/tls-files.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { waitFor } from '../../../support/wait-for.js';

describe('TLS files', () => {
  test('are read as they are, and null where there is none', async () => {
    const caFile = join(await folderForTest(), 'ca.pem');
    await writeFile(caFile, 'CA');

    expect(await readTlsFiles({ caFile })).toEqual({
      ca: Buffer.from('CA'),
      key: null,
      cert: null,
    });
    expect(await readTlsFiles({})).toEqual({ ca: null, key: null, cert: null });
  });

  test.each([
    ['caFile', 'CA'],
    ['keyFile', 'key'],
    ['certFile', 'certificate'],
  ])('a %s that is not there is told as the %s file', async (name, role) => {
    const error = await readTlsFiles({ [name]: '/no/such.pem' }).catch((e: unknown) => e);

    expect(error).toBeInstanceOf(DatastoreError);
    expect(error).toMatchObject({
      message: `can't read the TLS ${role} file: ENOENT: no such file or directory, open '/no/such.pem'`,
      advice: 'correct --etcd-ca, --etcd-cert and --etcd-key, or the files that they name',
      isRetryable: false,
    });
  });

  test('that do not fit each other are told with their names', () => {
    const error = misfit({ certFile: '/c.pem', keyFile: '/k.pem' }, new Error('key mismatch'));

    expect(error.message).toBe("the TLS files /c.pem, /k.pem don't fit: key mismatch");
    expect(error.isRetryable).toBe(false);
  });
});

describe('who we are', () => {
  const user = (password: string | (() => string)) => ({ auth: { username: 'root', password } });

  test('a password may be text, or be asked for each time', async () => {
    expect(await passwordOf({ username: 'root', password: 'a' })).toBe('a');
    expect(await passwordOf({ username: 'root', password: async () => 'b' })).toBe('b');
  });

  test('is the same while files and password are, and another one when any changes', async () => {
    const dir = await folderForTest();
    const tls = { caFile: join(dir, 'ca'), certFile: join(dir, 'cert'), keyFile: join(dir, 'key') };
    for (const path of Object.values(tls)) {
      await writeFile(path, 'first');
    }
    const digest = (password: string): Promise<string> =>
      identityDigest({ tls, ...user(() => password) });
    const seen = [await digest('a')];
    expect(await digest('a')).toBe(seen[0]);

    seen.push(await digest('b'));
    for (const path of Object.values(tls)) {
      await writeFile(path, 'second');
      seen.push(await digest('b'));
    }

    expect(new Set(seen).size).toBe(5);
  });

  test('does not show the password in its digest', async () => {
    expect(await identityDigest(user('geheim'))).toMatch(/^[0-9a-f]{64}$/);
    expect(await identityDigest({})).toMatch(/^[0-9a-f]{64}$/);
  });

  test('with a file that can not be read is another one when that can be read, or why changes', async () => {
    const caFile = join(await folderForTest(), 'ca.pem');
    const missing = await identityDigest({ tls: { caFile } });
    await mkdir(caFile);
    const folder = await identityDigest({ tls: { caFile } });

    expect(await identityDigest({ tls: { caFile } })).toBe(folder);
    expect(folder).not.toBe(missing);
    expect(
      await identityDigest({
        auth: { username: 'root', password: () => Promise.reject(new Error('no file')) },
      }),
    ).not.toBe(await identityDigest(user('')));
  });
});

describe('waiting for another identity', () => {
  async function waiting(passwordAt: (look: number) => string, waitMs = 1_000) {
    const [clock, end] = [new ManualClock(), new AbortController()];
    let looks = 0;
    const identity = {
      auth: {
        username: 'root',
        password: () => {
          looks += 1;
          return passwordAt(looks);
        },
      },
    };
    const before = await identityDigest({ auth: { username: 'root', password: 'old' } });
    const options = { clock, waitMs, everyMs: 300, signal: end.signal };
    const result = isOtherIdentityWithin(identity, before, options);
    return { clock, end, result, looks: () => looks };
  }

  test('ends at once when there is one', async () => {
    const { clock, result, looks } = await waiting((look) => (look < 2 ? 'old' : 'new'));
    expect(looks()).toBe(0);
    clock.advance(300);
    await waitFor(() => looks() === 1 && clock.untilNextMs === 300, { what: 'the next look' });
    clock.advance(300);

    expect(await result).toBe(true);
    expect(looks()).toBe(2);
  });

  test('ends after the time that it may take, with a last look', async () => {
    const { clock, result, looks } = await waiting(() => 'old', 400);
    clock.advance(300);
    await waitFor(() => clock.untilNextMs === 100, { what: 'the last look' });
    clock.advance(100);

    expect(await result).toBe(false);
    expect(looks()).toBe(2);
  });

  test('ends when it is told to', async () => {
    const { end, result } = await waiting(() => 'old');
    end.abort();

    expect(await result).toBe(false);
  });
});

describe('of several endpoints', () => {
  const endpoints = ['a', 'b', 'c'];
  const explain = (error: unknown, endpoint: string) => ({
    kind: 'x',
    reason: `${endpoint}: ${error instanceof Error ? error.message : error}`,
    advice: `mend ${endpoint}`,
    isRetryable: endpoint === 'b',
    waitsLong: false,
  });

  test('the first that works is used, and no other', async () => {
    const tried: string[] = [];

    const result = await atFirstThatWorks({ endpoints, explain }, async (endpoint) => {
      tried.push(endpoint);
      if (endpoint === 'a') {
        throw new Error('down');
      }
      return `from ${endpoint}`;
    });

    expect(result).toBe('from b');
    expect(tried).toEqual(['a', 'b']);
  });

  test('none that works is told with the reasons of all and the advice of the last', async () => {
    const failed = atFirstThatWorks({ endpoints, explain, preface: 'not done: ' }, async () => {
      throw new Error('down');
    });

    await expect(failed).rejects.toMatchObject({
      name: 'DatastoreError',
      message: 'not done: a: down; b: down; c: down',
      advice: 'mend c',
      isRetryable: true,
    });
  });
});
