/** What a start needs before it touches anything: the dialect of the BIRD that is there, and templates that compile. */

import { isProgram, readBirdVersionText } from '../apply/bird-version.js';
import { type Clock, delay } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { openDatastore } from '../datastore/open-datastore.js';
import { compileTemplates } from '../render/compiled-templates.js';
import { type Dialect, dialectFor, parseBirdVersion } from '../render/dialects/index.js';
import { TemplateEngine } from '../render/engine.js';
import { loadTemplates } from '../render/load-templates.js';
import type { Settings } from '../settings/load-settings.js';
import { EarlyFollower } from './early-follower.js';
import { birdOf, datastoreSettingsOf } from './parts.js';

/** Settings with what they lead to. */
export interface Preparation {
  readonly settings: Settings;
  readonly dialect: Dialect;
  /** What BIRD says of itself; absent when the dialect is set and no BIRD answers. */
  readonly birdVersion?: string;
  readonly engine: TemplateEngine;
  /** The datastore, followed already. Whoever doesn't use the preparation stops it. */
  readonly follower: EarlyFollower;
}

/** What preparing needs of the program. */
export interface PrepareContext {
  readonly builtInTemplates: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of bugs. */
  readonly fatal: (error: unknown) => void;
  /** Ends the wait for BIRD. */
  readonly end: AbortSignal;
  /** Told once when BIRD has to be waited for. */
  readonly onWait?: (reason: string) => Promise<void>;
}

/** How often a BIRD that is needed for its version is looked for. */
const RETRY_MS = 1_000;

/** A BIRD of another line may be started later: then it is asked, and the dialect is another one. */
const BY_PROGRAM = 'no BIRD answers yet; the dialect is taken from the program that checks';

const WAITING = 'waiting for BIRD, to learn which dialect it speaks';

/**
 * Prepares a start. Where the dialect goes by BIRD's version it waits for a BIRD to ask; `undefined` when it was told to
 * give up meanwhile.
 *
 * @throws {TemplateError} when a template doesn't compile
 */
export async function prepare(
  settings: Settings,
  context: PrepareContext,
): Promise<Preparation | undefined> {
  const follower = await followDatastore(settings, context);
  try {
    const prepared = await prepareRendering(settings, context);
    if (prepared !== undefined) {
      return { settings, ...prepared, follower };
    }
  } catch (error) {
    await follower.stop();
    throw error;
  }
  await follower.stop();
  return undefined;
}

/** A preparation that a daemon has run on, for another one: nothing is asked or compiled again. */
export async function prepareAgain(
  preparation: Preparation,
  context: PrepareContext,
): Promise<Preparation> {
  return { ...preparation, follower: await followDatastore(preparation.settings, context) };
}

async function followDatastore(
  settings: Settings,
  context: PrepareContext,
): Promise<EarlyFollower> {
  const datastore = await openDatastore(datastoreSettingsOf(settings), context);
  return new EarlyFollower(datastore, context.fatal);
}

async function prepareRendering(
  settings: Settings,
  context: PrepareContext,
): Promise<Pick<Preparation, 'dialect' | 'birdVersion' | 'engine'> | undefined> {
  const found = await findDialect(settings, context);
  if (found === undefined) {
    return undefined;
  }
  const override = settings.templates;
  const folders = {
    builtIn: context.builtInTemplates,
    ...(override !== undefined && { override }),
  };
  const sources = await loadTemplates(folders, found.dialect.templateFolders);
  return { ...found, engine: new TemplateEngine(await compileTemplates(sources)) };
}

async function findDialect(
  settings: Settings,
  { clock, logger, end, onWait }: PrepareContext,
): Promise<Pick<Preparation, 'dialect' | 'birdVersion'> | undefined> {
  const { birdPath, socketPath } = birdOf(settings);
  let isSaid = false;
  while (!end.aborted) {
    const birdVersion = await readBirdVersionText(birdPath, socketPath, clock);
    const version = birdVersion === undefined ? undefined : parseBirdVersion(birdVersion);
    const dialect = dialectFor(settings.dialect, version);
    if (dialect.ok) {
      if (settings.dialect === 'auto' && birdVersion !== undefined && isProgram(birdVersion)) {
        logger.info({ bird: birdPath, birdVersion, dialect: dialect.value.name }, BY_PROGRAM);
      }
      return { dialect: dialect.value, ...(birdVersion !== undefined && { birdVersion }) };
    }
    if (!isSaid) {
      isSaid = true;
      logger.warn({ bird: birdPath, socket: socketPath, reason: dialect.reason }, WAITING);
      await onWait?.(`${WAITING}: ${dialect.reason}`);
    }
    await delay(clock, RETRY_MS, end);
  }
  return undefined;
}
