import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import type { ExtendedOperation } from "../json/json-patch.ts"
import { errorCode } from "../testing/error-code.ts"
import { canonicalText } from "./change/canonical-text.ts"
import { pack, unpack } from "./pack.ts"
import { patchColumns, patchRows } from "./patch/patch-writer.ts"
import { restorePlainForm } from "./restore-plain-form.ts"
import { unpackChange } from "./unpack-change.ts"
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
  readonly patches: ReadonlyArray<{ name: string; patch: ExtendedOperation[]; columns: string; rows: string }>
  readonly refused: readonly Refused[]
}

interface Changes {
  readonly changes: ReadonlyArray<{
    name: string
    before: unknown
    after: unknown
    canonicalTextOfAfter: string
    bytes: string
  }>
}

const { values, refused } = vectors("codec-values.json") as Values
const patches = vectors("codec-patches.json") as Patches
const { changes } = vectors("codec-changes.json") as Changes

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

test.each(patches.patches)("[PP1] vector: $name", async ({ patch, columns, rows }) => {
  const restored = patch.map(operation =>
    "value" in operation
      ? { ...operation, value: restorePlainForm(structuredClone(operation.value)) }
      : operation
  )
  for (const bytes of [columns, rows]) expect(await unpackPatch(fromHex(bytes))).toStrictEqual(restored)
  expect(`10${toHex(patchColumns(restored))}`).toBe(columns)
  expect(`20${toHex(patchRows(restored))}`).toBe(rows)
})

test.each(changes)("[PD2] vector: $name", async change => {
  const [before, after] = [restorePlainForm(change.before), restorePlainForm(change.after)]
  expect(await unpackChange(before, fromHex(change.bytes))).toStrictEqual(after)
  expect(canonicalText(after)).toBe(change.canonicalTextOfAfter)
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
