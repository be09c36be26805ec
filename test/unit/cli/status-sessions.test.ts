import { describe, expect, test } from 'vitest';
import { judgeSessions } from '../../../src/cli/status-sessions.js';
import { sessionWith } from './status-fixture.js';

describe('the verdict on sessions', () => {
  const up = sessionWith('Mesh_a');
  const down = sessionWith('Mesh_b', { isEstablished: false });
  const planned = (...names: readonly string[]) =>
    names.map((name) => ({ name, remoteAddress: '192.0.2.2' }));

  test.each([
    ['all are up and planned', [up], planned('Mesh_a'), true],
    ['all are up, nobody tells what is planned', [up], undefined, true],
    ['one is down', [up, down], planned('Mesh_a', 'Mesh_b'), false],
    ['one more is up than is planned', [up, sessionWith('uplink')], planned('Mesh_a'), true],
  ])('while %s needs no word', (_, sessions, plan, isAllEstablished) => {
    expect(judgeSessions(sessions, plan)).toEqual({ isAllEstablished, missing: [], lines: [] });
  });

  test.each([
    [planned('Mesh_a', 'Mesh_c'), '1 planned session is'],
    [planned('Mesh_c', 'Mesh_d'), '2 planned sessions are'],
  ])('names planned ones that BIRD does not have: %j', (plan, words) => {
    const { isAllEstablished, missing, lines } = judgeSessions([up], plan);

    expect(isAllEstablished).toBe(false);
    expect(missing).toEqual(plan.filter(({ name }) => name !== 'Mesh_a'));
    expect(lines).toEqual([
      `${words} not in BIRD: it does not run the newest configuration; the log of birdkeeper says why`,
    ]);
  });

  test('on none is good only when none is planned', () => {
    expect(judgeSessions([], [])).toMatchObject({
      isAllEstablished: true,
      lines: [expect.stringMatching(/^no BGP session is planned for this host: the mesh is off/)],
    });
    expect(judgeSessions([], undefined)).toMatchObject({
      isAllEstablished: false,
      lines: ['BIRD has no BGP session, and no birdkeeper tells whether any is planned'],
    });
  });
});
