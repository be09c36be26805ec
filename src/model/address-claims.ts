import type { Address } from '../values/address.js';
import { FAMILIES } from '../values/family.js';
import type { Node } from './node.js';

const NONE: ReadonlyMap<Address, readonly string[]> = new Map();

/**
 * Which addresses more than one node claims. Kept as nodes come and go rather than found by each pass: a look at all of 5,000
 * nodes costs 0.5 ms and half a megabyte of garbage.
 */
export class AddressClaims {
  /** Names of nodes by the address that each claims. */
  readonly #claimants = new Map<Address, Set<string>>();
  readonly #contested = new Set<Address>();

  /** The node `before` is now `after`; it comes where there is no `before`, and goes where there is no `after`. */
  change(before: Node | undefined, after: Node | undefined): void {
    for (const family of FAMILIES) {
      const [old, now] = [before?.addresses[family]?.address, after?.addresses[family]?.address];
      if (before !== undefined && old !== undefined && old !== now) {
        this.#claimants.get(old)?.delete(before.name);
        this.#look(old);
      }
      if (after !== undefined && now !== undefined && old !== now) {
        const names = this.#claimants.get(now);
        if (names === undefined) {
          this.#claimants.set(now, new Set([after.name]));
        } else {
          names.add(after.name);
          this.#look(now);
        }
      }
    }
  }

  /** The names of those that claim one address, by address; empty where every node has its own. */
  contested(): ReadonlyMap<Address, readonly string[]> {
    // The same object again and again: whoever compares sees by that alone that nothing changed.
    if (this.#contested.size === 0) {
      return NONE;
    }
    return new Map(
      [...this.#contested]
        .sort()
        .map((address) => [address, [...(this.#claimants.get(address) ?? [])].sort()]),
    );
  }

  #look(address: Address): void {
    const count = this.#claimants.get(address)?.size ?? 0;
    if (count === 0) {
      this.#claimants.delete(address);
    }
    if (count > 1) {
      this.#contested.add(address);
    } else {
      this.#contested.delete(address);
    }
  }
}
