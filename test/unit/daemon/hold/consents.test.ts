import { describe, expect, test } from 'vitest';
import { undoingOf } from '../../../../src/daemon/hold/consents.js';
import { digestOf } from '../../../../src/decode/records/consents.js';
import type { Consent } from '../../../../src/model/consent.js';

/** A consent to a change of one key. */
function consent(id: string, key: string, before?: string, after?: string): Consent {
  const digest = after === undefined ? undefined : digestOf(after);
  return { id, at: '2026-11-25T00:00:00Z', changes: [{ key, before, after: digest }] };
}

/** How to undo `consents` where the datastore holds `values`, as entries. */
function undoing(
  consents: readonly Consent[],
  values: Readonly<Record<string, string>>,
  counted?: string,
) {
  const found = undoingOf(consents, (key) => values[key], counted);
  return found && { consent: found.consent, values: Object.fromEntries(found.values) };
}

const OFF = consent('c1', 'mesh', 'on', 'off');
const REMOVED = consent('c2', 'peer', 'p');

test('what an operator changed is put back', () => {
  expect(undoing([OFF], { mesh: 'off' })).toEqual({ consent: 'c1', values: { mesh: 'on' } });
  expect(undoing([REMOVED], {})).toEqual({ consent: 'c2', values: { peer: 'p' } });
});

test('what was not there before is taken away', () => {
  expect(undoing([consent('c3', 'mesh', undefined, 'off')], { mesh: 'off' })?.values).toEqual({
    mesh: undefined,
  });
});

test('all that did not count yet are put back together, for a host that was away', () => {
  expect(undoing([OFF, REMOVED], { mesh: 'off' })).toEqual({
    consent: 'c2',
    values: { mesh: 'on', peer: 'p' },
  });
});

test('of two to one key the older one is where it began', () => {
  const again = consent('c3', 'mesh', 'off', 'still off');

  expect(undoing([OFF, again], { mesh: 'still off' })).toEqual({
    consent: 'c3',
    values: { mesh: 'on' },
  });
});

describe('nothing is put back', () => {
  test('without a consent', () => {
    expect(undoing([], { mesh: 'off' })).toBeUndefined();
  });

  test('of one that counted already, or is older than that', () => {
    expect(undoing([OFF], { mesh: 'off' }, 'c1')).toBeUndefined();
    expect(undoing([OFF, REMOVED], { mesh: 'off' }, 'c2')).toBeUndefined();
    expect(undoing([OFF, REMOVED], { mesh: 'off' }, 'c1')?.values).toEqual({ peer: 'p' });
  });

  test('where somebody changed the key since', () => {
    expect(undoing([OFF], { mesh: 'otherwise' })).toBeUndefined();
    expect(undoing([OFF], {})).toBeUndefined();
    expect(undoing([REMOVED], { peer: 'p2' })).toBeUndefined();
  });

  test('of one that has come only in part: a store without transactions writes key after key', () => {
    const both = { ...OFF, changes: [...OFF.changes, ...REMOVED.changes] };

    expect(undoing([both], { mesh: 'off', peer: 'p' })).toBeUndefined();
    expect(undoing([both], { mesh: 'off' })).toBeDefined();
  });
});

test('one that fell out of the list has counted: those that are there are newer', () => {
  expect(undoing([OFF, REMOVED], { mesh: 'off' }, 'c0')?.values).toEqual({
    mesh: 'on',
    peer: 'p',
  });
});
