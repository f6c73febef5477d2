import { SeededRandom } from "../seeded-random.ts"
import { type FaultKind, type FaultRates, faultKinds } from "./fault-kinds.ts"

/** How often each fault came about. */
export type FiredFaults = Record<FaultKind, number>

/** At which of its opportunities, counted from 0, each fault happens. */
export type Firing = Partial<Readonly<Record<FaultKind, readonly number[]>>>

/**
 * Decides what goes wrong. Whether the nth opportunity of a kind is taken, and how, depends on the seed, the kind and n
 * alone: leaving out one fault does not move the others.
 */
export class FaultDice {
  /** While set, nothing goes wrong, and no opportunity is counted. */
  isResting = false
  /** How often each fault came about. */
  readonly fired: FiredFaults
  readonly #seed: number
  readonly #rates: FaultRates
  readonly #forced: ReadonlyMap<FaultKind, ReadonlySet<number>> | undefined
  readonly #taken = new Map<FaultKind, number[]>()
  readonly #opportunities: FiredFaults
  #listener: (kind: FaultKind) => void = () => {}

  constructor(seed: number, rates: FaultRates, firing?: Firing) {
    this.#seed = seed
    this.#rates = rates
    this.#forced = firing && new Map(faultKinds.map(kind => [kind, new Set(firing[kind])] as const))
    this.fired = noFaultsFired()
    this.#opportunities = noFaultsFired()
  }

  /** Those of these kinds that can happen at all. */
  active<K extends FaultKind>(kinds: readonly K[]): readonly K[] {
    return kinds.filter(kind =>
      this.#forced === undefined ? (this.#rates[kind] ?? 0) > 0 : (this.#forced.get(kind)?.size ?? 0) > 0
    )
  }

  /** One opportunity. When it is taken: the source of everything about how. The caller says `fire` if it had an effect. */
  roll(kind: FaultKind): SeededRandom | undefined {
    if (this.isResting) return undefined
    const opportunity = this.#opportunities[kind]++
    const random = new SeededRandom(mixed(this.#seed, faultKinds.indexOf(kind), opportunity))
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
  fire(kind: FaultKind): void {
    this.fired[kind]++
    this.#listener(kind)
  }

  /** Calls back for each fault that comes about. */
  onFire(listener: (kind: FaultKind) => void): void {
    this.#listener = listener
  }

  /** Which opportunities were taken: given back as `firing`, they are again. */
  get taken(): Firing {
    return Object.fromEntries(this.#taken) as Firing
  }
}

/** Counters at zero. */
export function noFaultsFired(): FiredFaults {
  return Object.fromEntries(faultKinds.map(kind => [kind, 0])) as FiredFaults
}

/** Adds one history's counts to a sum. */
export function addFired(sum: FiredFaults, fired: Readonly<FiredFaults>): void {
  for (const kind of faultKinds) sum[kind] += fired[kind]
}

/** A number in which each of the three turns about half of all bits (the finaliser of MurmurHash3, public domain). */
function mixed(seed: number, kind: number, opportunity: number): number {
  let bits = (seed ^ Math.imul(kind + 1, 0x9e3779b1) ^ Math.imul(opportunity + 1, 0x85ebca6b)) >>> 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
