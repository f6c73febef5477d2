import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { type CopyScript, CopyScriptBuilder } from "../matcher/copy-script.ts"
import { codeScript } from "./code-script.ts"
import { decodeMixed } from "./decode-mixed.ts"
import { WorkPace } from "./work-pace.ts"

interface Vector {
  readonly name: string
  readonly old: string
  readonly next: string
  /** Literals, where the copy begins in old, its length. */
  readonly script: readonly (readonly [number, number, number])[]
  readonly reach: number
  readonly rowBits: number
  readonly body: string
}

const path = new URL("../../../vectors/binary-mixing.json", import.meta.url)
const vectors = JSON.parse(readFileSync(path, "utf8")) as readonly Vector[]

it.each(vectors)("[BM2] decoded: $name", async ({ old, next, body }) => {
  const expected = bytes(next)
  expect(await decodeMixed(bytes(old), bytes(body), expected.length, { maxBytes: 2 ** 20 })).toEqual(expected)
})

it.each(vectors)("[BM2] coded: $name", async vector => {
  const { reach, rowBits } = vector
  const [old, next, pace] = [bytes(vector.old), bytes(vector.next), new WorkPace(undefined)]
  const coded = await codeScript(old, next, scriptOf(vector), { reach, rowBits }, pace)
  expect(Buffer.from(coded ?? []).toString("hex")).toBe(vector.body)
})

it.each(vectors)("[BM6] cut off: $name", async ({ old, next, body }) => {
  const cut = decodeMixed(bytes(old), bytes(body).subarray(0, 5), next.length / 2, { maxBytes: 2 ** 20 })
  await expect(cut).rejects.toMatchObject({ code: "binary-delta-invalid" })
})

function scriptOf({ script, next }: Vector): CopyScript {
  const builder = new CopyScriptBuilder()
  let at = 0
  for (const [literals, from, length] of script) {
    if (length > 0) builder.copy(at + literals, from, length)
    at += literals + length
  }
  return builder.finish(next.length / 2)
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"))
}
