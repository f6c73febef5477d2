import { globSync } from "node:fs"
import { join } from "node:path"
import type { FuzzTarget } from "./fuzz-target.ts"

/** Every target of the files beside this one that are named `*-targets.ts`, in the order of their names. */
export async function fuzzTargets(): Promise<readonly FuzzTarget[]> {
  const files = globSync("*-targets.ts", { cwd: import.meta.dirname, exclude: ["fuzz-targets.ts"] }).sort()
  const modules = await Promise.all(
    files.map(file => import(join(import.meta.dirname, file)) as Promise<Readonly<Record<string, unknown>>>)
  )
  const found = modules.flatMap(exported => Object.values(exported)).filter(Array.isArray)
  return found.flat() as FuzzTarget[]
}
