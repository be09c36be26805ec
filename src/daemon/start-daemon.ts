/** Builds the parts of a daemon out of its settings, and starts it. */

import { Applier } from '../apply/applier.js';
import { establishedNeighbors } from '../apply/established-neighbors.js';
import { SessionStates } from '../apply/session-states.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { Sources } from '../datastore/sources/sources.js';
import { DecodedStore } from '../decode/decoded-store.js';
import { HttpServer } from '../observe/http-server.js';
import { Metrics } from '../observe/metrics.js';
import { pagesOf } from '../observe/pages.js';
import { pinnedText } from '../observe/pinned-status.js';
import type { SystemdNotifier } from '../observe/sd-notify.js';
import { StatusBoard } from '../observe/status-board.js';
import { Planner } from '../plan/make-plan.js';
import { Daemon, type DaemonParts } from './daemon.js';
import { DialectWatch } from './dialect-watch.js';
import { Hold } from './hold/hold.js';
import { lastGoodFile } from './last-good-file.js';
import { birdOf, birdsOf, confirmMsOf, hostOf, lossLimitOf, sourceSettingsOf } from './parts.js';
import { PinWatch } from './pin/pin-watch.js';
import type { Preparation } from './prepare.js';
import { Progress } from './progress.js';
import { SourceFollower } from './source-follower.js';
import { statementJudge } from './statement-judge.js';

/** What starting needs of the program. */
export interface StartContext {
  readonly version: string;
  readonly builtInTemplates: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of bugs. */
  readonly fatal: (error: unknown) => void;
  readonly notifier: SystemdNotifier;
  /** Told when another version of BIRD has come: then a new preparation is due. */
  readonly onOtherBird: () => void;
  /** How many lines of the log were lost. */
  readonly lostLogLines: () => number;
}

/** A daemon that runs. */
export interface RunningDaemon {
  /** Lets the pass in hand end, and lets go of everything. */
  stop(): Promise<void>;
}

/** How a failed pass is repeated. */
const RETRY = { baseMs: 250, maxMs: 5_000 };

/** What tells people and machines how the daemon does. */
interface Views {
  readonly board: StatusBoard;
  readonly metrics: Metrics;
  readonly isStuck: () => boolean;
}

/**
 * Starts a daemon.
 *
 * @throws {ApplyError} when the output directory can't be used
 * @throws {ListenError} when the HTTP port can't be listened on
 */
export async function startDaemon(
  preparation: Preparation,
  context: StartContext,
): Promise<RunningDaemon> {
  const { follower } = preparation;
  let applier: Applier | undefined;
  try {
    applier = await openApplier(preparation, context);
    return await startOn(applier, preparation, context);
  } catch (error) {
    await follower.stop();
    await applier?.close();
    throw error;
  }
}

async function startOn(
  applier: Applier,
  preparation: Preparation,
  context: StartContext,
): Promise<RunningDaemon> {
  const confirmMs = confirmMsOf(preparation.settings);
  const progress = new Progress(context.clock, confirmMs, () => applier.trialEndMs);
  const views = viewsOf(preparation, context, { applier, progress });
  const parts = await partsOf(preparation, context, { applier, progress, ...views });
  // Last of what may fail: nothing that comes after it would close it.
  const server = await listen(preparation, context, views);
  const daemon = new Daemon(parts);
  daemon.start();
  // Ready is the daemon, not yet BIRD: a BIRD that is ordered after us must not wait for itself. /readyz tells the rest.
  context.notifier.ready('starting');
  return {
    async stop() {
      await daemon.stop();
      await server?.close();
    },
  };
}

function openApplier(
  { settings, dialect }: Preparation,
  { clock, logger }: StartContext,
): Promise<Applier> {
  const { outputDir, stateDir, keepGenerations } = settings;
  const confirmMs = confirmMsOf(settings);
  const birds = birdsOf(settings, dialect);
  return Applier.open({
    ...{ outputDir, stateDir, keepGenerations, confirmMs, birds },
    ...{ clock, logger },
  });
}

function viewsOf(
  preparation: Preparation,
  context: StartContext,
  { applier, progress }: { readonly applier: Applier; readonly progress: Progress },
): Views {
  const { settings, dialect } = preparation;
  const board = boardOf(preparation, context, applier);
  const sessionStates = new SessionStates(birdsOf(settings, dialect), context.clock);
  const metrics = new Metrics({
    status: () => board.current(),
    planned: () => board.planned(),
    sessions: () => sessionStates.current(),
    lostLogLines: context.lostLogLines,
  });
  const isStuck = (): boolean => progress.isStuck();
  context.notifier.stopPingingWhen(isStuck);
  return { board, metrics, isStuck };
}

async function partsOf(
  preparation: Preparation,
  context: StartContext,
  made: Pick<DaemonParts, 'applier' | 'progress' | 'board' | 'metrics'>,
): Promise<DaemonParts> {
  const { settings, dialect, engine, follower } = preparation;
  const { clock, logger, fatal, notifier } = context;
  const { stateDir, spacingMs, quietMs, maxWaitMs } = settings;
  const host = hostOf(settings);
  const lastGood = lastGoodFile(stateDir, logger);
  const sources = new Sources(sourceSettingsOf(settings), { clock, logger });
  await sources.read();
  const store = new DecodedStore(await lastGood.read());
  return {
    ...made,
    store,
    planner: new Planner(),
    dialect,
    engine,
    host,
    judge: statementJudge(birdsOf(settings, dialect), { clock, logger, folder: stateDir }),
    follower,
    sources: new SourceFollower({ sources, store, fatal }),
    lastGood,
    hold: await openHold(preparation, context),
    pinWatch: new PinWatch({ stateDir, clock, logger }),
    dialectWatch: dialectWatchOf(preparation, context),
    clock,
    logger,
    fatal,
    times: { spacingMs, quietMs, maxWaitMs, retry: RETRY },
    onPass: () => tellSystemd(made.board, notifier),
  };
}

function openHold(
  { settings, dialect }: Preparation,
  { clock, logger }: StartContext,
): Promise<Hold> {
  return Hold.open({
    ...{ stateDir: settings.stateDir, host: hostOf(settings), clock, logger },
    limit: lossLimitOf(settings),
    running: () => establishedNeighbors(birdsOf(settings, dialect), clock),
  });
}

function dialectWatchOf(
  { settings, birdVersion }: Preparation,
  { clock, logger, fatal, onOtherBird }: StartContext,
): DialectWatch {
  const { birdPath, socketPath } = birdOf(settings);
  const onOther = (now: string): void => {
    logger.warn(
      { before: birdVersion, now },
      'another version of BIRD; finding out its dialect anew',
    );
    onOtherBird();
  };
  return new DialectWatch({ birdPath, socketPath, birdVersion, clock, fatal, onOther });
}

function boardOf(
  { settings, dialect, birdVersion, follower }: Preparation,
  { version, clock }: StartContext,
  applier: Applier,
): StatusBoard {
  const initial = {
    version,
    node: settings.node,
    role: settings.role,
    dialect: dialect.name,
    ...(birdVersion !== undefined && { birdVersion }),
    startedAt: clock.now(),
    datastore: { description: follower.description, state: 'connecting', snapshots: 0 },
    sessions: { ipv4: 0, ipv6: 0 },
    problems: [],
  } as const;
  return new StatusBoard(initial, () => applier.state());
}

async function listen(
  { settings }: Preparation,
  { clock, logger, builtInTemplates }: StartContext,
  { board, metrics, isStuck }: Views,
): Promise<HttpServer | undefined> {
  const { listen: address, staleAfterSeconds } = settings;
  if (address === 'off') {
    return undefined;
  }
  const pages = pagesOf({
    board,
    metrics,
    clock,
    isStuck,
    staleAfterMs: staleAfterSeconds * 1000,
    statusTemplate: `${builtInTemplates}/status/status.html.hbs`,
  });
  const server = await HttpServer.listen(address.host, address.port, pages, (error) =>
    logger.error({ err: error }, 'a page could not be made'),
  );
  logger.info({ host: address.host, port: server.port }, 'serving health, metrics and status');
  return server;
}

/** One line for `systemctl status`. */
function tellSystemd(board: StatusBoard, notifier: SystemdNotifier): void {
  const { generation, sessions, retry, problems, pinned } = board.current();
  const what =
    generation === undefined
      ? 'no configuration yet'
      : `generation ${generation.sequence}, ${sessions.ipv4 + sessions.ipv6} sessions planned, ${problems.length} problems`;
  const parts = [pinned && pinnedText(pinned), what, retry?.reason];
  notifier.status(parts.filter((part) => part !== undefined).join('; '));
}
