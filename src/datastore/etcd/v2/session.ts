/**
 * The use of one endpoint by a follower: list, then one long poll for each directory, until something fails.
 *
 * A poll gives one event, and the next starts at one more than that event's own index. (The head of an answer has the
 * index at which its poll began, which may be ahead of events that are still to come.)
 *
 * etcd keeps the last 1000 events of the whole store. A directory in which nothing happens would soon ask for events that are
 * forgotten. But a poll that began at index N and told nothing proves that there was nothing up to N, so the next one starts
 * there. In a busy store polls are ended early, so that N is never far behind.
 */
import { delay } from '../../../base/clock.js';
import type { FollowContext } from '../follower.js';
import { ResyncNeeded } from '../resync-needed.js';
import { Etcd2Client, type Head } from './client.js';
import { ERROR_CODE, Etcd2Error } from './etcd2-error.js';
import { Known } from './known.js';
import { type ListedDirectory, type Listing, list } from './list.js';
import type { Etcd2Settings } from './options.js';

/** What a session needs, and whom it tells. */
export interface SessionContext extends FollowContext<Known> {
  readonly directories: readonly string[];
  readonly settings: Etcd2Settings;
}

/** etcd keeps 1000 events; a poll that began so many events ago is begun anew. */
const FAR_BEHIND = 300;

/** A poll that etcd holds. */
interface HeldPoll {
  /** The store's index when it began. */
  readonly beganAt: number;
  end(): void;
}

/** Everything is to be listed again, to be sure: etcd is well, and what the listener knows is a good start. */
class ListAgain extends Error {}

/**
 * Follows etcd at one endpoint until that fails. Never resolves.
 *
 * @param resumeFrom - what the listener knows from an earlier session
 * @throws {ResyncNeeded} when changes may have been missed, so that the listener needs a whole snapshot
 */
export async function runSession(
  context: SessionContext,
  resumeFrom: Known | undefined,
): Promise<never> {
  const { endpoint, settings, signal } = context;
  const client = await Etcd2Client.open(endpoint, settings);
  try {
    let known = resumeFrom;
    for (let isFirst = true; ; isFirst = false) {
      const listed = await list(client, context.directories, signal);
      known = await tellListing(context, listed, known);
      if (isFirst) {
        context.onSynced({ index: listed.head.index });
      }
      const { message } = await follow(context, client, { listed, known, held: new Map() });
      const { clock, logger, retryBaseMs } = settings;
      logger.debug({ endpoint, reason: message }, 'reading everything again from etcd');
      // Never in a tight circle, whatever etcd says.
      await delay(clock, retryBaseMs, signal);
    }
  } finally {
    client.close();
  }
}

async function tellListing(
  { endpoint, settings, listener, onPosition }: SessionContext,
  { entries, head }: Listing,
  known: Known | undefined,
): Promise<Known> {
  listener.heard();
  const revision = String(head.index);
  const doubt = known?.doubt(head, known.index);
  if (known && doubt === undefined) {
    const changes = known.update({ entries, head });
    if (changes.length > 0) {
      listener.changes(changes, revision);
    }
    return known;
  }
  if (doubt !== undefined) {
    settings.logger.info({ endpoint, reason: doubt }, 'etcd holds other data than before');
  }
  const fresh = new Known({ entries, head });
  await listener.snapshot({ revision, storeId: head.clusterId, entries });
  onPosition(fresh);
  return fresh;
}

/** What a listing gave, and what the listener knows after it. */
interface Followed {
  readonly listed: Listing;
  readonly known: Known;
  readonly held: Map<string, HeldPoll>;
}

/** Polls and probes; resolves when everything has to be listed again, and rejects with any other failure. */
async function follow(
  context: SessionContext,
  client: Etcd2Client,
  followed: Followed,
): Promise<ListAgain> {
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  const inner = { ...context, signal };
  try {
    return await Promise.race([
      ...followed.listed.directories.map((listed) =>
        pollOn(inner, client, { ...followed, listed }),
      ),
      probeOn(inner, client, followed),
    ]);
  } catch (error) {
    if (error instanceof ListAgain) {
      return error;
    }
    throw error;
  } finally {
    ending.abort();
  }
}

async function pollOn(
  { listener, signal }: SessionContext,
  client: Etcd2Client,
  { listed, known, held }: Omit<Followed, 'listed'> & { readonly listed: ListedDirectory },
): Promise<never> {
  const { directory } = listed;
  let next = listed.head.index + 1;
  for (;;) {
    const ending = new AbortController();
    const onHead = (head: Head): void => {
      listener.heard();
      verify(known, head, next - 1);
      held.set(directory, { beganAt: head.index, end: () => ending.abort() });
    };
    const { head, event } = await client
      .poll(directory, next, { signal, onHead, enough: ending.signal })
      .catch(rethrowCleared);
    held.delete(directory);
    if (event === undefined) {
      // No sooner than needed: should a connection have died between head and event, the next poll gives the event.
      if (head.index - next > FAR_BEHIND) {
        next = head.index + 1;
      }
      continue;
    }
    listener.heard();
    const { modifiedIndex } = event.node;
    if (modifiedIndex === undefined || modifiedIndex < next) {
      throw new ResyncNeeded(`an event before ${next} was told`);
    }
    next = modifiedIndex + 1;
    const isLate = modifiedIndex < known.changedAt;
    const changes = known.apply(event, directory);
    if (changes.length > 0) {
      listener.changes(changes, String(known.changedAt), ...(isLate ? (['late'] as const) : []));
    }
  }
}

/** Asks for signs of life; now and then of the majority, for a member without one keeps polls open in silence. */
async function probeOn(
  { directories, settings, listener, signal }: SessionContext,
  client: Etcd2Client,
  { listed, known, held }: Followed,
): Promise<never> {
  const { clock, probeMs, pollMs, auditMs } = settings;
  const [directory = '/'] = directories;
  // Many hosts that began at the same time shall not list at the same time.
  const auditAt = clock.monotonic() + auditMs * (0.75 + Math.random() / 2);
  let majorityAt = clock.monotonic() + pollMs;
  for (;;) {
    await delay(clock, probeMs, signal);
    signal.throwIfAborted();
    const now = clock.monotonic();
    const isMajorityDue = now >= majorityAt;
    if (isMajorityDue) {
      majorityAt = now + pollMs;
    }
    const floor = known.index;
    const head = await client.head(directory, isMajorityDue ? 'majority' : 'member', signal);
    verify(known, head, floor);
    listener.heard();
    for (const poll of held.values()) {
      if (head.index - poll.beganAt > FAR_BEHIND) {
        poll.end();
      }
    }
    if (now >= auditAt && known.index > listed.head.index) {
      throw new ListAgain('the last list was long ago');
    }
  }
}

function verify(known: Known, head: Head, floor: number): void {
  const doubt = known.doubt(head, floor);
  // The list asks the majority, and shows whether this was only a member that lags behind.
  if (doubt !== undefined) {
    throw new ListAgain(doubt);
  }
}

function rethrowCleared(error: unknown): never {
  if (error instanceof Etcd2Error && error.code === ERROR_CODE.eventIndexCleared) {
    throw new ResyncNeeded('etcd forgot the events since the last one');
  }
  throw error;
}
