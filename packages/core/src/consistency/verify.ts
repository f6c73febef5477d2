import { coreError } from "../errors/core-error.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import { Pace } from "./pace.ts"
import { formatResume, parseResume, type WalkPlace } from "./resume-token.ts"
import { checkMode } from "./verify-mode.ts"
import type { VerifyOptions } from "./verify-options.ts"
import { isClean, type VerifyReport } from "./verify-report.ts"
import { verifySink } from "./verify-sink.ts"
import type { VerifyTarget } from "./verify-target.ts"

/**
 * Compares documents with their records in every sink, and records with their documents: all of them, or as many as the
 * mode says.
 *
 * Safe beside writers: a difference is reported only after a second look at which the sink was due to be right. Memory is
 * bounded by a page and the findings listed.
 *
 * @throws SynclineError `aborted`, `projection-unknown-sink`, `options-invalid`, `verification-stale`; a failing sink is reported, the others are verified.
 */
export async function verify(
  source: ProjectionSource,
  targets: readonly VerifyTarget[],
  options: VerifyOptions = {}
): Promise<VerifyReport> {
  const { time } = source.ports
  const { mode = { kind: "full" } } = options
  checkMode(mode)
  const started = time.nowMs()
  const pace = new Pace(source.ports, options.documentsPerSecond, options.signal)
  const begun = options.resume === undefined ? undefined : parseResume(source, options, options.resume)
  const names = begun === undefined ? options.sinks : [begun.place.sink, ...begun.left]
  const wanted = chosen(targets, names)
  const sinks = [...(begun?.done ?? [])]
  for (const [index, target] of wanted.entries()) {
    const left = wanted.slice(index + 1).map(({ name }) => name)
    const done = [...sinks]
    const tokenOf = (place: WalkPlace, alone: boolean): string =>
      formatResume(source, options, { place, ...(alone ? { done: [], left: [] } : { done, left }) })
    const place = index === 0 ? begun?.place : undefined
    sinks.push(await verifySink(source, target, { options, pace, begun: place, tokenOf }))
  }
  return {
    mode,
    contents: readsContents(options),
    sinks,
    durationMs: time.nowMs() - started,
    clean: sinks.every(isClean)
  }
}

function readsContents({ mode, contents }: VerifyOptions): boolean {
  if (mode?.kind === "bloom" || mode?.kind === "merkle") return false
  if (mode?.kind === "sample" || (mode?.kind === "documents" && !("prefix" in mode))) return true
  return contents ?? true
}

function chosen(
  targets: readonly VerifyTarget[],
  names: readonly string[] | undefined
): readonly VerifyTarget[] {
  if (names === undefined) return targets
  return names.map(name => {
    const target = targets.find(each => each.name === name)
    if (target !== undefined) return target
    const known = targets.map(each => `"${each.name}"`).join(", ")
    throw coreError("projection-unknown-sink", `there is no sink "${name}"; there are: ${known || "none"}`)
  })
}
