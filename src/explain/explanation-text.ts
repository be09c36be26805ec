/** An explanation as lines for people. */

import type {
  Action,
  Decision,
  Explanation,
  FilterStory,
  Reason,
  SessionStory,
} from './explanation.js';
import { isKnown } from './explanation.js';

/** More sessions than these are counted. */
const MAX_NAMED = 3;

/** The lines, without line ends. */
export function explanationText(explanation: Explanation): readonly string[] {
  const { subject, facts, sessions, noSession, filters, problems } = explanation;
  return isKnown(explanation)
    ? [
        subject,
        ...facts.map((fact) => `  ${reasonText(fact)}`),
        ...sessions.flatMap(sessionLines),
        ...(noSession.length === 0 ? [] : ['no session:', ...indented(noSession)]),
        ...filters.flatMap(filterLines),
        ...(problems.length === 0 ? [] : ['problems:']),
        ...problems.map(({ key, reason, action }) => `  ${key}: ${reason}; ${action}`),
      ]
    : [`${subject}: nothing is known of it`];
}

function reasonText({ text, key }: Reason): string {
  return key === undefined ? text : `${text} (${key})`;
}

function indented(reasons: readonly Reason[]): readonly string[] {
  return reasons.map((reason) => `  ${reasonText(reason)}`);
}

function sessionLines({
  name,
  address,
  terms,
  reasons,
  alsoAsked,
}: SessionStory): readonly string[] {
  return [
    `session ${name} with ${address}: ${terms}`,
    ...indented(reasons),
    ...alsoAsked.map((reason) => `  asked for again, to no effect: ${reasonText(reason)}`),
  ];
}

const HEADS = { export: 'told to', import: 'taken from', kernel: 'into the kernel' } as const;

const ROUTES = {
  'black-hole': ', the black hole of this host',
  peer: ', as told by a peer',
  anywhere: '',
} as const;

function filterLines({ filter, route, sessions, decisions }: FilterStory): readonly string[] {
  const who = filter === 'kernel' ? '' : ` ${namesOf(sessions)}`;
  const which = filter === 'import' ? '' : ROUTES[route];
  return [
    `${HEADS[filter]}${who}${which}:`,
    ...decisions.map((decision) => `  ${decisionText(decision)}`),
  ];
}

function namesOf(names: readonly string[]): string {
  const named = names.slice(0, MAX_NAMED).join(', ');
  const more = names.length - MAX_NAMED;
  return more > 0 ? `${named} and ${more} more` : named;
}

const WORDS: Readonly<Record<Action, string>> = {
  accept: 'yes',
  reject: 'no',
  change: 'changed',
  unknown: 'unknown',
};

function decisionText(decision: Decision): string {
  const { action, when } = decision;
  const condition = when === undefined ? '' : `, if ${when}`;
  return `${WORDS[action]}${condition}: ${reasonText(decision)}`;
}
