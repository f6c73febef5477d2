import { checkList } from "../argument/check-argument.ts"
import { diffError } from "../error/diff-error.ts"
import type { ListRun } from "./list-run.ts"

/**
 * The list after `runs`, copied elements being those of `before`.
 *
 * Throws `list-run-invalid` when the runs do not lie end to end or do not cover exactly `before`.
 */
export function applyListRuns<T>(before: readonly T[], runs: readonly ListRun<T>[]): T[] {
  checkList("before", before)
  checkRuns(runs)
  const after: T[] = []
  let done = 0
  for (const run of runs) {
    const fits =
      run.before === done && run.after === after.length && Number.isSafeInteger(run.count) && run.count > 0
    if (!fits) throw invalid(`${run.kind} of ${run.count} at ${run.before} does not continue at ${done}`)
    if (run.kind === "copy") for (const element of before.slice(done, done + run.count)) after.push(element)
    if (run.kind === "insert") for (const element of run.values) after.push(element)
    if (run.kind !== "insert") done += run.count
    if (done > before.length) throw invalid(`${run.kind} reaches to ${done} in a list of ${before.length}`)
  }
  if (done !== before.length) throw invalid(`the script ends at ${done} of ${before.length} elements`)
  return after
}

/** Throws unless something is a list of runs by its form; a hole is none. */
function checkRuns(runs: unknown): void {
  if (!Array.isArray(runs)) throw invalid("the script is no array of runs")
  for (const run of runs as readonly unknown[]) checkRun(run)
}

function checkRun(run: unknown): void {
  const { kind, count, values } = (run ?? {}) as Readonly<Record<string, unknown>>
  const known = kind === "copy" || kind === "delete" || kind === "insert"
  if (!known) throw invalid(`a run is none of "copy", "delete" and "insert"`)
  if (kind !== "insert" || (Array.isArray(values) && values.length === count)) return
  throw invalid("an insert does not hold as many values as it counts")
}

function invalid(problem: string): Error {
  return diffError("list-run-invalid", `${problem}; was the script made for another list?`)
}
