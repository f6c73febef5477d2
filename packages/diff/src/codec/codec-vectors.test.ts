import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import type { ExtendedOperation } from "../json/json-patch.ts"
import { errorCode } from "../testing/error-code.ts"
import { packPatch } from "./pack-patch.ts"
import { pack, unpack } from "./pack.ts"
import { restorePlainForm } from "./restore-plain-form.ts"
import { unpackPatch } from "./unpack-patch.ts"

interface Refused {
  readonly name: string
  readonly bytes: string
  readonly code: string
}

interface Values {
  readonly values: ReadonlyArray<{ name: string; plainForm: unknown; bytes: string; decodeOnly?: true }>
  readonly refused: readonly Refused[]
}

interface Patches {
  readonly patches: ReadonlyArray<{ name: string; patch: ExtendedOperation[]; bytes: string }>
  readonly refused: readonly Refused[]
}

const { values, refused } = vectors("codec-values.json") as Values
const patches = vectors("codec-patches.json") as Patches

test.each(values)("[PK1] vector: $name", async ({ plainForm, bytes }) => {
  const value = restorePlainForm(structuredClone(plainForm))
  expect(await unpack(fromHex(bytes))).toStrictEqual(value)
})

test.each(values.filter(({ decodeOnly }) => decodeOnly === undefined))(
  "[PK1] vector packed: $name",
  async ({ plainForm, bytes }) => {
    const value = restorePlainForm(structuredClone(plainForm))
    expect(toHex(await pack(value, { accept: [] }))).toBe(bytes)
  }
)

test.each(refused)("[PK6] vector refused: $name", async ({ bytes, code }) => {
  expect(await errorCode(() => unpack(fromHex(bytes)))).toBe(code)
})

test.each(patches.patches)("[PP1] vector: $name", async ({ patch, bytes }) => {
  const restored = patch.map(operation =>
    "value" in operation
      ? { ...operation, value: restorePlainForm(structuredClone(operation.value)) }
      : operation
  )
  expect(await unpackPatch(fromHex(bytes))).toStrictEqual(restored)
  expect(toHex(await packPatch(restored, { accept: [] }))).toBe(bytes)
})

test.each(patches.refused)("[PP6] vector refused: $name", async ({ bytes, code }) => {
  expect(await errorCode(() => unpackPatch(fromHex(bytes)))).toBe(code)
})

function vectors(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), "utf8"))
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex")
}
