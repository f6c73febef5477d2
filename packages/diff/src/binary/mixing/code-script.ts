import type { CopyScript } from "../matcher/copy-script.ts"
import { LITERALS_AT_ONCE, MixingModel } from "./mixing-model.ts"
import { type MixingParameters, packParameters } from "./mixing-parameters.ts"
import { LEARNED_WORK, OPERATION_WORK, type WorkPace } from "./work-pace.ts"

/** A script coded with these parameters, first byte included. Throws `binary-unsupported` as {@link MixingModel.forEncoding}. */
export async function codeScript(
  old: Uint8Array,
  next: Uint8Array,
  script: CopyScript,
  parameters: MixingParameters,
  pace: WorkPace
): Promise<Uint8Array<ArrayBuffer>> {
  const model = await MixingModel.forEncoding(old, next.length, parameters)
  let at = 0
  for (let i = 0; i < script.count; i++) {
    const literals = script.literalLengths[i] ?? 0
    model.codeLiteralCount(literals)
    model.codeCopyStart(script.copyFrom[i] ?? 0)
    const learned = literals > 0 ? model.startRun(literals) : 0
    if (pace.spend(OPERATION_WORK + learned * LEARNED_WORK)) await pace.pause()
    for (const end = at + literals; at < end; ) {
      const part = next.subarray(at, Math.min(end, at + LITERALS_AT_ONCE))
      model.writeLiterals(part)
      at += part.length
      if (pace.spend(part.length)) await pace.pause()
    }
    if (at < next.length) at += model.codeCopyLength(script.copyLengths[i] ?? 0)
  }
  return withFirstByte(packParameters(parameters), model.finish())
}

function withFirstByte(first: number, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0))
  out[0] = first
  let at = 1
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
