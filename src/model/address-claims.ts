import type { Address } from '../values/address.js';
import { FAMILIES } from '../values/family.js';
import type { Node } from './node.js';

const NONE: ReadonlyMap<Address, readonly string[]> = new Map();

/**
 * Which addresses more than one node claims. Kept as nodes come and go rather than found by each pass: a look at all of 5,000
 * nodes costs 0.5 ms and half a megabyte of garbage.
 */
export class AddressClaims {
  /** Names of nodes by the address that each claims: mostly one, and 5,000 sets of one name would be 1 MB. */
  readonly #claimants = new Map<Address, string | Set<string>>();
  readonly #contested = new Set<Address>();
  /** What `contested` tells; undefined where that is to be worked out anew. */
  #told: ReadonlyMap<Address, readonly string[]> | undefined = NONE;

  /** The node `before` is now `after`; it comes where there is no `before`, and goes where there is no `after`. */
  change(before: Node | undefined, after: Node | undefined): void {
    for (const family of FAMILIES) {
      const [old, now] = [before?.addresses[family]?.address, after?.addresses[family]?.address];
      if (before !== undefined && old !== undefined && old !== now) {
        this.#drop(old, before.name);
      }
      if (after !== undefined && now !== undefined && old !== now) {
        this.#add(now, after.name);
      }
    }
  }

  /** The names of those that claim one address, by address; empty where every node has its own. */
  contested(): ReadonlyMap<Address, readonly string[]> {
    // The same object again and again: whoever compares sees by that alone that nothing changed.
    this.#told ??= this.#contested.size === 0 ? NONE : this.#namesByAddress();
    return this.#told;
  }

  #namesByAddress(): ReadonlyMap<Address, readonly string[]> {
    return new Map(
      [...this.#contested]
        .sort()
        .map((address) => [address, namesOf(this.#claimants.get(address)).sort()]),
    );
  }

  #add(address: Address, name: string): void {
    const claimants = this.#claimants.get(address);
    if (claimants === undefined) {
      this.#claimants.set(address, name);
      return;
    }
    this.#told = undefined;
    if (typeof claimants === 'string') {
      this.#claimants.set(address, new Set([claimants, name]));
      this.#contested.add(address);
    } else {
      claimants.add(name);
    }
  }

  #drop(address: Address, name: string): void {
    const claimants = this.#claimants.get(address);
    if (typeof claimants !== 'object') {
      this.#claimants.delete(address);
      return;
    }
    this.#told = undefined;
    claimants.delete(name);
    const [last, ...others] = claimants;
    if (last !== undefined && others.length === 0) {
      this.#claimants.set(address, last);
      this.#contested.delete(address);
    }
  }
}

function namesOf(claimants: string | Set<string> | undefined): string[] {
  return typeof claimants === 'string' ? [claimants] : [...(claimants ?? [])];
}
