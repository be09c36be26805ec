/**
 * The commands that documents print, and what becomes of each in a test.
 *
 * A command is a line of an indented block, a line of a fenced block that begins with one of our programs, or inline code that does. A
 * new one that isn't told of here fails `test/unit/docs/commands.test.ts`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './tools.js';

/** The documents whose commands are run. */
export const DOCS_WITH_COMMANDS = [
  'README.md',
  'docs/operations.md',
  'docs/birds.md',
  'docs/calico.md',
  'docs/templates.md',
] as const;

/** How a command is run on the machine of `test/e2e/doc-commands.test.ts`, in this order. */
export interface RunCommand {
  readonly command: string;
  /** What its words in capitals stand for; anything else is run as it is printed. */
  readonly given?: Readonly<Record<string, string>>;
  /** What it is to print. Its exit status is 0 unless `exitStatus` says otherwise. */
  readonly prints?: RegExp;
  readonly exitStatus?: number;
  /** A command line that succeeds once it has worked; waited for. */
  readonly proof?: string;
  /** It runs until it is stopped. */
  readonly goesOn?: true;
}

const CONFIG = '/etc/birdkeeper/config';

/** Those that one machine can run, from its first start to the end of its BIRD. */
export const RUN: readonly RunCommand[] = [
  {
    command: 'node dist/main.js run --node "$(hostname)" --etcd-endpoints http://172.17.42.30:2379',
    goesOn: true,
    proof: `test -e ${CONFIG}/bird.cfg`,
  },
  {
    command: 'bird -c /etc/birdkeeper/config/bird.cfg -s /run/bird/bird.ctl',
    proof: 'curl -sf http://127.0.0.1:9470/readyz',
  },
  { command: 'export ETCD_ENDPOINTS=http://172.17.42.30:2379' },
  {
    command: 'birdkeeper bgp rr add 172.17.42.40 --cluster-id 1.0.0.1',
    proof: 'birdkeeper bgp rr show | grep -F 172.17.42.40',
  },
  {
    command: 'birdkeeper bgp rr add 172.17.42.41 --cluster-id 1.0.0.1',
    proof: 'birdkeeper bgp rr show | grep -F 172.17.42.41',
  },
  {
    command: 'birdkeeper bgp peer add 172.17.42.40 as 65100',
    proof: 'birdkeeper bgp peer show | grep -F 172.17.42.40',
  },
  {
    command: 'birdkeeper bgp peer add 172.17.42.41 as 65100',
    proof: 'birdkeeper bgp peer show | grep -F 172.17.42.41',
  },
  // Nobody is at the addresses of this machine's peers.
  { command: 'birdkeeper status', prints: /\| 172\.17\.42\.40 /, exitStatus: 1 },
  {
    command: 'birdkeeper explain 172.17.42.40',
    prints: /^session Global_172_17_42_40 with 172\.17\.42\.40: AS 65100/m,
  },
  { command: 'birdkeeper bgp node-mesh off', proof: 'birdkeeper bgp node-mesh | grep off' },
  {
    command: 'birdkeeper render --file cluster.yaml --node kube-node1 --dialect bird2',
    prints: /protocol bgp Mesh_172_17_42_32[\s\S]*route 192\.168\.0\.0\/26 blackhole/,
  },
  { command: 'birdkeeper diff --templates DIR', given: { DIR: 'templates' } },
  { command: 'birdkeeper check --templates DIR', given: { DIR: 'templates' } },
  { command: `chgrp bird ${CONFIG}`, proof: `stat -c %G ${CONFIG} | grep bird` },
  { command: `chmod g+s ${CONFIG}`, proof: `test -g ${CONFIG}` },
  { command: "ss -ltnp 'sport = :179'", prints: /LISTEN.*:179.*"bird"/ },
  {
    command: 'birdc disable NAME',
    given: { NAME: 'Global_172_17_42_40' },
    prints: /^Global_172_17_42_40: disabled$/m,
  },
  {
    command: 'birdc enable NAME',
    given: { NAME: 'Global_172_17_42_40' },
    prints: /^Global_172_17_42_40: enabled$/m,
  },
  { command: `ls ${CONFIG}/.birdkeeper/generations`, prints: /^1$/m },
  {
    command: `birdc 'configure "${CONFIG}/.birdkeeper/generations/6/bird.cfg"'`,
    given: { 'generations/6': 'generations/1' },
    prints: /^Reconfigur(?:ed|ation in progress)$/m,
  },
  { command: 'birdc graceful restart', prints: /^Graceful restart/im },
];

/** Those that another test runs, as they are printed or by the same means: the test's file, and words of it that show that. */
export const ELSEWHERE: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm run demo': ['test/e2e/demo.test.ts', 'npm run demo'],
  'npm run demo -- --help': ['test/e2e/demo.test.ts', '--help'],
  'npm run demo -- --keys v3': ['test/e2e/walkthrough.test.ts', 'v3Story'],
  'npm test': ['test/unit/docs/promises.test.ts', 'npm'],
  'npm ci && npm run build': ['test/support/fresh-build.ts', 'build'],
  'docker run --privileged --net=host -d -e IP=172.17.42.40 -e ETCD_AUTHORITY=172.17.42.30:2379 -v /var/log/:/var/log/ birdkeeper':
    ['test/image/image.test.ts', '--privileged'],
  'birdkeeper run --role reflector': ['test/support/lab-host.ts', "BIRDKEEPER_ROLE: 'reflector'"],
  'npm run package:deb': ['test/package/package.test.ts', 'deb'],
  'systemctl reload bird': ['test/package/service.test.ts', 'reload'],
  'ip monitor route': ['test/support/route-monitor.ts', "'monitor'"],
};

const PROGRAM =
  /^(?:birdkeeper|birdc|bird -c|ip|ss|docker|chgrp|chmod|chown|systemctl|systemd-analyze|journalctl|apt-get|set -a;|npm|node|curl|etcdctl) /;

/** A document without what is no command: comments after it, and line ends inside of inline code. */
export interface FoundCommand {
  readonly command: string;
  /** `block`: printed to be typed. `inline`: in a sentence. */
  readonly kind: 'block' | 'inline';
}

/** All commands of a document, in its order. */
export function commandsOf(doc: string): readonly FoundCommand[] {
  return commandsIn(readFileSync(join(projectRoot, doc), 'utf8'));
}

/** All commands in a text in Markdown, in its order. */
export function commandsIn(text: string): readonly FoundCommand[] {
  const found: FoundCommand[] = [];
  let [fence, isShell] = [false, false];
  let paragraph = '';
  const endParagraph = (): void => {
    found.push(...inlineIn(paragraph));
    paragraph = '';
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) {
      endParagraph();
      isShell = !fence && /^```(?:sh|bash|console)/.test(line);
      fence = !fence;
    } else if (fence ? isShell || PROGRAM.test(line.trim()) : /^ {4,}\S/.test(line)) {
      endParagraph();
      found.push({ command: line.trim().replace(/ {2,}# .*$/, ''), kind: 'block' });
    } else if (!fence && line.trim() === '') {
      endParagraph();
    } else if (!fence) {
      paragraph += `${line}\n`;
    }
  }
  endParagraph();
  return found;
}

function inlineIn(paragraph: string): readonly FoundCommand[] {
  return [...paragraph.matchAll(/`([^`]+)`/g)]
    .map(([, code = '']) => code.replaceAll(/\s+/g, ' '))
    .filter((code) => PROGRAM.test(code))
    .map((command) => ({ command, kind: 'inline' }));
}

/**
 * The words of a command of ours that a sentence or a table only names: `bgp peer add` of `birdkeeper bgp peer add IP as N`.
 * `undefined` for one that is to be typed.
 */
export function namedCommand({ command, kind }: FoundCommand): string | undefined {
  const [, words, rest] =
    /^birdkeeper((?: [a-z][a-z-]*)+|(?= COMMAND| …))(.*)$/.exec(command) ?? [];
  const isNamed =
    words !== undefined &&
    /^(?: COMMAND --help| …| IP(?: as N)?| N| A B| WHAT| \[.*\])?$/.test(rest ?? '');
  return kind === 'inline' && isNamed ? words.trim() : undefined;
}
