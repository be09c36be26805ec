// The stages of src/ in the order of the data, and what each may import (src/README.md). `import type` counts too.
const mayImport = {
  base: [],
  values: ['base'],
  datastore: ['values', 'base'],
  model: ['values', 'base'],
  decode: ['datastore', 'model', 'values', 'base'],
  plan: ['model', 'values', 'base'],
  verbs: ['plan', 'decode', 'datastore', 'model', 'values', 'base'],
  render: ['plan', 'values', 'base'],
  apply: ['render', 'values', 'base'],
  observe: ['apply', 'plan', 'values', 'base'],
  settings: ['values', 'base'],
  daemon: [
    'settings',
    'datastore',
    'decode',
    'model',
    'plan',
    'render',
    'apply',
    'observe',
    'values',
    'base',
  ],
  cli: [
    'daemon',
    'settings',
    'datastore',
    'decode',
    'model',
    'plan',
    'verbs',
    'render',
    'apply',
    'observe',
    'values',
    'base',
  ],
};
// These give the same result for the same input: no file, process, socket, clock or environment.
const pure = ['values', 'model', 'decode', 'plan', 'verbs', 'render/syntax', 'render/dialects'];

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([stage, others]) => ({
      name: `stage-${stage}`,
      severity: 'error',
      from: { path: `^src/${stage}/` },
      to: { path: '^src/', pathNot: `^src/(${[stage, ...others].join('|')})/` },
    })),
    {
      name: 'pure-stages-have-no-effects',
      severity: 'error',
      from: { path: `^src/(${pure.join('|')})/` },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'only-apply-starts-processes',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/apply/' },
      to: { path: '^(node:)?child_process$|node_modules/execa/' },
    },
    {
      name: 'main-imports-cli-alone',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/', pathNot: '^src/cli/' },
    },
    {
      name: 'tests-stay-out-of-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    {
      name: 'one-datastore-knows-nothing-of-another',
      severity: 'error',
      from: { path: '^src/datastore/(file|sources|etcd/v2|etcd/v3)/' },
      to: { path: '^src/datastore/(file|sources|etcd/v2|etcd/v3)/', pathNot: '^src/datastore/$1/' },
    },
    {
      name: 'what-datastores-share-knows-none-of-them',
      severity: 'error',
      from: {
        path: '^src/datastore/',
        pathNot: '^src/datastore/(file/|sources/|etcd/v2/|etcd/v3/|open-datastore\\.ts$)',
      },
      to: { path: '^src/datastore/(file|sources|etcd/v2|etcd/v3)/' },
    },
    {
      name: 'a-file-needs-no-etcd',
      severity: 'error',
      from: { path: '^src/datastore/file/' },
      to: { path: '^src/datastore/etcd/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
