/** The figures as one Markdown table: a row a figure, a column a size. */
import type { SizeFigures } from './figures.js';
import type { Spread } from './statistics.js';

interface Row {
  readonly title: string;
  readonly cell: (figures: SizeFigures) => string;
}

const rows: readonly Row[] = [
  { title: 'keys in etcd', cell: ({ keys }) => String(keys) },
  {
    title: 'cold start to checked file, median (max), ms',
    cell: ({ coldStart }) => medianAndMax(coldStart.fileMs),
  },
  {
    title: 'cold start to loaded by BIRD, median (max), ms',
    cell: ({ coldStart }) => medianAndMax(coldStart.loadedMs),
  },
  {
    title: 'idle: CPU ms a second; bytes from etcd a second',
    cell: ({ idle }) =>
      `${(idle.cpuMs / idle.seconds).toFixed(1)}; ${(idle.etcdBytes / idle.seconds).toFixed(0)}`,
  },
  {
    title: '**single put to checked file**, p50 / p95, ms',
    cell: ({ put }) => quantiles(put.fileMs),
  },
  { title: '`bird -p` alone, p50 / p95, ms', cell: ({ floor }) => quantiles(floor.checkMs) },
  {
    title: '... so more than `bird -p` (its p50): p50 / p95, ms',
    cell: ({ put, floor }) => quantiles(less(put.fileMs, floor.checkMs.p50)),
  },
  {
    title: '**single put to loaded by BIRD**, p50 / p95, ms',
    cell: ({ put }) => quantiles(put.loadedMs),
  },
  {
    title: '`birdc configure` alone, p50 / p95, ms',
    cell: ({ floor }) => quantiles(floor.configureMs),
  },
  {
    title: '... so more than both (their p50): p50 / p95, ms',
    cell: ({ put, floor }) =>
      quantiles(less(put.loadedMs, floor.checkMs.p50 + floor.configureMs.p50)),
  },
  {
    title: 'single put: own CPU; of `bird -p` and `birdc`, ms',
    cell: ({ put }) => `${put.cpuMs.toFixed(1)}; ${put.childrenCpuMs.toFixed(1)}`,
  },
  {
    title: 'single put: bytes from etcd; reloads',
    cell: ({ put }) => `${put.etcdBytes.toFixed(0)}; ${(put.reloads / put.count).toFixed(2)}`,
  },
  {
    title: 'one label of one node: own CPU, ms; reloads',
    cell: ({ labels }) =>
      labels === undefined
        ? '-'
        : `${labels.cpuMs.toFixed(1)}; ${(labels.reloads / labels.count).toFixed(2)}`,
  },
  {
    title: 'burst: puts (in ms): reloads',
    cell: ({ burst }) => `${burst.count} (${burst.putMs.toFixed(0)}): ${burst.reloads}`,
  },
  {
    title: 'burst: final file / loaded after the last put, ms',
    cell: ({ burst }) => `${burst.fileMs.toFixed(0)} / ${burst.loadedMs.toFixed(0)}`,
  },
  { title: 'burst: own CPU, s', cell: ({ burst }) => burst.cpuSeconds.toFixed(2) },
  {
    title: 'trickle: puts (in s): reloads',
    cell: ({ trickle }) =>
      `${trickle.count} (${(trickle.putMs / 1000).toFixed(1)}): ${trickle.reloads}`,
  },
  {
    title: 'trickle: final file / loaded after the last put, ms',
    cell: ({ trickle }) => `${trickle.fileMs.toFixed(0)} / ${trickle.loadedMs.toFixed(0)}`,
  },
  { title: 'trickle: own CPU, s', cell: ({ trickle }) => trickle.cpuSeconds.toFixed(2) },
  {
    title: 'RSS idle / at the end / peak, MiB',
    cell: ({ idle, memory }) =>
      [idle.memory.rss, memory.rss, memory.peak].map((mib) => mib.toFixed(0)).join(' / '),
  },
  { title: "BIRD's RSS, MiB", cell: ({ floor }) => floor.birdMemory.rss.toFixed(0) },
  {
    title: 'file and BIRD right after every phase',
    cell: ({ wrong }) => (wrong.length === 0 ? 'yes' : '**WRONG**'),
  },
];

/** The table, with a line end after each row. */
export function tableOf(sizes: readonly SizeFigures[]): string {
  const heads = ['', ...sizes.map(({ title }) => title)];
  const lines = [
    heads,
    heads.map((_, i) => (i === 0 ? '---' : '---:')),
    ...rows.map(({ title, cell }) => [title, ...sizes.map(cell)]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function medianAndMax({ p50, max }: Spread): string {
  return `${p50.toFixed(0)} (${max.toFixed(0)})`;
}

function quantiles({ p50, p95 }: Pick<Spread, 'p50' | 'p95'>): string {
  return `${p50.toFixed(1)} / ${p95.toFixed(1)}`;
}

function less({ p50, p95 }: Spread, ms: number): Pick<Spread, 'p50' | 'p95'> {
  return { p50: p50 - ms, p95: p95 - ms };
}
