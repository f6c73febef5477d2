import { getBackend, init } from "@automerge/automerge"
import { describe, expect, test } from "vitest"
import { codeThrownBy, mustChange, openDocument, spliceAt } from "../../testing/engine-case.ts"
import { genesisIdentity } from "../genesis-identity.ts"
import { automerge } from "./automerge-engine.ts"
import type { Handle } from "./automerge-handle.ts"
import { genesisActor, genesisChange } from "./genesis.ts"
import { bytesToHex } from "./hex.ts"
import type { AutomergeNative } from "./native-handle.ts"

const body = { path: ["body"], kind: "text" } as const
const note = { path: ["meta", "note"], kind: "text" } as const
const meta = { path: ["meta"], kind: "map" } as const

/** What somebody can make who is not bound to our engine. */
function forge(identity: number, write: (handle: Handle) => void): Handle {
  const handle = getBackend(init({ actor: bytesToHex(genesisActor(identity)) }))
  write(handle)
  handle.commit(undefined, 0)
  return handle
}

const bodyIdentity = genesisIdentity(body)
const forgeries: readonly (readonly [string, Handle])[] = [
  ["another kind", forge(bodyIdentity, handle => handle.putObject("_root", "body", []))],
  ["another key", forge(bodyIdentity, handle => handle.putObject("_root", "title", ""))],
  ["content inside", forge(bodyIdentity, handle => handle.putObject("_root", "body", "x"))],
  ["a plain value", forge(bodyIdentity, handle => handle.put("_root", "body", "x", "str"))],
  ["an identity nobody has", forge(7, handle => handle.put("_root", "x", 1))],
  ["another map's", forge(genesisIdentity(note), handle => handle.putObject("_root", "note", ""))]
]

describe("content under a reserved identity", () => {
  test.each(forgeries)("[AM2] %s: refused as an update", (_, handle) => {
    const [update] = handle.getChanges([])
    expect(codeThrownBy(() => openDocument(automerge()).apply(update === undefined ? [] : [update]))).toBe(
      "engine-identity-reserved"
    )
  })

  test.each(forgeries)("[AM2] %s: refused as a snapshot", (_, handle) => {
    const snapshot = handle.save()
    expect(codeThrownBy(() => openDocument(automerge(), snapshot))).toBe("engine-identity-reserved")
    expect(codeThrownBy(() => openDocument(automerge()).applySnapshot(snapshot))).toBe(
      "engine-identity-reserved"
    )
  })

  test.each(forgeries)("[AM2] %s: refused where the real one is already", (_, handle) => {
    const document = openDocument(automerge())
    document.ensureGenesis([body, note])
    expect(codeThrownBy(() => document.apply(handle.getChanges([])))).toBe("engine-identity-reserved")
  })

  test("[AM2] a second change of a genesis's actor is refused, in updates and snapshots", () => {
    const handle = forge(bodyIdentity, () => {})
    handle.applyChanges([genesisChange(body).bytes])
    handle.put("_root", "x", 1)
    handle.commit(undefined, 0)
    const document = openDocument(automerge())
    expect(codeThrownBy(() => document.apply(handle.getChanges([])))).toBe("engine-identity-reserved")
    expect(codeThrownBy(() => openDocument(automerge(), handle.save()))).toBe("engine-identity-reserved")
  })

  test("[AM2] accepted if it is the genesis, byte for byte", () => {
    const document = openDocument(automerge())
    document.apply([body, meta, note].map(ref => genesisChange(ref).bytes))
    expect(document.establish([body, note])).toBeUndefined()
  })

  test("[AM2] a snapshot with a deleted genesis loads, and shows that it is gone", () => {
    const document = openDocument(automerge())
    mustChange(document, spliceAt(["body"], 0, 0, "x"))
    const native = document.native as AutomergeNative
    native.change(doc => delete doc["body"])
    expect(document.value()).not.toHaveProperty("body")
    expect(openDocument(automerge(), document.snapshot()).value()).toEqual(document.value())
  })

  test("[AM3] no identity is drawn from the reserved range, nor taken from it", () => {
    const engine = automerge()
    expect(engine.createIdentity({ bytes: length => new Uint8Array(length) })[0]).toBe(0x80)
    const document = openDocument(engine)
    expect(codeThrownBy(() => document.setIdentity(new Uint8Array(8)))).toBe("engine-identity-reserved")
    expect(codeThrownBy(() => document.setIdentity(new Uint8Array(4).fill(0xff)))).toBe(
      "engine-identity-reserved"
    )
  })
})
