import { describe, expect, test } from 'vitest';
import { ApplyError } from '../../../src/apply/apply-error.js';
import type { ApplyOutcome, Refusal } from '../../../src/apply/apply-outcome.js';
import type { PassFacts } from '../../../src/daemon/causes.js';
import type { HeldState } from '../../../src/daemon/hold/hold-files.js';
import {
  describePass,
  type PassDescription,
  refusalText,
  traced,
} from '../../../src/daemon/pass-report.js';
import type { PlannedFiles } from '../../../src/daemon/plan-files.js';
import { NO_EXTRAS, type Plan } from '../../../src/plan/plan.js';
import { fileSetOf } from '../../../src/render/file-set.js';
import { TemplateError } from '../../../src/render/template-error.js';
import { parseRouterId, type RouterId } from '../../../src/values/router-id.js';

const FACTS: PassFacts = {
  causes: ['/calico/bgp/v1/host/node-b/ip_addr_v4'],
  causeCount: 12,
  at: 1_000_000,
  revision: '42',
  earlier: { causes: [], causeCount: 0 },
};

/** What every log line of these passes has. */
const COMMON_FIELDS = {
  revision: '42',
  changes: ['block 192.0.2.0/26 added'],
  causes: FACTS.causes,
  causeCount: 12,
  durationMs: 31.3,
};

/** A pass with `outcome`, as if only the files on disk had been loaded. */
function describeOutcome(outcome: ApplyOutcome): PassDescription {
  const changes = ['block 192.0.2.0/26 added'];
  return describePass({ kind: 'applied', outcome, changes, durationMs: 31.26 }, FACTS);
}

test('a configuration that BIRD runs now is told at info, with its generation and what changed', () => {
  const description = describeOutcome({
    kind: 'applied',
    sequence: 7,
    wrote: true,
    isInProgress: false,
    timings: { check: 14.04, configure: 11 },
  });

  expect(description).toEqual({
    status: {
      outcome: 'applied',
      at: 1_000_000,
      durationMs: 31.26,
      stagesMs: { check: 14.04, configure: 11 },
      causes: FACTS.causes,
      changes: ['block 192.0.2.0/26 added'],
    },
    verdict: 'done',
    reload: 'loaded',
    level: 'info',
    message: 'BIRD runs the new configuration',
    fields: {
      ...COMMON_FIELDS,
      outcome: 'applied',
      sequence: 7,
      wrote: true,
      isInProgress: false,
      stagesMs: { check: 14, configure: 11 },
    },
    isWorthALine: true,
  });
});

test('a pass that changed nothing is done, costs no line, and BIRD still runs the files', () => {
  const description = describeOutcome({ kind: 'unchanged', sequence: 7 });

  expect(description).toMatchObject({
    status: { outcome: 'unchanged', stagesMs: {} },
    verdict: 'done',
    isWorthALine: false,
  });
  expect(description.reload).toBeUndefined();
});

test('a pass before there is anything says nothing, and BIRD is not known to run anything', () => {
  const description = describePass({ kind: 'nothing', durationMs: 0 }, FACTS);

  expect(description).toMatchObject({
    status: { outcome: 'unchanged' },
    verdict: 'done',
    isWorthALine: false,
  });
});

/** Of a host that does nothing. */
const PLAN: Plan = {
  role: 'node',
  routerId: anyRouterId(),
  logLevel: 'info',
  generation: 'v1',
  ipv4: {
    family: 'ipv4',
    sessions: [],
    blocks: [],
    pools: [],
    customFilters: [],
    extras: NO_EXTRAS,
  },
  ipv6: {
    family: 'ipv6',
    sessions: [],
    blocks: [],
    pools: [],
    customFilters: [],
    extras: NO_EXTRAS,
  },
};

function anyRouterId(): RouterId {
  const parsed = parseRouterId('192.0.2.1');
  return parsed.ok ? parsed.value : expect.fail(parsed.reason);
}

describe('a configuration that BIRD refuses', () => {
  const refusal: Refusal = {
    daemon: 'bird',
    file: 'bird.cfg',
    line: 4,
    column: 3,
    message: 'syntax error',
    text: 'neighbor 192.0.2.2 as ;',
  };
  const fileSet = fileSetOf(
    [
      {
        name: 'bird.cfg',
        text: '# from /calico/a\nprotocol bgp a {\n# from /calico/b\nneighbor 192.0.2.2 as ;\n}\n',
      },
    ],
    [],
  );

  function refusedAt(step: 'check' | 'configure'): PassDescription {
    const outcome = {
      kind: 'refused',
      step,
      refusals: [refusal],
      isRepeated: false,
      timings: { check: 14 },
    } as const;
    const input = { calico: 'v1', unknownFields: {} } as const;
    const planned = { plan: PLAN, fileSet, problems: [], input, planMs: 1, renderMs: 2 };
    return describePass({ kind: 'applied', outcome, planned, changes: [], durationMs: 20 }, FACTS);
  }

  test('is an error that names file, line and key, and is tried again', () => {
    expect(refusedAt('check')).toMatchObject({
      status: {
        outcome: 'refused',
        stagesMs: { plan: 1, render: 2, check: 14 },
        reason: 'BIRD refuses the configuration: bird.cfg:4:3 syntax error (from /calico/b)',
      },
      verdict: 'retry',
      level: 'error',
      message: 'BIRD refuses the configuration; the last good one stands',
      fields: {
        outcome: 'refused',
        refusals: [{ ...refusal, key: '/calico/b' }],
        advice: 'mend or remove the named key, or the template',
      },
      isWorthALine: true,
    });
  });

  test('is no reload when the check refuses it, and a refused one when the running BIRD does', () => {
    expect(refusedAt('check').reload).toBeUndefined();
    expect(refusedAt('configure').reload).toBe('refused');
  });

  test('has no key when the line is above all keys, or in a file that is none of ours', () => {
    expect(traced({ ...refusal, line: 1 }, { files: [{ name: 'bird.cfg', text: 'x\n' }] })).toEqual(
      {
        ...refusal,
        line: 1,
      },
    );
    expect(traced({ ...refusal, file: '/etc/bird/local.conf' }, fileSet)).not.toHaveProperty('key');
    expect(traced(refusal, undefined)).toEqual(refusal);
  });

  test('is one line of text, with and without column and key', () => {
    const { column: _, ...withoutColumn } = refusal;

    expect(refusalText({ ...refusal, key: '/calico/b' })).toBe(
      'bird.cfg:4:3 syntax error (from /calico/b)',
    );
    expect(refusalText(withoutColumn)).toBe('bird.cfg:4 syntax error');
  });
});

test.each([
  ['stage', undefined],
  ['check', undefined],
  ['install', undefined],
  ['configure', 'failed'],
] as const)(
  'a failure to %s is a warning with reason and advice, and is tried again',
  (step, reload) => {
    const description = describeOutcome({
      kind: 'failed',
      step,
      reason: 'cannot write generation 7: no space left on device',
      advice: 'free space on that file system',
      wrote: false,
      timings: { stage: 1 },
    });

    expect(description).toMatchObject({
      status: { outcome: 'failed', reason: 'cannot write generation 7: no space left on device' },
      verdict: 'retry',
      level: 'warn',
      message: 'the configuration could not be applied; it is tried again',
      fields: {
        step,
        wrote: false,
        reason: 'cannot write generation 7: no space left on device',
        advice: 'free space on that file system',
      },
      isWorthALine: true,
    });
    expect(description.reload).toBe(reload);
  },
);

test('custom filters that could not be judged are a failed pass, which is repeated', () => {
  const error = new ApplyError('cannot make a folder', {
    advice: 'free space on that file system',
    isRetryable: true,
  });

  const description = describePass({ kind: 'unjudged', error, durationMs: 3 }, FACTS);

  expect(description).toMatchObject({
    status: {
      outcome: 'failed',
      reason: 'custom filters could not be judged: cannot make a folder',
    },
    verdict: 'retry',
    level: 'warn',
    fields: { reason: 'cannot make a folder', advice: 'free space on that file system' },
    isWorthALine: true,
  });
});

test('a template that cannot be printed is an error, and waits for somebody to mend it', () => {
  const error = new TemplateError('bird.cfg.hbs:3:2', 'there is no "nmae"');

  const description = describePass({ kind: 'unrenderable', error, durationMs: 3 }, FACTS);

  expect(description).toMatchObject({
    status: {
      outcome: 'unrenderable',
      reason: 'template bird.cfg.hbs:3:2: there is no "nmae"',
      changes: [],
    },
    verdict: 'done',
    level: 'error',
    message: 'a template cannot be printed; the last good configuration stands',
    fields: {
      reason: 'template bird.cfg.hbs:3:2: there is no "nmae"',
      advice: 'mend the template and send SIGHUP; try it with `birdkeeper diff --templates DIR`',
    },
    isWorthALine: true,
  });
});

describe('what stands, and BIRD refuses it, too', () => {
  const refusals = [{ daemon: 'bird', file: 'bird.cfg', line: 3, message: 'no' }] as const;
  const standing = {
    kind: 'refused',
    step: 'configure',
    refusals,
    isRepeated: false,
    timings: {},
  } as const;

  test('is told and tried again while a template cannot be printed', () => {
    const error = new TemplateError('bird.cfg.hbs:3:2', 'there is no "nmae"');

    const pass = describePass({ kind: 'unrenderable', error, standing, durationMs: 3 }, FACTS);

    expect(pass).toMatchObject({
      status: { outcome: 'unrenderable', reason: expect.stringContaining('bird.cfg:3 no') },
      verdict: 'retry',
    });
  });

  test('is told and tried again while the state is held', () => {
    const planned = {
      fileSet: fileSetOf([], []),
      planMs: 1,
      renderMs: 1,
    } as unknown as PlannedFiles;
    const held = { key: '/k', reason: 'empty', since: 1, footing: {} } as unknown as HeldState;

    const pass = describePass({ kind: 'held', planned, held, standing, durationMs: 3 }, FACTS);

    expect(pass).toMatchObject({
      status: { reason: expect.stringContaining('bird.cfg:3 no') },
      verdict: 'retry',
      level: 'error',
    });
  });
});

test('a pass while an operator has rolled back is told with what waits, and is no failure', () => {
  const pin = { sequence: 7, digest: 'd7', at: 5 };
  const planned = { planMs: 1, renderMs: 1 } as unknown as PlannedFiles;
  const report = { kind: 'pinned', planned, pinned: { pin }, durationMs: 3 } as const;
  const applied = { kind: 'applied', sequence: 9, wrote: true, isInProgress: false } as const;
  const standing = { ...applied, timings: {} };

  expect(describePass({ ...report, waitingLines: 1, standing }, FACTS)).toMatchObject({
    status: {
      outcome: 'pinned',
      reason: 'an operator rolled back to generation 7; 1 line waits until `birdkeeper resume`',
    },
    verdict: 'done',
    reload: 'loaded',
    level: 'warn',
    isWorthALine: true,
  });
  const failed = { kind: 'failed', step: 'configure', wrote: true, timings: {} } as const;
  const because = { ...failed, reason: 'BIRD is away', advice: 'start it' };
  expect(describePass({ ...report, standing: because }, FACTS)).toMatchObject({
    status: { outcome: 'failed', reason: 'BIRD is away' },
    verdict: 'retry',
  });
});

test('a pass without a revision has none in its line', () => {
  const { revision: _, ...facts } = FACTS;

  const { fields } = describePass({ kind: 'nothing', durationMs: 0 }, facts);

  expect(fields).not.toHaveProperty('revision');
});

test('the status of a pass has the forecast of a reload that was made, and of no other', () => {
  const restarts = { count: 1, sessions: ['Mesh_192_0_2_2'], reasons: ['Mesh_192_0_2_2: …'] };
  const statusOf = (outcome: ApplyOutcome) =>
    describePass({ kind: 'applied', outcome, changes: [], restarts, durationMs: 1 }, FACTS).status;

  const reloaded = { kind: 'applied', sequence: 7, wrote: true, isInProgress: false } as const;
  expect(statusOf({ ...reloaded, timings: {} }).restarts).toEqual(restarts);
  expect(statusOf({ kind: 'outdated', timings: {} })).not.toHaveProperty('restarts');
});

test('a pass whose generation BIRD has undone is told, counted once, and not tried again', () => {
  const outcome = {
    kind: 'unconfirmed',
    sequence: 7,
    reason: 'Mesh_a did not come back',
    isRepeated: false,
    isBack: true,
    timings: {},
  } as const;
  const report = { kind: 'applied', outcome, changes: [], durationMs: 3 } as const;

  expect(describePass(report, FACTS)).toMatchObject({
    status: { outcome: 'unconfirmed', reason: 'generation 7 was undone: Mesh_a did not come back' },
    verdict: 'done',
    reload: 'undone',
    level: 'error',
  });
  const again = { ...report, outcome: { ...outcome, isRepeated: true } } as const;
  expect(describePass(again, FACTS)).not.toHaveProperty('reload');
});

test('one that BIRD has undone, and whose files still stand, is gone back from by a later pass', () => {
  const outcome = {
    kind: 'unconfirmed',
    ...{ sequence: 7, reason: 'Mesh_a did not come back', timings: {} },
    ...{ isRepeated: false, isBack: false },
  } as const;

  const { verdict } = describePass({ kind: 'applied', outcome, changes: [], durationMs: 3 }, FACTS);

  expect(verdict).toBe('retry');
});
