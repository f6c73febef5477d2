import { coreError } from "../../errors/core-error.ts"
import { faultKinds } from "./fault-kinds.ts"
import type { SimulationOptions } from "./simulate.ts"

/**
 * Checks what a simulation is to do: a fault that is misspelt would never come about, and a run without actions shows nothing.
 *
 * @throws SynclineError `options-invalid`.
 */
export function checkSimulation({ faults = {}, actions, histories = 1, sizes }: SimulationOptions): void {
  const kinds: ReadonlySet<string> = new Set(faultKinds)
  for (const [kind, rate] of Object.entries(faults)) {
    if (!kinds.has(kind)) throw invalid(`there is no fault "${kind}"; there are ${faultKinds.join(", ")}`)
    if (!(rate >= 0 && rate <= 1))
      throw invalid(`the rate of "${kind}" is ${rate}; give a number from 0 to 1`)
  }
  if (actions !== undefined && Object.keys(actions).length === 0)
    throw invalid("there are no actions; give at least one, or leave them out for the default ones")
  if (sizes?.length === 0) throw invalid("there are no sizes; give at least one, or leave them out")
  if (!Number.isInteger(histories) || histories < 1)
    throw invalid(`${histories} histories; give a whole number from 1`)
}

function invalid(why: string): Error {
  return coreError("options-invalid", `the simulation cannot be: ${why}`)
}
