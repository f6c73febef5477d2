import { diffError } from "../error/diff-error.ts"
import type { ListRun } from "./list-run.ts"

/**
 * The list after `runs`, copied elements being those of `before`.
 *
 * Throws `list-run-invalid` when the runs do not lie end to end or do not cover exactly `before`.
 */
export function applyListRuns<T>(before: readonly T[], runs: readonly ListRun<T>[]): T[] {
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

function invalid(problem: string): Error {
  return diffError("list-run-invalid", `${problem}; was the script made for another list?`)
}
