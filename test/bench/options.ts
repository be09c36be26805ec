/** The benchmark's options. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/tools.js';

/** How much is measured. */
export interface BenchOptions {
  /** Sizes of the cluster, one run each. */
  readonly hosts: readonly number[];
  /** The same of clusters of Calico 3. */
  readonly v3Nodes: readonly number[];
  /** Cold starts; the median counts. */
  readonly starts: number;
  readonly idleSeconds: number;
  /** Single changes, one at a time. */
  readonly puts: number;
  /** Pause between a loaded single change and the next, in milliseconds: longer than any coalescing. */
  readonly gapMs: number;
  /** Changes of the burst, and how many clients write them at the same time. */
  readonly burst: number;
  readonly lanes: number;
  /** Changes at a steady rate, and how many in a second. */
  readonly trickle: number;
  readonly ratePerSecond: number;
  /** How often BIRD's own check and reload are timed. */
  readonly floor: number;
  /** The built program. */
  readonly program: string;
  /** Where the figures go as JSON; nowhere unless told. */
  readonly jsonFile: string | undefined;
}

/** What `--help` prints. */
export const usage = `usage: npm run bench -- [--hosts 100,1000,5000] [--v3-nodes 5000] [--json FILE]
       [--program dist/main.js] [--starts 5] [--idle 5] [--puts 50] [--gap 200] [--burst 1000] [--lanes 32]
       [--trickle 300] [--rate 20] [--floor 20]

"none" is no size. Drives the built birdkeeper on a private etcd and a private BIRD, and prints what it takes.
Exit status: 0; 1 when a final state was wrong; 2 for a wrong option.`;

/**
 * The options of a command line, or `undefined` when help is asked for.
 *
 * @throws {TypeError} for an unknown option, or a value that is no positive number
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hosts: { type: 'string', default: '100,1000,5000' },
      'v3-nodes': { type: 'string', default: '5000' },
      starts: { type: 'string', default: '5' },
      idle: { type: 'string', default: '5' },
      puts: { type: 'string', default: '50' },
      gap: { type: 'string', default: '200' },
      burst: { type: 'string', default: '1000' },
      lanes: { type: 'string', default: '32' },
      trickle: { type: 'string', default: '300' },
      rate: { type: 'string', default: '20' },
      floor: { type: 'string', default: '20' },
      program: { type: 'string', default: join(projectRoot, 'dist/main.js') },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  return {
    hosts: sizes('hosts', values.hosts),
    v3Nodes: sizes('v3-nodes', values['v3-nodes']),
    starts: positive('starts', values.starts),
    idleSeconds: positive('idle', values.idle),
    puts: positive('puts', values.puts),
    gapMs: positive('gap', values.gap),
    burst: positive('burst', values.burst),
    lanes: positive('lanes', values.lanes),
    trickle: positive('trickle', values.trickle),
    ratePerSecond: positive('rate', values.rate),
    floor: positive('floor', values.floor),
    program: values.program,
    jsonFile: values.json,
  };
}

function sizes(name: string, text: string): readonly number[] {
  return text === 'none' ? [] : text.split(',').map((size) => positive(name, size));
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) {
    return number;
  }
  throw new TypeError(`--${name} must be a number above 0, and is "${text}"`);
}
