import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { deltaToBytes } from "./delta.ts"
import { patchToBytes } from "./patch.ts"
import { signatureToBytes } from "./signature.ts"

interface RoundTrip {
  readonly name: string
  readonly key: string
  readonly old: string
  readonly next: string
  readonly blockBytes?: number
  readonly strongBytes?: number
  readonly signature: string
  readonly delta: string
}

interface Vectors {
  readonly roundTrips: readonly RoundTrip[]
  readonly patches: readonly {
    readonly name: string
    readonly old: string
    readonly delta: string
    readonly next: string
  }[]
  readonly refusedSignatures: readonly {
    readonly name: string
    readonly signature: string
    readonly code: string
  }[]
  readonly refusedDeltas: readonly {
    readonly name: string
    readonly old: string
    readonly delta: string
    readonly code: string
  }[]
}

const path = new URL("../../vectors/rsync.json", import.meta.url)
const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors

describe("vectors", () => {
  it.each(vectors.roundTrips)("[RS1] [RS2] $name", async ({ key, old, next, signature, delta, ...sizes }) => {
    const options = { key: bytes(key), accept: [], ...pick(sizes) }
    expect(hex(await signatureToBytes(bytes(old), options))).toBe(signature)
    expect(hex(await deltaToBytes(bytes(signature), bytes(next)))).toBe(delta)
    expect(hex(await patchToBytes(bytes(old), bytes(delta)))).toBe(next)
  })

  it.each(vectors.patches)("[RS1] $name", async ({ old, delta, next }) => {
    expect(hex(await patchToBytes(bytes(old), bytes(delta)))).toBe(next)
  })

  it.each(vectors.refusedSignatures)("[RS8] [RS9] $name", async ({ signature, code }) => {
    await expect(deltaToBytes(bytes(signature), new Uint8Array(0))).rejects.toMatchObject({ code })
  })

  it.each(vectors.refusedDeltas)("[RS7] $name", async ({ old, delta, code }) => {
    await expect(patchToBytes(bytes(old), bytes(delta))).rejects.toMatchObject({ code })
  })
})

function pick({ blockBytes, strongBytes }: { blockBytes?: number; strongBytes?: number }): {
  blockBytes?: number
  strongBytes?: number
} {
  return {
    ...(blockBytes === undefined ? {} : { blockBytes }),
    ...(strongBytes === undefined ? {} : { strongBytes })
  }
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"))
}

function hex(content: Uint8Array): string {
  return Buffer.from(content).toString("hex")
}
