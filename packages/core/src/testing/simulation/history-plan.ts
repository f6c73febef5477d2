import { SeededRandom } from "../seeded-random.ts"
import type { Firing } from "./fault-dice.ts"
import {
  type FaultKind,
  type FaultRates,
  faultKinds,
  grantFaults,
  sharingFaults,
  type StepFault,
  stepFaults
} from "./fault-kinds.ts"

/** One thing that happens in a history. Machines, lines and documents are numbers, taken modulo what there is. */
export type PlanStep = {
  /** Of the randomness of whatever the step does. */
  readonly draw: number
  /** Virtual time that passes afterwards. */
  readonly pauseMs: number
} & (
  | {
      /** An application changes a document. */
      readonly do: "act"
      readonly machine: number
      readonly document: number
      readonly action: string
    }
  /** A replica is closed and opened again; a document's log is folded. */
  | { readonly do: "reopen" | "fold"; readonly machine: number; readonly document: number }
  /** Nothing goes wrong for a while, until all is as it should be, which is then checked. */
  | { readonly do: "heal" }
  /** A fault happens to a machine or a line. */
  | { readonly do: StepFault; readonly at: number }
)

/** Everything that makes a history what it is, as plain JSON: the same plan takes the same course. */
export interface HistoryPlan {
  /** Of the network's latency, of identities, and of faults that have rates. */
  readonly seed: number
  readonly machines: number
  /** Who dials whom. Every machine is connected to every other one through some. */
  readonly lines: readonly (readonly [from: number, to: number])[]
  readonly retainCommits: number
  /** Frames, pages and windows as small as they can be, so that few commits are many frames. */
  readonly smallFrames: boolean
  /** Whether lines begin with some collections granted, instead of all. */
  readonly someGranted: boolean
  /** Of faults of messages and disks. Those of machines and lines are steps. */
  readonly rates: FaultRates
  /** Instead of rates: which opportunities are taken. */
  readonly firing?: Firing
  readonly steps: readonly PlanStep[]
}

/** How large some histories are. */
export interface HistorySize {
  /** Beside the shares of the other sizes: how many histories are of this one. */
  readonly share: number
  /** Up to how many machines; at least two. */
  readonly maxMachines: number
  /** About how many steps: from half of that to half as many again. */
  readonly steps: number
}

/**
 * Most histories are small: what can go wrong mostly does so between two or three replicas and few edits, a small history costs a
 * tenth of a large one, and is most of the way to the smallest one that fails. Some things take more.
 */
export const defaultSizes: readonly HistorySize[] = [
  { share: 80, maxMachines: 3, steps: 6 },
  { share: 17, maxMachines: 3, steps: 14 },
  { share: 3, maxMachines: 5, steps: 40 }
]

/** Within which bounds histories are drawn. */
export interface PlanOptions {
  /** At least one. */
  readonly sizes: readonly HistorySize[]
  readonly faults: FaultRates
  /** What the application can do. */
  readonly actions: readonly string[]
}

const ofGrants: ReadonlySet<string> = new Set(grantFaults)
const otherFaults = faultKinds.filter(kind => !ofGrants.has(kind))

/** More than any history makes: folding never happens by itself. */
const neverFolds = 1_000_000

/** Draws the plan of one history from its seed. */
export function drawPlan(seed: number, options: PlanOptions): HistoryPlan {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x51ed270b)
  const { maxMachines, steps } = pickSize(random, options.sizes)
  const machines = 2 + random.integer(Math.max(1, maxMachines - 1))
  // From a source of their own: whatever else a seed means stays as it was before there were such faults.
  const grants = new SeededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x27d4eb2f)
  const rates = {
    ...someFaults(random, options.faults, otherFaults),
    ...someFaults(grants, options.faults, grantFaults)
  }
  // Two folded branches of one name never become one again (SPEC FK10).
  const isShared = sharingFaults.some(kind => (rates[kind] ?? 0) > 0)
  return {
    seed,
    machines,
    lines: drawLines(random, machines),
    retainCommits: isShared ? neverFolds : random.pick([2, 8, neverFolds]),
    smallFrames: random.chance(0.7),
    someGranted: (rates.regrant ?? 0) > 0 && random.chance(0.7),
    rates,
    steps: drawSteps({ random, grants }, rates, { steps, actions: options.actions }, !isShared)
  }
}

function pickSize(random: SeededRandom, sizes: readonly HistorySize[]): HistorySize {
  let left = random.next() * sizes.reduce((sum, { share }) => sum + share, 0)
  const picked = sizes.find(({ share }) => (left -= share) < 0) ?? sizes.at(-1)
  if (picked === undefined) throw new RangeError("histories need a size")
  return picked
}

/** About half of the kinds: some bugs show only where other faults are not in the way. */
function someFaults(random: SeededRandom, faults: FaultRates, kinds: readonly FaultKind[]): FaultRates {
  const share = random.pick([0.2, 0.5, 0.5, 1])
  const picked = kinds.filter(kind => (faults[kind] ?? 0) > 0 && random.chance(share))
  return Object.fromEntries(picked.map(kind => [kind, faults[kind] ?? 0]))
}

function drawLines(random: SeededRandom, machines: number): readonly (readonly [number, number])[] {
  const form = random.pick(["star", "star", "tree", "chain"] as const)
  const lines: (readonly [number, number])[] = []
  for (let at = 1; at < machines; at++)
    lines.push([at, form === "star" ? 0 : form === "chain" ? at - 1 : random.integer(at)])
  if (machines > 2 && random.chance(0.3)) lines.push([0, machines - 1])
  return lines
}

function drawSteps(
  { random, grants }: { readonly random: SeededRandom; readonly grants: SeededRandom },
  rates: FaultRates,
  { steps, actions }: { readonly steps: number; readonly actions: readonly string[] },
  canFold: boolean
): readonly PlanStep[] {
  const drawn: PlanStep[] = []
  const count = Math.ceil(steps * (0.5 + random.next()))
  for (let step = 0; step < count; step++) {
    drawn.push(...drawFaults(random, rates, stepFaults), ...drawFaults(grants, rates, grantFaults))
    const [machine, document] = [random.integer(64), random.integer(64)]
    const roll = random.next()
    if (roll < 0.01) drawn.push({ do: "heal", ...timing(random) })
    else if (roll < 0.04) drawn.push({ do: "reopen", machine, document, ...timing(random) })
    else if (roll < 0.07 && canFold) drawn.push({ do: "fold", machine, document, ...timing(random) })
    else drawn.push({ do: "act", machine, document, action: random.pick(actions), ...timing(random) })
  }
  return drawn
}

function drawFaults(
  random: SeededRandom,
  rates: FaultRates,
  kinds: readonly StepFault[]
): readonly PlanStep[] {
  const drawn: PlanStep[] = []
  for (const kind of kinds)
    if (rateOf(rates, kind) > 0 && random.chance(rateOf(rates, kind)))
      drawn.push({ do: kind, at: random.integer(64), ...timing(random) })
  return drawn
}

function timing(random: SeededRandom): Pick<PlanStep, "draw" | "pauseMs"> {
  return { draw: random.integer(2 ** 32), pauseMs: random.integer(pauseMs(random)) }
}

/** Most of the time everybody writes at once; now and then links come to rest. */
function pauseMs(random: SeededRandom): number {
  return random.pick([1, 1, 10, 60, 60, 600, 3_000])
}

function rateOf(rates: FaultRates, kind: FaultKind): number {
  return rates[kind] ?? 0
}
