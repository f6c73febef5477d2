import { isSynclineError } from "@syncline/clock"
import { preload } from "../../deferred/deferred-part.ts"
import type { Replica } from "../../replica/replica.ts"
import { SeededRandom } from "../seeded-random.ts"
import type { Action } from "./application.ts"
import { checkFleet, checkSample, checkStored } from "./check-fleet.ts"
import type { FiredFaults, Firing } from "./fault-dice.ts"
import { heal, type HealLimits } from "./heal.ts"
import type { HistoryPlan, PlanStep } from "./history-plan.ts"
import type { Machine } from "./machine.ts"
import { happen } from "./step-faults.ts"
import { Violation } from "./violation.ts"
import { World, type WorldOptions } from "./world.ts"

/** What histories of one simulation have in common. */
export interface HistorySetting extends WorldOptions {
  readonly actions: Readonly<Record<string, Action>>
  /** Called with all replicas whenever they should hold the same; what it throws is a violation. */
  readonly check: (replicas: readonly Replica[]) => void | Promise<void>
  readonly healLimits: HealLimits
}

/** What a history came to. */
export interface HistoryOutcome {
  /** 16 hex digits: equal for two runs of one plan. */
  readonly trace: string
  readonly fired: Readonly<FiredFaults>
  /** Which opportunities for faults of messages and disks were taken. */
  readonly firing: Firing
  readonly commits: number
  readonly messages: number
  readonly virtualMs: number
  /** The longest time that it took to converge. */
  readonly healMs: number
  /** The most rounds of reconciliation that a link took for it. */
  readonly healRounds: number
  readonly events: ReadonlyMap<string, number>
  readonly violation?: Violation
}

/** Lets one history take its course. Depends on nothing but its arguments. */
export async function playHistory(plan: HistoryPlan, setting: HistorySetting): Promise<HistoryOutcome> {
  // What would come from a file when it is first needed would come at another moment each time.
  await preload()
  const world = await World.start(plan, setting)
  const player = new Player(world, setting)
  try {
    for (const step of plan.steps) {
      await player.play(step)
      if (world.violation !== undefined) break
    }
    if (world.violation === undefined) await player.end(plan.seed)
  } catch (error) {
    world.violated(
      error instanceof Violation
        ? (error as Violation)
        : new Violation("threw", String(error), { cause: error })
    )
  }
  for (const machine of world.machines) machine.halt()
  const { violation } = world
  return {
    trace: world.trace.value,
    fired: world.dice.fired,
    firing: world.dice.taken,
    commits: world.ledger.size,
    messages: world.network.delivered,
    virtualMs: world.time.nowMs(),
    healMs: player.healMs,
    healRounds: player.healRounds,
    events: world.events,
    ...(violation === undefined ? {} : { violation })
  }
}

/** What an application meets on a bad disk, or in a process that ends, and can do nothing about. */
const excused = ["store-failed", "document-blocked", "replica-closed", "store-closed", "document-deleted"]

class Player {
  healMs = 0
  healRounds = 0
  readonly #world: World
  readonly #setting: HistorySetting

  constructor(world: World, setting: HistorySetting) {
    this.#world = world
    this.#setting = setting
  }

  async play(step: PlanStep): Promise<void> {
    const world = this.#world
    switch (step.do) {
      case "act":
        this.#excuse(this.#act(step))
        break
      case "reopen":
        this.#excuse(reopen(world.machine(step.machine)))
        break
      case "fold":
        this.#excuse(this.#fold(step))
        break
      case "heal":
        await this.#heal()
        world.dice.isResting = false
        break
      default:
        happen(world, step.do, step.at, step.draw)
    }
    await world.time.advance(step.pauseMs)
    this.#excuse(this.#sample(step.draw))
  }

  async end(seed: number): Promise<void> {
    await this.#heal()
    // What was refused and kept arrives once it is granted.
    if (this.#world.grantAll()) await this.#heal()
    await checkStored(this.#world, this.#world.machine(seed))
  }

  async #heal(): Promise<void> {
    const world = this.#world
    const { healLimits, check } = this.#setting
    const { ms, rounds } = await heal(world, healLimits)
    this.healMs = Math.max(this.healMs, ms)
    this.healRounds = Math.max(this.healRounds, rounds)
    await checkFleet(world)
    const replicas = world.machines.flatMap(({ replica }) => replica ?? [])
    await world.time.during(checked(check, replicas))
  }

  async #act({ machine: at, document, action, draw }: PlanStep & { readonly do: "act" }): Promise<void> {
    const { documents, actions } = this.#setting
    const machine = this.#world.machine(at)
    const { replica, life } = machine
    const id = documents[document % documents.length]
    const perform = actions[action]
    if (replica === undefined || life === undefined || id === undefined) return
    if (perform === undefined)
      throw new Violation("threw", `the plan asks for "${action}", which is no action`)
    await perform({
      replica,
      documents,
      id,
      random: new SeededRandom(draw),
      acknowledge: (of, { dot, durable }) => {
        void durable.then(
          () => {
            if (dot !== undefined && life.isAlive) this.#world.acknowledged(machine, of, dot)
          },
          () => {}
        )
      }
    })
  }

  async #sample(draw: number): Promise<void> {
    const { documents } = this.#setting
    const id = documents[draw % documents.length]
    if (id !== undefined) await checkSample(this.#world, this.#world.machine(draw >>> 8), id)
  }

  async #fold({ machine, document, draw }: PlanStep & { readonly do: "reopen" | "fold" }): Promise<void> {
    const { documents } = this.#setting
    const id = documents[document % documents.length]
    if (id !== undefined) await this.#world.machine(machine).replica?.compact(id, draw % 4)
  }

  /** Nobody waits for it: it may be that the process dies meanwhile, and it never comes back. */
  #excuse(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (excused.some(code => isSynclineError(error, code))) return
      this.#world.violated(
        error instanceof Violation
          ? (error as Violation)
          : new Violation("threw", `an action threw ${String(error)}`, { cause: error })
      )
    })
  }
}

async function reopen(machine: Machine): Promise<void> {
  await machine.close()
  await machine.open()
}

async function checked(check: HistorySetting["check"], replicas: readonly Replica[]): Promise<void> {
  try {
    await check(replicas)
  } catch (error) {
    throw new Violation("check", error instanceof Error ? error.message : String(error), { cause: error })
  }
}
