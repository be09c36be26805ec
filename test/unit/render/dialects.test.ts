import { describe, expect, test } from 'vitest';
import { dialectFor, parseBirdVersion } from '../../../src/render/dialects/index.js';

describe('the version in what BIRD says', () => {
  test.each([
    ['BIRD version 1.6.8', { major: 1, minor: 6, patch: 8, isCalicoFork: false }],
    ['BIRD version 2.0.12', { major: 2, minor: 0, patch: 12, isCalicoFork: false }],
    ['BIRD 2.0.12 ready.', { major: 2, minor: 0, patch: 12, isCalicoFork: false }],
    ['BIRD version 2.17.5', { major: 2, minor: 17, patch: 5, isCalicoFork: false }],
    ['BIRD version 3.1.7', { major: 3, minor: 1, patch: 7, isCalicoFork: false }],
    ['BIRD version 2.13', { major: 2, minor: 13, patch: 0, isCalicoFork: false }],
    ['BIRD version v0.3.3+birdv1.6.8', { major: 1, minor: 6, patch: 8, isCalicoFork: true }],
    [
      'BIRD version v0.3.3-211-g9111ec3c+birdv1.6.8',
      { major: 1, minor: 6, patch: 8, isCalicoFork: true },
    ],
  ])('%s', (text, version) => {
    expect(parseBirdVersion(text)).toEqual(version);
  });

  test('is missing where there is none', () => {
    expect(parseBirdVersion('no such thing')).toBeUndefined();
  });
});

describe('auto', () => {
  test.each([
    ['BIRD version 1.6.8', 'bird1', false],
    ['BIRD version 2.0.12', 'bird2', true],
    ['BIRD version 2.0.11', 'bird2', false],
    ['BIRD version 2.20.0', 'bird2', true],
    ['BIRD version 3.1.7', 'bird3', false],
    ['BIRD version 3.2.0', 'bird3', true],
    ['BIRD version v0.3.3+birdv1.6.8', 'calico', false],
  ])('%s speaks %s (tunnels on import: %s)', (text, name, tunnelsOnImport) => {
    const dialect = dialectFor('auto', parseBirdVersion(text));

    expect(dialect).toMatchObject({ ok: true, value: { name, tunnelsOnImport } });
  });

  test.each([
    [undefined, /set --dialect/],
    [parseBirdVersion('BIRD version 4.0'), /none of the lines/],
  ])('asks for --dialect where it cannot know', (version, reason) => {
    const dialect = dialectFor('auto', version);

    expect(dialect.ok ? '' : dialect.reason).toMatch(reason);
  });
});
