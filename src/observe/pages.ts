/** The pages of the HTTP server. */

import { readFile } from 'node:fs/promises';

import type { Clock } from '../base/clock.js';
import { type Health, liveness, readiness } from './health.js';
import type { Page, Pages } from './http-server.js';
import { calicoText, unknownTexts } from './input-status.js';
import type { FirstMetrics, Metrics } from './metrics.js';
import { pinnedText } from './pinned-status.js';
import type { DaemonStatus } from './status.js';
import type { StatusBoard } from './status-board.js';

/** What the pages are made of. */
export interface PageSources {
  readonly board: StatusBoard;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly staleAfterMs: number;
  /** Whether a pass hangs. */
  readonly isStuck: () => boolean;
  /** The template of the page for people, escaped as HTML. */
  readonly statusTemplate: string;
}

/** `/livez`, `/readyz`, `/metrics`, `/status` and `/`. */
export function pagesOf({
  board,
  metrics,
  clock,
  staleAfterMs,
  isStuck,
  statusTemplate,
}: PageSources): Pages {
  const ready = (): Health => readiness(board.current(), clock.now(), staleAfterMs);
  return {
    '/': async () => {
      // The compiler is large, and most daemons show no page.
      const { default: Handlebars } = await import('handlebars');
      const print = Handlebars.compile<object>(await readFile(statusTemplate, 'utf8'));
      const body = print(viewOf(board.current(), ready(), clock.now()));
      return { status: 200, contentType: 'text/html', body };
    },
    '/livez': () => healthPage(liveness(isStuck())),
    '/readyz': () => healthPage(ready()),
    '/metrics': () => metricsPage(metrics),
    '/status': () => ({
      status: 200,
      contentType: 'application/json',
      body: `${JSON.stringify(board.report(), undefined, 2)}\n`,
    }),
  };
}

/** `/livez`, `/readyz` and `/metrics` of a start that waits for something. */
export function waitingPages(reason: string, metrics: FirstMetrics): Pages {
  return {
    '/livez': () => healthPage(liveness(false)),
    '/readyz': () => healthPage({ isOk: false, lines: [reason] }),
    '/metrics': () => metricsPage(metrics),
  };
}

async function metricsPage(metrics: Metrics | FirstMetrics): Promise<Page> {
  return { status: 200, contentType: 'text/plain; version=0.0.4', body: await metrics.text() };
}

function healthPage({ isOk, lines }: Health): Page {
  return { status: isOk ? 200 : 503, contentType: 'text/plain', body: `${lines.join('\n')}\n` };
}

function viewOf(status: DaemonStatus, health: Health, nowMs: number): object {
  const ago = (ms: number | undefined): string =>
    ms === undefined ? 'never' : `${((nowMs - ms) / 1000).toFixed(0)} s ago`;
  const { lastPass, generation, pinned } = status;
  return {
    ...status,
    health,
    ...(status.input && {
      holds: calicoText(status.input.calico),
      unknown: unknownTexts(status.input),
    }),
    up: ago(status.startedAt),
    heard: ago(status.datastore.heardAt),
    loaded: ago(generation?.loadedAt),
    birds: status.birds.map((bird) => ({ ...bird, since: ago(bird.since) })),
    ...(pinned && { pinned: { text: pinnedText(pinned), since: ago(pinned.since) } }),
    problems: status.problems.map((problem) => ({ ...problem, since: ago(problem.since) })),
    ...(lastPass && {
      pass: {
        ...lastPass,
        at: ago(lastPass.at),
        durationMs: lastPass.durationMs.toFixed(1),
        stages: Object.entries(lastPass.stagesMs).map(
          ([name, ms]) => `${name} ${ms.toFixed(1)} ms`,
        ),
      },
    }),
  };
}
