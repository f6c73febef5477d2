import { type CopyScript, CopyScriptBuilder } from "../matcher/copy-script.ts"

/**
 * The same script without copies shorter than `shortest`: their bytes become literals. A model that expects the bytes of old
 * codes them for less than an operation costs.
 */
export function joinShortCopies(script: CopyScript, shortest: number): CopyScript {
  const builder = new CopyScriptBuilder()
  let at = 0
  for (let i = 0; i < script.count; i++) {
    const length = script.copyLengths[i] ?? 0
    at += script.literalLengths[i] ?? 0
    // The first copy is where old and new begin the same: without it, nothing says that they do.
    if (length >= shortest || (length > 0 && at === 0)) builder.copy(at, script.copyFrom[i] ?? 0, length)
    at += length
  }
  return builder.finish(at)
}
