/** What `render`, `check` and `diff` have in common: read the datastore once, plan, print. */

import { readBirdVersionText } from '../apply/bird-version.js';
import { systemClock } from '../base/clock.js';
import { birdOf, datastoreSettingsOf, hostOf } from '../daemon/parts.js';
import { type PlannedFiles, planFiles } from '../daemon/plan-files.js';
import { DatastoreError } from '../datastore/datastore.js';
import { openDatastore } from '../datastore/open-datastore.js';
import { DecodedStore } from '../decode/decoded-store.js';
import { commandLogger } from '../observe/log.js';
import { Planner } from '../plan/make-plan.js';
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

/** Renders the datastore as it is now. Problems go to standard error, one line each. */
export async function renderOnce(
  settings: Settings,
  builtInTemplates: string,
): Promise<RenderedOnce> {
  try {
    const dialect = await dialectOf(settings);
    const engine = new TemplateEngine(
      await loadTemplates(
        { builtIn: builtInTemplates, ...overrideOf(settings) },
        dialect.templateFolders,
      ),
    );
    const store = await readStore(settings);
    const host = { ...hostOf(settings), refusedStatements: new Map() };
    const planned = planFiles({ store, planner: new Planner(), dialect, engine }, host, () =>
      systemClock.monotonic(),
    );
    for (const { key, path, reason, action } of planned.problems) {
      warn(`${key}${path === undefined ? '' : ` (${path})`}: ${reason}; ${action}`);
    }
    return { ok: true, dialect, planned };
  } catch (error) {
    if (error instanceof DatastoreError) {
      return { ok: false, reason: `${error.message}; ${error.advice}` };
    }
    if (error instanceof TemplateError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
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

async function readStore(settings: Settings): Promise<DecodedStore> {
  const logger = commandLogger('error');
  const datastore = await openDatastore(datastoreSettingsOf(settings), {
    clock: systemClock,
    logger,
  });
  const store = new DecodedStore();
  store.replace(await datastore.read());
  return store;
}
