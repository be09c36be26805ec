/** `birdkeeper status`: this host's birdkeeper, its BIRD, and the BGP sessions. */

import type { Command } from 'commander';

import { BirdSocketError } from '../apply/birdc/control-client.js';
import { lacksSocket } from '../apply/birdc/show-protocols.js';
import { PortHolders } from '../apply/port/port-holders.js';
import { holdersText, portText } from '../apply/port/port-texts.js';
import { readBird } from '../apply/read-bird.js';
import { systemClock } from '../base/clock.js';
import { birdsThatMayRun } from '../daemon/parts.js';
import type { StatusReport } from '../observe/status.js';
import type { Settings } from '../settings/load-settings.js';
import { outputOption } from './bgp/arguments.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-status.js';
import { print, warn } from './output.js';
import { judgeSessions } from './status-sessions.js';
import { type NamedBirdReport, statusText } from './status-text.js';
import { commandWithSettings } from './with-settings.js';

/** The daemon answers from memory. */
const TIMEOUT_MS = 2_000;

/** The command. Exit status 0 all sessions established; 1 some not; 2 BIRD could not be asked. */
export function statusCommand(context: CommandContext): Command {
  return commandWithSettings(
    {
      name: 'status',
      description:
        "Shows this host: birdkeeper's datastore and generation, BIRD's version, and the BGP sessions.",
      exitStatus:
        '0 all sessions are established, or none is planned; 1 some are not, or are planned and not in BIRD, or there is none and no birdkeeper to say whether any is planned; 2 usage, or BIRD could not be asked',
      declare: (command) => command.addOption(outputOption()),
      async action(settings, { options }) {
        const birds = await readBirds(settings);
        if (birds.length === 0) {
          return EXIT.error;
        }
        const daemon = await readDaemon(settings);
        const sessions = birds.flatMap((bird) => bird.sessions);
        const verdict = judgeSessions(sessions, daemon?.plannedSessions);
        const { missing } = verdict;
        const role = daemon?.role ?? settings.role;
        const shown = { ...(daemon && { daemon }), role, birds, missing };
        print(options.output === 'json' ? JSON.stringify(shown, undefined, 2) : statusText(shown));
        verdict.lines.forEach(warn);
        (await linesOfPort(birds, settings)).forEach(warn);
        return verdict.isAllEstablished ? EXIT.ok : EXIT.no;
      },
    },
    context,
  );
}

/** For each BIRD that could not open its listening socket, who has the port. */
async function linesOfPort(
  birds: readonly NamedBirdReport[],
  settings: Settings,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { daemon, socketPath } of birdsThatMayRun(settings)) {
    const sessions = birds.find((bird) => bird.daemon === daemon)?.sessions ?? [];
    const count = sessions.filter(lacksSocket).length;
    if (count > 0) {
      const holder = holdersText(await new PortHolders(socketPath).current());
      lines.push(portText({ daemon, count, holder }));
    }
  }
  return lines;
}

/** The BIRD processes of this host; none, and told why, when the first can't be asked. */
async function readBirds(settings: Settings): Promise<readonly NamedBirdReport[]> {
  const reports: NamedBirdReport[] = [];
  for (const bird of birdsThatMayRun(settings)) {
    try {
      reports.push({ daemon: bird.daemon, ...(await readBird(bird, systemClock)) });
    } catch (error) {
      if (!(error instanceof BirdSocketError)) {
        throw error;
      }
      if (bird.daemon === 'bird') {
        warn(`${error.message}; ${error.advice}`);
        return [];
      }
      // Only BIRD 1.x has a second process, and only where IPv6 is spoken.
      if (isOfLine1(reports)) {
        warn(`${error.message}; fine when this host speaks no IPv6`);
      }
    }
    if (!isOfLine1(reports)) {
      break;
    }
  }
  return reports;
}

/** `1.6.8`, or `v0.3.3+birdv1.6.8` of Calico's fork. */
function isOfLine1([first]: readonly NamedBirdReport[]): boolean {
  return first !== undefined && /^1\.|birdv1\./.test(first.version);
}

/** What the daemon tells of itself; undefined, and told why, when it doesn't. */
async function readDaemon({ listen }: Settings): Promise<StatusReport | undefined> {
  if (listen === 'off') {
    return undefined;
  }
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const url = `http://${host}:${listen.port}/status`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) {
      warn(
        `birdkeeper has no status yet (${url}: ${answer.status}); /readyz says what it waits for`,
      );
      return undefined;
    }
    return (await answer.json()) as StatusReport;
  } catch {
    warn(`no birdkeeper answers at ${url}: it doesn't run, or listens elsewhere (--listen)`);
    return undefined;
  }
}
