/**
 * Calico's label selectors (`role == 'rack' && !has(draining)`): parsed once at the edge.
 *
 * The language is that of Calico's manual ("Selectors" of its policy reference). `!` binds closest, `||` least. A label that
 * is missing is unequal to everything and in no set. Strings have no escapes: what holds one quote stands in the other.
 */

import { excerpt } from '../base/excerpt.js';
import { ok, type Result, refused } from '../base/result.js';

/** Labels of a node by name. */
export type Labels = Readonly<Record<string, string>>;

/** A selector that was read. */
export interface Selector {
  /** The selector as it was written, for people. */
  readonly text: string;
  /** Whether something with `labels` is selected. */
  matches(labels: Labels): boolean;
}

/** The longest name of a label that Calico takes. */
const MAX_NAME_LENGTH = 512;
/** Parentheses inside of one another: more is surely not meant, and each takes from the stack. */
const MAX_DEPTH = 100;
/** The label that tells things of a namespace from those of none, which `global()` selects. */
const NAMESPACE_LABEL = 'projectcalico.org/namespace';

type Test = (labels: Labels) => boolean;

/** `text` as a selector; one without a term selects everything. */
export function parseSelector(text: string): Result<Selector> {
  const reader = new SelectorReader(text);
  const test = reader.whole();
  return test === undefined
    ? refused(`${excerpt(text)} is not a selector: ${reader.fault}`)
    : ok(new ReadSelector(text, test));
}

class ReadSelector implements Selector {
  readonly text: string;
  readonly #test: Test;

  constructor(text: string, test: Test) {
    this.text = text;
    this.#test = test;
  }

  matches(labels: Labels): boolean {
    return this.#test(labels);
  }
}

/** Reads by recursive descent. What can't be read gives `undefined`, and `fault` says what is wrong. */
class SelectorReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** What is wrong, in the words of the place where it was noticed first. */
  fault = '';

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Test | undefined {
    if (this.#isAtEnd()) {
      return () => true;
    }
    const test = this.#anyOf();
    return test === undefined || this.#isAtEnd() ? test : this.#fail('&&, || or the end');
  }

  #anyOf(): Test | undefined {
    return this.#chain(
      /\|\|/y,
      () => this.#allOf(),
      (tests) => (labels) => tests.some((test) => test(labels)),
    );
  }

  #allOf(): Test | undefined {
    return this.#chain(
      /&&/y,
      () => this.#term(),
      (tests) => (labels) => tests.every((test) => test(labels)),
    );
  }

  #chain(
    operator: RegExp,
    read: () => Test | undefined,
    join: (tests: readonly Test[]) => Test,
  ): Test | undefined {
    const tests: Test[] = [];
    do {
      const test = read();
      if (test === undefined) {
        return undefined;
      }
      tests.push(test);
    } while (this.#take(operator) !== undefined);
    return tests.length === 1 ? tests[0] : join(tests);
  }

  #term(): Test | undefined {
    let isNegated = false;
    while (this.#take(/!/y) !== undefined) {
      isNegated = !isNegated;
    }
    const test = this.#take(/\(/y) === undefined ? this.#plainTerm() : this.#group();
    return isNegated ? test && ((labels) => !test(labels)) : test;
  }

  #group(): Test | undefined {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      this.fault ||= `more than ${MAX_DEPTH} parentheses inside of one another`;
      return undefined;
    }
    const test = this.#anyOf();
    this.#depth -= 1;
    return test && this.#closed(test);
  }

  #plainTerm(): Test | undefined {
    if (this.#take(/all\s*\(/y) !== undefined) {
      return this.#closed(() => true);
    }
    if (this.#take(/global\s*\(/y) !== undefined) {
      return this.#closed((labels) => labelOf(labels, NAMESPACE_LABEL) === undefined);
    }
    const isHas = this.#take(/has\s*\(/y) !== undefined;
    const name = this.#name();
    if (name === undefined) {
      return undefined;
    }
    return isHas
      ? this.#closed((labels) => labelOf(labels, name) !== undefined)
      : this.#comparison(name);
  }

  #comparison(name: string): Test | undefined {
    const operator = this.#take(
      /==|!=|not\s*in(?=\s*\{)|in(?=\s*\{)|contains|starts\s*with|ends\s*with/y,
    )?.replace(/\s/g, '');
    if (operator === 'in' || operator === 'notin') {
      const set = this.#set();
      return set && ((labels) => isIn(set, labelOf(labels, name)) === (operator === 'in'));
    }
    const compare = operator === undefined ? undefined : COMPARISONS.get(operator);
    if (compare === undefined) {
      return this.#fail('an operator (==, !=, in, not in, contains, starts with, ends with)');
    }
    const wanted = this.#string();
    return wanted === undefined ? undefined : (labels) => compare(labelOf(labels, name), wanted);
  }

  #set(): ReadonlySet<string> | undefined {
    this.#take(/\{/y);
    const set = new Set<string>();
    while (this.#take(/\}/y) === undefined) {
      const item = this.#string();
      if (item === undefined) {
        return undefined;
      }
      set.add(item);
      if (this.#take(/,|(?=\})/y) === undefined) {
        return this.#fail('a comma or }');
      }
    }
    return set;
  }

  #name(): string | undefined {
    const name = this.#take(/[A-Za-z0-9_./-]+/y);
    if (name === undefined) {
      return this.#fail('the name of a label');
    }
    if (name.length > MAX_NAME_LENGTH) {
      this.fault ||= `a label's name is longer than ${MAX_NAME_LENGTH} characters`;
      return undefined;
    }
    return name;
  }

  #string(): string | undefined {
    return this.#take(/'[^']*'|"[^"]*"/y)?.slice(1, -1) ?? this.#fail('a text in quotes');
  }

  #closed(test: Test): Test | undefined {
    return this.#take(/\)/y) === undefined ? this.#fail(')') : test;
  }

  /** What `token`, a sticky expression, matches here, after blanks. */
  #take(token: RegExp): string | undefined {
    this.#skipBlanks();
    token.lastIndex = this.#at;
    const match = token.exec(this.#text)?.[0];
    this.#at += match?.length ?? 0;
    return match;
  }

  #isAtEnd(): boolean {
    this.#skipBlanks();
    return this.#at === this.#text.length;
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) {
      this.#at += 1;
    }
  }

  #fail(expected: string): undefined {
    this.fault ||= `${expected} is expected at character ${this.#at + 1}`;
    return undefined;
  }
}

const COMPARISONS: ReadonlyMap<string, (value: string | undefined, wanted: string) => boolean> =
  new Map([
    ['==', (value, wanted) => value === wanted],
    ['!=', (value, wanted) => value !== wanted],
    ['contains', (value, wanted) => value?.includes(wanted) === true],
    ['startswith', (value, wanted) => value?.startsWith(wanted) === true],
    ['endswith', (value, wanted) => value?.endsWith(wanted) === true],
  ]);

function labelOf(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

function isIn(set: ReadonlySet<string>, value: string | undefined): boolean {
  return value !== undefined && set.has(value);
}
