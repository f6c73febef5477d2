import { parseArgs } from "node:util"
import type { TourOptions } from "./tour.ts"

/**
 * Reads the command line and the environment.
 *
 * @throws Error saying what is wrong with an argument.
 */
export function tourOptions(args: readonly string[], env: NodeJS.ProcessEnv): TourOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { keep: { type: "boolean" }, seed: { type: "string" } }
  })
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed takes a whole number, not "${values.seed}"`)
  return { quick: env["SYNCLINE_TOUR"] === "quick", keep: values.keep === true, seed }
}
