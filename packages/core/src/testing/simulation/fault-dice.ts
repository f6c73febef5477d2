import { SeededRandom } from "../seeded-random.ts"
import type { FaultKind } from "./fault-kinds.ts"

/** How often each fault came about. */
export type FiredFaults<Kind extends string = FaultKind> = Record<Kind, number>

/** At which of its opportunities, counted from 0, each fault happens. */
export type Firing<Kind extends string = FaultKind> = Partial<Readonly<Record<Kind, readonly number[]>>>

/** What something that can go wrong asks. */
export interface Dice<Kind extends string> {
  /** As `FaultDice.roll`. */
  roll(kind: Kind): SeededRandom | undefined
  /** As `FaultDice.fire`. */
  fire(kind: Kind): void
}

/**
 * Decides what goes wrong. Whether the nth opportunity of a kind is taken, and how, depends on the seed, the kind and n
 * alone: leaving out one fault does not move the others.
 */
export class FaultDice<Kind extends string = FaultKind> implements Dice<Kind> {
  /** While set, nothing goes wrong, and no opportunity is counted. */
  isResting = false
  /** How often each fault came about. */
  readonly fired: FiredFaults<Kind>
  /** All there are, in the order that says what is drawn for them. */
  readonly #kinds: readonly Kind[]
  readonly #seed: number
  readonly #rates: Partial<Readonly<Record<Kind, number>>>
  readonly #forced: ReadonlyMap<Kind, ReadonlySet<number>> | undefined
  /** Those that can happen: of others no opportunity is counted, and nothing is drawn. */
  readonly #active: ReadonlySet<Kind>
  readonly #taken = new Map<Kind, number[]>()
  readonly #opportunities: FiredFaults<Kind>
  #listener: (kind: Kind) => void = () => {}

  constructor(
    kinds: readonly Kind[],
    seed: number,
    rates: Partial<Readonly<Record<Kind, number>>>,
    firing?: Firing<Kind>
  ) {
    this.#kinds = kinds
    this.#seed = seed
    this.#rates = rates
    this.#forced = firing && new Map(kinds.map(kind => [kind, new Set(firing[kind])] as const))
    this.#active = new Set(this.active(kinds))
    this.fired = noFaultsFired(kinds)
    this.#opportunities = noFaultsFired(kinds)
  }

  /** Those of these kinds that can happen at all. */
  active<K extends Kind>(kinds: readonly K[]): readonly K[] {
    return kinds.filter(kind =>
      this.#forced === undefined ? (this.#rates[kind] ?? 0) > 0 : (this.#forced.get(kind)?.size ?? 0) > 0
    )
  }

  /** One opportunity. When it is taken: the source of everything about how. The caller says `fire` if it had an effect. */
  roll(kind: Kind): SeededRandom | undefined {
    if (this.isResting || !this.#active.has(kind)) return undefined
    const opportunity = this.#opportunities[kind]++
    const random = new SeededRandom(mixed(this.#seed, this.#kinds.indexOf(kind), opportunity))
    const isTaken =
      this.#forced === undefined
        ? random.chance(this.#rates[kind] ?? 0)
        : this.#forced.get(kind)?.has(opportunity) === true
    if (!isTaken) return undefined
    // Forced or not, what follows is drawn alike.
    if (this.#forced !== undefined) random.next()
    const taken = this.#taken.get(kind) ?? []
    this.#taken.set(kind, taken)
    taken.push(opportunity)
    return random
  }

  /** Counts a fault that came about. */
  fire(kind: Kind): void {
    this.fired[kind]++
    this.#listener(kind)
  }

  /** Calls back for each fault that comes about. */
  onFire(listener: (kind: Kind) => void): void {
    this.#listener = listener
  }

  /** Which opportunities were taken: given back as `firing`, they are again. */
  get taken(): Firing<Kind> {
    return Object.fromEntries(this.#taken) as unknown as Firing<Kind>
  }
}

/** Counters at zero. */
export function noFaultsFired<Kind extends string>(kinds: readonly Kind[]): FiredFaults<Kind> {
  return Object.fromEntries(kinds.map(kind => [kind, 0])) as FiredFaults<Kind>
}

/** Adds one history's counts to a sum. */
export function addFired<Kind extends string>(
  sum: FiredFaults<Kind>,
  fired: Readonly<FiredFaults<Kind>>
): void {
  for (const kind of Object.keys(sum) as Kind[]) sum[kind] += fired[kind]
}

/** A number in which each of the three turns about half of all bits (the finaliser of MurmurHash3, public domain). */
function mixed(seed: number, kind: number, opportunity: number): number {
  let bits = (seed ^ Math.imul(kind + 1, 0x9e3779b1) ^ Math.imul(opportunity + 1, 0x85ebca6b)) >>> 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
