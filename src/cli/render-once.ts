/** What `render`, `check`, `diff` and `explain` have in common: read the datastore once, plan, print. */

import { readBirdVersionText } from '../apply/bird-version.js';
import { AdvisedError } from '../base/advised-error.js';
import { systemClock } from '../base/clock.js';
import type { Problem } from '../base/problem.js';
import { type StoreMark, storeMarkOf } from '../daemon/hold/hold-rules.js';
import { judgedStateOf } from '../daemon/hold/judged-state.js';
import { wouldHold } from '../daemon/hold/would-hold.js';
import { lastGoodFile } from '../daemon/last-good-file.js';
import {
  birdOf,
  birdsOf,
  datastoreSettingsOf,
  hostOf,
  lossLimitOf,
  sourceSettingsOf,
} from '../daemon/parts.js';
import { type PlannedFiles, planFiles } from '../daemon/plan-files.js';
import { statementJudge } from '../daemon/statement-judge.js';
import { openDatastore } from '../datastore/open-datastore.js';
import { Sources } from '../datastore/sources/sources.js';
import { DecodedStore, type LastGoodValues } from '../decode/decoded-store.js';
import type { Cluster } from '../model/cluster.js';
import { commandLogger } from '../observe/log.js';
import type { Host } from '../plan/host.js';
import { Planner } from '../plan/make-plan.js';
import { compileTemplates } from '../render/compiled-templates.js';
import { type Dialect, dialectFor, parseBirdVersion } from '../render/dialects/index.js';
import { TemplateEngine } from '../render/engine.js';
import { loadTemplates } from '../render/load-templates.js';
import { TemplateError } from '../render/template-error.js';
import type { Settings } from '../settings/load-settings.js';
import { warn } from './output.js';

/** The files for this host, or why there are none. */
export type RenderedOnce =
  | { readonly ok: true; readonly dialect: Dialect; readonly planned: PlannedFiles }
  | { readonly ok: false; readonly reason: string };

/** The files that `run` would make, with what they are planned from. */
export type RenderedAsRun =
  | (Extract<RenderedOnce, { ok: true }> & {
      readonly cluster: Cluster;
      readonly host: Host;
      readonly isHeld: boolean;
    })
  | Extract<RenderedOnce, { ok: false }>;

/**
 * Renders what `run` would make of the datastore now: with the last good values that it keeps, and raw statements judged by
 * BIRD. What `run` would hold back goes to standard error.
 *
 * @param tell - takes each problem; a line on standard error unless given
 */
export async function renderAsRun(
  settings: Settings,
  builtInTemplates: string,
  tell: (problem: Problem) => void = warnOf,
): Promise<RenderedAsRun> {
  const logger = commandLogger('warn');
  const { stateDir, acceptsCustomFilters } = settings;
  return orReason(async () => {
    const dialect = await dialectOf(settings);
    const lastGood = await lastGoodFile(stateDir, logger).read();
    const { store, mark } = await readStore(settings, lastGood, tell);
    const judge = statementJudge(birdsOf(settings, dialect), { clock: systemClock, logger });
    const refusedStatements = await judge.refusals(
      acceptsCustomFilters ? store.cluster().customFilters : [],
    );
    const host = { ...hostOf(settings), refusedStatements };
    const planned = await printFiles({ settings, builtInTemplates, dialect, store, host });
    planned.problems.forEach(tell);
    const cluster = store.cluster();
    const judged = judgedStateOf(store, host, planned.plan);
    const limit = lossLimitOf(settings);
    const held = await wouldHold({ stateDir, host, limit, logger }, mark, judged);
    if (held !== undefined) {
      warn(`${held.key}: ${held.reason}; birdkeeper run holds what stands (birdkeeper release)`);
    }
    return { ok: true, dialect, planned, cluster, host, isHeld: held !== undefined };
  });
}

/** Renders the datastore as it is now, without a BIRD and without what `run` keeps. Problems go to standard error. */
export async function renderOnce(
  settings: Settings,
  builtInTemplates: string,
): Promise<RenderedOnce> {
  return orReason(async () => {
    const dialect = await dialectOf(settings);
    const { store } = await readStore(settings, {}, warnOf);
    const host = { ...hostOf(settings), refusedStatements: new Map() };
    const planned = await printFiles({ settings, builtInTemplates, dialect, store, host });
    planned.problems.forEach(warnOf);
    return { ok: true, dialect, planned };
  });
}

async function orReason<T extends RenderedOnce>(
  render: () => Promise<T>,
): Promise<T | Extract<RenderedOnce, { ok: false }>> {
  try {
    return await render();
  } catch (error) {
    if (error instanceof AdvisedError) {
      return { ok: false, reason: `${error.message}; ${error.advice}` };
    }
    if (error instanceof TemplateError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

/** What is printed, and with what. */
interface Printing {
  readonly settings: Settings;
  readonly builtInTemplates: string;
  readonly dialect: Dialect;
  readonly store: DecodedStore;
  readonly host: Host;
}

/** The files. @throws {TemplateError} */
async function printFiles({
  settings,
  builtInTemplates,
  dialect,
  store,
  host,
}: Printing): Promise<PlannedFiles> {
  const folders = { builtIn: builtInTemplates, ...overrideOf(settings) };
  const sources = await loadTemplates(folders, dialect.templateFolders);
  const engine = new TemplateEngine(await compileTemplates(sources));
  return planFiles({ store, planner: new Planner(), dialect, engine }, host, () =>
    systemClock.monotonic(),
  );
}

function warnOf({ key, path, reason, action }: Problem): void {
  warn(`${key}${path === undefined ? '' : ` (${path})`}: ${reason}; ${action}`);
}

/** The operator's templates, as the loader takes them. */
function overrideOf({ templates }: Settings): { readonly override?: string } {
  return templates === undefined ? {} : { override: templates };
}

/** The dialect that is set, or that of the BIRD on this host, or where there is none that of BIRD 2. */
async function dialectOf(settings: Settings): Promise<Dialect> {
  const { birdPath, socketPath } = birdOf(settings);
  const text = await readBirdVersionText(birdPath, socketPath);
  const version = text === undefined ? undefined : parseBirdVersion(text);
  const asked = dialectFor(settings.dialect, version);
  if (asked.ok) {
    return asked.value;
  }
  warn(`${asked.reason}; rendering for bird2`);
  const fallback = dialectFor('bird2', undefined);
  if (!fallback.ok) {
    throw new Error(fallback.reason);
  }
  return fallback.value;
}

/** The datastore as it is now, decoded, and which store it is. */
interface ReadStore {
  readonly store: DecodedStore;
  readonly mark: StoreMark | undefined;
}

async function readStore(
  settings: Settings,
  lastGood: LastGoodValues,
  tell: (problem: Problem) => void,
): Promise<ReadStore> {
  const logger = commandLogger('error');
  const datastore = await openDatastore(datastoreSettingsOf(settings), {
    clock: systemClock,
    logger,
  });
  const store = new DecodedStore(lastGood);
  const snapshot = await datastore.read();
  store.replace(snapshot);
  const sources = await readSources(settings);
  sources.problems().forEach(tell);
  store.replaceFiles(sources.entries(), sources.unknown());
  return { store, mark: storeMarkOf(snapshot) };
}

/** Files beside the datastore as they are now. */
async function readSources(settings: Settings): Promise<Sources> {
  const sources = new Sources(sourceSettingsOf(settings), {
    clock: systemClock,
    logger: commandLogger('error'),
  });
  await sources.read();
  return sources;
}
