import type { Engine } from "../engine/engine.ts"
import { ContractViolation, assertThat } from "./contract-assert.ts"
import type { ContractCase } from "./contract-case.ts"
import { engineChangeCases } from "./engine-change-cases.ts"
import { EngineFleet } from "./engine-fleet.ts"
import { engineFootprintCases } from "./engine-footprint-cases.ts"
import { engineGenesisCases } from "./engine-genesis-cases.ts"
import { engineMergeCases } from "./engine-merge-cases.ts"
import { type EditNative, engineNativeCases } from "./engine-native-cases.ts"
import { SeededRandom } from "./seeded-random.ts"

/** Enough that every pair of kinds of operations meets concurrently many times; a soak calls `runEngineHistory` with more. */
const histories = 30
const historySteps = 60

/**
 * What every `Engine` must do, as cases for any test runner. Rules EN1 to EN22, but EN20, and FP1 to FP7 of core's SPEC.md; EN16 compares
 * random histories of several documents with an independent model and with each other.
 *
 * `name` completes the titles: `engineContract("yjs", yjs)`. `editNative` is for engines whose `native` can be written
 * to: without it, EN19 is not checked.
 */
export function engineContract(
  name: string,
  makeEngine: () => Engine,
  editNative?: EditNative
): readonly ContractCase[] {
  const native = editNative === undefined ? [] : engineNativeCases(editNative)
  const cases = [
    ...engineChangeCases,
    ...engineMergeCases,
    ...engineGenesisCases,
    ...engineFootprintCases,
    ...native
  ]
  const bound = cases.map(
    ({ title, check }): ContractCase => ({
      title: `${title} (${name})`,
      run: async () => check(await readyEngine(makeEngine))
    })
  )
  return [
    ...bound,
    {
      title: `[EN16] random histories show what a plain model shows, and converge (${name})`,
      run: async () => {
        const engine = await readyEngine(makeEngine)
        for (let seed = 1; seed <= histories; seed++) runEngineHistory(engine, seed, editNative)
      }
    }
  ]
}

async function readyEngine(makeEngine: () => Engine): Promise<Engine> {
  const engine = makeEngine()
  await engine.ready?.()
  await engine.readyFootprints?.()
  return engine
}

/** Runs one random history of three documents. The failure names the seed, with which it happens again. */
export function runEngineHistory(engine: Engine, seed: number, editNative?: EditNative): void {
  const fleet = new EngineFleet(engine, new SeededRandom(seed), 3, editNative)
  try {
    for (let step = 0; step < historySteps; step++) fleet.step()
    fleet.settle()
    assertThat(fleet.changes > historySteps / 4, `the history made only ${fleet.changes} changes`)
  } catch (cause) {
    throw new ContractViolation(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause
    })
  }
}
