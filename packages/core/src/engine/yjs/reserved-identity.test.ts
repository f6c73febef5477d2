import { ByteWriter } from "@syncline/clock/bytes"
import { describe, expect, test } from "vitest"
import * as Y from "yjs"
import { codeThrownBy, openDocument } from "../../testing/engine-case.ts"
import { genesisIdentity } from "../genesis-identity.ts"
import { genesisUpdate } from "./genesis.ts"
import { yjs } from "./yjs-engine.ts"

const body = { path: ["body"], kind: "text" } as const
const note = { path: ["meta", "note"], kind: "text" } as const
const meta = { path: ["meta"], kind: "map" } as const

/** What somebody can make who is not bound to our engine. */
function forge(identity: number, write: (root: Y.Map<unknown>) => void): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = identity
  write(doc.getMap("root"))
  return Y.encodeStateAsUpdate(doc)
}

/** A genesis that claims to have been deleted, and to have been two. */
function longDeletion(): Uint8Array {
  const out = new ByteWriter()
  for (const number of [1, 1, genesisIdentity(body), 0, 0x21, 1]) out.varUint(number)
  out.varString("root")
  out.varString("body")
  for (const number of [2, 0]) out.varUint(number)
  return out.finish()
}

const forgeries: readonly (readonly [string, Uint8Array])[] = [
  ["a longer deletion", longDeletion()],
  ["another kind", forge(genesisIdentity(body), root => root.set("body", new Y.Array()))],
  ["another key", forge(genesisIdentity(body), root => root.set("title", new Y.Text()))],
  ["content inside", forge(genesisIdentity(body), root => root.set("body", new Y.Text("x")))],
  ["a plain value", forge(genesisIdentity(body), root => root.set("body", "x"))],
  ["an identity nobody has", forge(7, root => root.set("x", 1))],
  ["another map's", forge(genesisIdentity(note), root => root.set("note", new Y.Text()))]
]

describe("content under a reserved identity", () => {
  test.each(forgeries)("[YJ2] %s: refused as an update", (_, update) => {
    expect(codeThrownBy(() => openDocument(yjs()).apply([update]))).toBe("engine-identity-reserved")
  })

  test.each(forgeries)("[YJ2] %s: refused as a snapshot", (_, update) => {
    const snapshot = Y.convertUpdateFormatV1ToV2(update)
    expect(codeThrownBy(() => openDocument(yjs(), snapshot))).toBe("engine-identity-reserved")
    expect(codeThrownBy(() => openDocument(yjs()).applySnapshot(snapshot))).toBe("engine-identity-reserved")
  })

  test.each(forgeries)("[YJ2] %s: refused where the real one is already", (_, update) => {
    const document = openDocument(yjs())
    document.ensureGenesis([body, note])
    expect(codeThrownBy(() => document.apply([update]))).toBe("engine-identity-reserved")
  })

  test("[YJ2] accepted if it is the genesis, byte for byte, parents in any order", () => {
    const update = Y.mergeUpdates([genesisUpdate(note), genesisUpdate(meta), genesisUpdate(body)])
    const document = openDocument(yjs())
    document.apply([update])
    expect(document.establish([body, note])).toBeUndefined()
  })

  test("[YJ2] a snapshot with a deleted genesis loads", () => {
    const document = openDocument(yjs())
    document.ensureGenesis([body, note])
    const root = (document.native as Y.Doc).getMap("root")
    root.delete("body")
    root.delete("meta")
    expect(openDocument(yjs(), document.snapshot()).value()).toEqual({ tags: [], votes: 0 })
  })

  test("[YJ3] no identity is drawn from the reserved range, nor taken from it", () => {
    const engine = yjs()
    expect(engine.createIdentity({ bytes: length => new Uint8Array(length) })).toEqual(
      new Uint8Array([0x80, 0, 0, 0])
    )
    expect(() => openDocument(engine).setIdentity(new Uint8Array([0x7f, 255, 255, 255]))).toThrow(
      "highest bit"
    )
  })
})
