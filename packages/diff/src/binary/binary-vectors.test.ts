import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { applyDelta } from "./apply/apply-delta.ts"
import { applyDeltaStream } from "./apply/apply-delta-stream.ts"
import { encodeDelta } from "./encode-delta.ts"

interface Vectors {
  readonly roundTrips: readonly {
    readonly name: string
    readonly old: string
    readonly next: string
    readonly delta: string
  }[]
  readonly refused: readonly {
    readonly name: string
    readonly old: string
    readonly delta: string
    readonly code: string
  }[]
}

const path = new URL("../../vectors/binary.json", import.meta.url)
const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors

describe("vectors", () => {
  it.each(vectors.roundTrips)("[BD2] $name", async ({ old, next, delta }) => {
    expect(hex(await applyDelta(bytes(old), bytes(delta)))).toBe(next)
    expect(hex(await encodeDelta(bytes(old), bytes(next), { accept: [] }))).toBe(delta)
  })

  it.each(vectors.refused)("[BD8] [BD9] $name", async ({ old, delta, code }) => {
    await expect(applyDelta(bytes(old), bytes(delta))).rejects.toMatchObject({ code })
  })

  it.each(vectors.refused)("[BD8] streamed: $name", async ({ old, delta, code }) => {
    const chunks = applyDeltaStream(bytes(old), [bytes(delta)])
    await expect(drain(chunks)).rejects.toMatchObject({ code })
  })
})

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const chunk of chunks) length += chunk.length
  return length
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"))
}

function hex(content: Uint8Array): string {
  return Buffer.from(content).toString("hex")
}
