import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/render/compile.js';
import { TemplateEngine } from '../../../src/render/engine.js';
import { TemplateError } from '../../../src/render/template-error.js';
import { Secret } from '../../../src/values/secret.js';

function engineOf(templates: Readonly<Record<string, string>>): TemplateEngine {
  const compiled = Object.entries(templates).map(
    ([name, text]) => [name, compile({ path: `/t/${name}.hbs`, text })] as const,
  );
  return new TemplateEngine(new Map(compiled));
}

function printed(text: string, view: object): string {
  return engineOf({ main: text }).render('main', view);
}

describe('a plain value', () => {
  test.each([
    ['a number', 64512, '64512'],
    ['a name', 'Mesh_10_0_0_1', 'Mesh_10_0_0_1'],
    ['an IPv4 address', '192.0.2.1', '192.0.2.1'],
    ['an IPv6 prefix', '2001:db8::/64', '2001:db8::/64'],
    ['the IPv6 default route', '::/0', '::/0'],
  ])('prints %s', (_, value, text) => {
    expect(printed('a {{value}};', { value })).toBe(`a ${text};`);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['empty text', ''],
    ['a blank', 'a b'],
    ['a quote', 'a"b'],
    ['a line break', 'a\nb'],
    ['the end of a statement', 'a; reject'],
    ['a brace', 'a}'],
    ['a comment', 'a#b'],
    ['a block comment', '/*'],
    ['an object', {}],
    ['a list', ['a', 'b']],
    ['a truth', true],
  ])('refuses %s, and names the place', (_, value) => {
    expect(() => printed('one\n  {{value}}', { value })).toThrow(/\/t\/main\.hbs:2:3/);
  });
});

test.each(['{{{value}}}', '{{&value}}'])('%s does not compile', (text) => {
  expect(() => engineOf({ main: `a\n${text}` })).toThrow(/\/t\/main\.hbs:2:1.*unchecked/);
});

test('a template that does not parse names its line', () => {
  expect(() => engineOf({ main: 'a\n{{#if x}}' })).toThrow(TemplateError);
  expect(() => engineOf({ main: 'a\n{{#if x}}' })).toThrow(/\/t\/main\.hbs:2/);
});

test('a name that the view does not have is an error', () => {
  expect(() => printed('{{nmae}}', { name: 'a' })).toThrow(TemplateError);
});

describe('a name that is not there', () => {
  test.each(['{{quoted nmae}}', '{{comment nmae}}', '{{each-partial "item" nmae}}'])(
    'is refused as the argument of %s, with the place',
    (call) => {
      const engine = engineOf({ main: `one\n  ${call}`, 'partials/item': 'x' });

      expect(() => engine.render('main', { name: 'a' })).toThrow(/\/t\/main\.hbs:2:3/);
    },
  );

  test.each(['{{quoted}}', '{{comment}}', '{{each-partial "item"}}', '{{quoted text=name}}'])(
    'or an argument that is not there: %s',
    (call) => {
      const engine = engineOf({ main: call, 'partials/item': 'x' });

      expect(() => engine.render('main', { name: 'a' })).toThrow(/\/t\/main\.hbs:1:1/);
    },
  );

  test.each([1, true, {}, ['a']])('nor is %j text', (value) => {
    expect(() => printed('{{quoted value}}', { value })).toThrow(/is no text/);
    expect(() => printed('{{comment value}}', { value })).toThrow(/is no text/);
  });
});

test.each(['{{log value}}', '{{lookup this "value"}}', '{{#lookup this "value"}}{{/lookup}}'])(
  "Handlebars' own %s, which prints past the guard, is unknown",
  (text) => {
    expect(() => engineOf({ main: text })).toThrow(/\/t\/main\.hbs.*unknown helper/);
  },
);

test('quoted and comment print text that can not become syntax', () => {
  expect(printed('{{quoted a}}', { a: 'tun}l0; #' })).toBe('"tun}l0; #"');
  expect(() => printed('{{quoted a}}', { a: 'a"b' })).toThrow(/double quote/);
  expect(printed('# {{comment a}}', { a: 'x\nreject;\u2028y' })).toBe('# x?reject;?y');
});

describe('each-partial', () => {
  const templates = {
    'partials/item': '{{name}};\n',
    main: 'begin\n{{each-partial "item" items}}\nend',
  };

  test('prints the partial for each record', () => {
    const items = [{ name: 'a' }, { name: 'b' }];

    expect(engineOf(templates).render('main', { items })).toBe('begin\na;\nb;\n\nend');
  });

  test('gives what a new engine gives, whatever came, went or moved', () => {
    const engine = engineOf(templates);
    const all = Array.from({ length: 300 }, (_, index) => ({ name: `n${index}` }));
    const lists = [
      all,
      all.with(150, { name: 'other' }),
      [...all.slice(0, 7), { name: 'new' }, ...all.slice(7)],
      all.filter((_, index) => index !== 200),
      all.toReversed(),
      [],
      all.slice(0, 1),
    ];
    for (const items of lists) {
      expect(engine.render('main', { items })).toBe(engineOf(templates).render('main', { items }));
    }
  });

  test('can not be used by a partial that it prints, whose text is kept for later', () => {
    const engine = engineOf({
      main: '{{each-partial "outer" items}}',
      'partials/outer': '{{each-partial "item" items}}',
      'partials/item': '{{name}}',
    });
    const items = [{ items: [{ name: 'a' }] }];

    expect(() => engine.render('main', { items })).toThrow(/partials\/outer.*cannot use it/);
  });

  test('keeps the pieces of records that did not change', () => {
    const engine = engineOf(templates);
    const items = Array.from({ length: 300 }, (_, index) => ({ name: `n${index}` }));
    const before = engine.renderParts('main', { items });
    const after = engine.renderParts('main', { items: items.with(299, { name: 'other' }) });

    expect(after.filter((part) => before.includes(part)).length).toBeGreaterThan(1);
    expect(after.at(-2)?.toString()).toContain('other;');
  });
});

describe('a secret', () => {
  test('is printed as a string', () => {
    expect(printed('{{secret value}}', { value: new Secret("a;b'c") })).toBe(`"a;b'c"`);
  });

  test.each(['{{value}}', '{{quoted value}}', '{{comment value}}', '{{pattern value}}'])(
    'is refused by %s, which does not know that it is one',
    (text) => {
      expect(() => printed(text, { value: new Secret('hunter2') })).toThrow(TemplateError);
    },
  );

  test.each(['hunter2"', 'hunter2\n', 'hunter2'.repeat(200)])(
    '%j is refused, and the refusal does not hold it',
    (text) => {
      const print = () => printed('{{secret value}}', { value: new Secret(text) });

      expect(print).toThrow(TemplateError);
      expect(print).toThrow(/^(?!.*hunter2)/s);
    },
  );

  test('is nothing else', () => {
    expect(() => printed('{{secret value}}', { value: 'text' })).toThrow(/that is none/);
  });
});
