import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTemplates } from '../../../src/render/load-templates.js';
import { TemplateError } from '../../../src/render/template-error.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'templates-'));
  await write('built-in/bird2/bird.cfg.hbs');
  await write('built-in/bird2/other.cfg.hbs');
  await write('built-in/bird2/partials/session.hbs');
  await write('own/README.md');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Writes a template that holds its own path. */
async function write(path: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), path);
}

async function load(...dialectFolders: readonly string[]): Promise<Record<string, string>> {
  const folders = { builtIn: join(folder, 'built-in'), override: join(folder, 'own') };
  const sources = await loadTemplates(folders, dialectFolders);
  return Object.fromEntries([...sources].map(([name, { text }]) => [name, text]));
}

test('without a file of an operator there are the built-in ones, with their paths', async () => {
  expect(await load('bird2')).toEqual({
    'bird.cfg': 'built-in/bird2/bird.cfg.hbs',
    'other.cfg': 'built-in/bird2/other.cfg.hbs',
    'partials/session': 'built-in/bird2/partials/session.hbs',
  });
  const sources = await loadTemplates({ builtIn: join(folder, 'built-in') }, ['bird2']);
  expect(sources.get('bird.cfg')?.path).toBe('templates/bird2/bird.cfg.hbs');
});

test.each([
  ['own/bird.cfg.hbs', 'bird.cfg'],
  ['own/bird2/bird.cfg.hbs', 'bird.cfg'],
  ['own/partials/session.hbs', 'partials/session'],
  ['own/bird2/partials/session.hbs', 'partials/session'],
  ['own/partials/new.hbs', 'partials/new'],
])('%s is taken as %s, and the others stay', async (path, name) => {
  const before = await load('bird2');
  await write(path);

  expect(await load('bird2')).toEqual({ ...before, [name]: path });
});

test("a dialect's file in the operator's folder wins over one for any dialect", async () => {
  await write('own/bird.cfg.hbs');
  await write('own/bird2/bird.cfg.hbs');
  await write('own/bird1/bird.cfg.hbs');

  expect((await load('bird2'))['bird.cfg']).toBe('own/bird2/bird.cfg.hbs');
});

test('a dialect that builds on another has its own templates first', async () => {
  await write('built-in/bird3/bird.cfg.hbs');
  await write('own/bird2/other.cfg.hbs');

  expect(await load('bird3', 'bird2')).toMatchObject({
    'bird.cfg': 'built-in/bird3/bird.cfg.hbs',
    'other.cfg': 'own/bird2/other.cfg.hbs',
  });
});

test('what does not end in .hbs is no template', async () => {
  await write('own/bird.cfg.hbs~');

  expect(Object.keys(await load('bird2')).sort()).toEqual([
    'bird.cfg',
    'other.cfg',
    'partials/session',
  ]);
});

test("an operator's folder that is not there is an error that names it and the setting", async () => {
  const folders = { builtIn: join(folder, 'built-in'), override: join(folder, 'missing') };
  const loading = loadTemplates(folders, ['bird2']);

  await expect(loading).rejects.toThrow(TemplateError);
  await expect(loading).rejects.toThrow(/missing.*--templates/);
});
