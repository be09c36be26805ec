/**
 * Builds what ships: dist/main.js with all packages in it (a cold start reads a few files, not 3,000), and dist/parts/ with what is
 * imported only when it is used: a start need not read the client of a datastore that isn't there.
 *
 * Of a CommonJS package in such a part only `default` is exported, as in Node: `const { default: etcd3 } = await import('etcd3')`.
 *
 * Templates stay as files in templates/ beside dist/, and are in it compiled. `BIRDKEEPER_VERSION` in the source becomes package.json's version.
 * dist/packages.json lists the folders of the packages that are in it, for whoever hands their licences on.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { root } from './import-ts.mjs';
import { precompiledModule } from './precompile.mjs';

const outdir = join(root, 'dist');

// Packages written for CommonJS call require at run time, which an ES module doesn't have.
const requireForPackages = [
  "import { createRequire as birdkeeperCreateRequire } from 'node:module';",
  'const require = birdkeeperCreateRequire(import.meta.url);',
].join('');

try {
  // Parts of an earlier build have other names.
  rmSync(join(outdir, 'parts'), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: requireForPackages },
    define: { BIRDKEEPER_VERSION: JSON.stringify(packageVersion()) },
    plugins: [etcd3Proto(), precompiledTemplates()],
    // Its other form, which packages written for CommonJS take, requires its parts by a function that a bundle can't follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    // Half the size to read at a start. Names stay, so that a stack trace says something.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'external',
    metafile: true,
    logLevel: 'warning',
  });
  await chmod(join(outdir, 'main.js'), 0o755);
  writeFileSync(join(outdir, 'packages.json'), `${JSON.stringify(packagesOf(metafile))}\n`);
} catch (error) {
  // esbuild has printed its own findings already.
  if (!Array.isArray(error.errors)) {
    throw error;
  }
  process.exitCode = 1;
}

/** Fills in src/render/precompiled.ts. */
function precompiledTemplates() {
  return {
    name: 'precompiled-templates',
    setup(plugin) {
      plugin.onLoad({ filter: /[\\/]src[\\/]render[\\/]precompiled\.ts$/ }, async () => ({
        contents: await precompiledModule(),
      }));
    },
  };
}

/** `node_modules/NAME` of each package that a file of the bundle comes from. */
function packagesOf({ inputs }) {
  const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
  return [...new Set(Object.keys(inputs).flatMap((path) => folder.exec(path)?.[0] ?? []))].sort();
}

function packageVersion() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/**
 * etcd3 reads its .proto files from its own folder when it is loaded, and a bundle has no such folder. The plugin
 * parses them now and puts the result into that call's place. The build fails when the call isn't found: a bundle that
 * ends with ENOENT at its first start is worse.
 */
function etcd3Proto() {
  const call = /\(0, proto_loader_1\.loadSync\)\(`\$\{__dirname\}\/\.\.\/proto\/rpc\.proto`,/;
  let isEmbedded = false;
  return {
    name: 'etcd3-proto',
    setup(plugin) {
      plugin.onLoad({ filter: /[\\/]etcd3[\\/]lib[\\/]connection-pool\.js$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!call.test(source)) {
          return {
            errors: [{ text: `etcd3 has changed: ${path} no longer calls ${call.source}` }],
          };
        }
        isEmbedded = true;
        const proto = parseProto(path);
        return { contents: source.replace(call, () => `(0, proto_loader_1.fromJSON)(${proto},`) };
      });
      plugin.onEnd(({ errors }) => {
        if (isEmbedded || errors.length > 0) {
          return undefined;
        }
        return { errors: [{ text: 'etcd3 is not in the bundle, or its file layout has changed' }] };
      });
    },
  };
}

/** rpc.proto and what it imports, as the JSON that protobufjs reads. `file` is etcd3's lib/connection-pool.js. */
function parseProto(file) {
  // The protobufjs that etcd3's own loader uses: another version may write another JSON.
  const loader = createRequire(file).resolve('@grpc/proto-loader');
  const { Root } = createRequire(loader)('protobufjs');
  const folder = join(dirname(file), '../proto');
  const proto = new Root();
  proto.resolvePath = (_importer, name) => join(folder, name);
  proto.loadSync('rpc.proto', { keepCase: true }).resolveAll();
  return JSON.stringify(proto.toJSON());
}
