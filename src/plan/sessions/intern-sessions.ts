import { commonEnds } from '../../base/common-ends.js';
import type { Node } from '../../model/node.js';
import type { Session } from '../plan.js';
import type { MeshRule } from './mesh.js';
import { sessionOf } from './session-of.js';
import { type AskedSession, isSameSession } from './terms.js';

/** What became of the nodes of the mesh, in their order. */
export interface MeshSessions {
  readonly sessions: readonly Session[];
  /** The nodes that no session is asked for with. Looked for when it is asked: hardly any pass does. */
  left(): readonly Node[];
}

/**
 * What `SessionIntern` is, for the mesh: its thousands of nodes are mostly the objects of the last time, and only what lies between
 * the first and the last node that is another one is asked for at all. Of 5,000 nodes that saves 2 ms of a pass.
 */
export class MeshIntern {
  #nodes: readonly Node[] = [];
  #goesBy: readonly unknown[] = [];
  /** One for each of `#nodes`; none for a node that no session is asked for with. */
  #sessions: readonly (Session | undefined)[] = [];

  /** The sessions that `rule` asks for. */
  intern(rule: MeshRule): MeshSessions {
    const { nodes, goesBy } = rule;
    const isSameRule = goesBy.every((value, index) => value === this.#goesBy[index]);
    const { start, end } = isSameRule ? commonEnds(this.#nodes, nodes) : { start: 0, end: 0 };
    const oldEnd = this.#sessions.length - end;
    const fresh = nodes.slice(start, nodes.length - end).map((node) => rule.ask(node));
    this.#sessions = this.#sessions
      .slice(0, start)
      .concat(reuse(this.#sessions.slice(start, oldEnd), fresh), this.#sessions.slice(oldEnd));
    this.#nodes = nodes;
    this.#goesBy = goesBy;
    const made = this.#sessions;
    return {
      sessions: made.filter((session) => session !== undefined),
      left: () => nodes.filter((_, index) => made[index] === undefined),
    };
  }
}

function reuse(
  earlier: readonly (Session | undefined)[],
  asked: readonly (AskedSession | undefined)[],
): readonly (Session | undefined)[] {
  const byOrigin = new Map(earlier.map((session) => [session?.origin, session]));
  return asked.map((one) => one && madeOf(one, byOrigin.get(one.origin)));
}

/** `earlier`, where it is what is asked for. */
function madeOf(asked: AskedSession, earlier: Session | undefined): Session {
  return earlier !== undefined && isSameSession(earlier, asked) ? earlier : sessionOf(asked);
}

/**
 * Makes sessions of what is asked for, and gives last time's object for one that is the same in everything, so that the stages
 * behind the plan tell by identity what changed: the text of a session that stands is printed once, and forecast and description
 * look at the others alone. Of 5,000 sessions that saves 30 ms of a pass, nearly all of them printing.
 *
 * This file is the one place that remembers sessions. What it gives equals what `sessionOf` makes of each.
 */
export class SessionIntern {
  #last: readonly Session[] = [];
  /** What they were asked for by, where that is kept by who asks. */
  #lastAsked: readonly AskedSession[] = [];

  /**
   * The sessions that are asked for, in that order. A list may hold the objects of the last one: these aren't looked into. Anything
   * else is taken one by one: what was asked for before is garbage at once, and nothing that V8 copies.
   */
  intern(asked: Iterable<AskedSession>): readonly Session[] {
    const list: readonly AskedSession[] = Array.isArray(asked) ? asked : [];
    const isInPlace = list.length > 0 && list.length === this.#lastAsked.length;
    this.#last = isInPlace ? this.#internInPlace(list) : this.#internEach(asked);
    this.#lastAsked = list;
    return this.#last;
  }

  #internInPlace(asked: readonly AskedSession[]): readonly Session[] {
    const [last, lastAsked] = [this.#last, this.#lastAsked];
    const replaced = last.filter((_, index) => asked[index] !== lastAsked[index]);
    const byWish = new Map(replaced.map((session) => [wishOf(session), session]));
    return asked.map((one, index) => {
      const same = one === lastAsked[index] ? last[index] : undefined;
      return same ?? madeOf(one, byWish.get(wishOf(one)));
    });
  }

  #internEach(asked: Iterable<AskedSession>): readonly Session[] {
    const last = this.#last;
    const sessions: Session[] = [];
    let places: ReadonlyMap<string, number> | undefined;
    let place = 0;
    for (const one of asked) {
      // Mostly the same keys ask in the same order. Otherwise each is looked for by its key and neighbor.
      if (!isSameWish(last[place], one)) {
        places ??= new Map(last.map((session, index) => [wishOf(session), index]));
        place = places.get(wishOf(one)) ?? place;
      }
      const earlier = last[place];
      if (isSameWish(earlier, one)) {
        place += 1;
      }
      sessions.push(madeOf(one, earlier));
    }
    return sessions;
  }
}

/** One key may ask for sessions with many neighbors. */
function isSameWish(
  earlier: Session | undefined,
  { origin, remoteAddress }: AskedSession,
): boolean {
  return earlier?.origin === origin && earlier.remoteAddress === remoteAddress;
}

function wishOf({ origin, remoteAddress }: AskedSession): string {
  return `${origin} ${remoteAddress}`;
}
