import { isSynclineError } from "@syncline/clock"
import type { Engine, EngineDocument } from "../engine/engine.ts"
import { assertEqual, assertThat, ContractViolation } from "./contract-assert.ts"
import {
  contractShape,
  count,
  type EngineCase,
  insertAt,
  mustChange,
  mustThrow,
  openDocument,
  receive,
  setTo,
  spliceAt
} from "./engine-case.ts"
import { SeededRandom } from "./seeded-random.ts"

/** What happens when changes of several documents meet. */
export const engineMergeCases: readonly EngineCase[] = [
  {
    title: "[EN8] concurrent edits of different places both stay",
    check: engine => {
      const a = openDocument(engine)
      const start = mustChange(a, spliceAt(["body"], 0, 0, "hello world"), insertAt(["tags"], 0, 1, 2, 3))
      const b = openDocument(engine)
      receive(b, start)
      const ofA = mustChange(a, spliceAt(["body"], 0, 5, "HELLO"), {
        op: "delete",
        path: ["tags"],
        index: 0,
        count: 1
      })
      const ofB = mustChange(b, spliceAt(["body"], 11, 0, "!"), insertAt(["tags"], 3, 4))
      receive(a, ofB)
      receive(b, ofA)
      assertEqual([a.value()["body"], a.value()["tags"]], ["HELLO world!", [2, 3, 4]], "merged")
      assertEqual(b.value(), a.value(), "the other")
    }
  },
  {
    title:
      "[EN21] what several count at once adds up, whoever began, and beyond what is exact shows the bound",
    check: engine => {
      const documents = [1, 2, 3].map(() => openDocument(engine))
      const steps = [5, -2, Number.MAX_SAFE_INTEGER]
      const changes = documents.map((document, at) =>
        mustChange(document, count(["votes"], steps[at] ?? 0), count(["meta", "deep", "hits"], at))
      )
      for (const document of documents) receive(document, ...changes)
      for (const document of documents)
        assertEqual(document.value()["votes"], Number.MAX_SAFE_INTEGER, "the bound")
      const back = documents.map(document => mustChange(document, count(["votes"], -10)))
      for (const document of documents) receive(document, ...back)
      for (const document of [...documents, openDocument(engine, documents[0]?.snapshot())])
        assertEqual(document.value()["votes"], Number.MAX_SAFE_INTEGER - 27, "the sum of all steps")
    }
  },
  {
    title: "[EN9] a document reopened under its own identity goes on where it stopped",
    check: engine => {
      const identity = engine.createIdentity(new SeededRandom(77))
      const first = engine.open({ shape: contractShape, identity })
      const changes = [mustChange(first, insertAt(["tags"], 0, 1))]
      const second = engine.open({ shape: contractShape, identity, snapshot: first.snapshot() })
      changes.push(mustChange(second, insertAt(["tags"], 1, 2)))
      const third = engine.open({ shape: contractShape, identity })
      receive(third, ...changes)
      changes.push(mustChange(third, insertAt(["tags"], 2, 3)))
      const other = openDocument(engine)
      for (const change of changes) receive(other, change)
      assertEqual(other.value()["tags"], [1, 2, 3], "what another replica sees")
    }
  },
  {
    title: "[EN10] after setIdentity changes are made under the new identity",
    check: engine => {
      const identity = engine.createIdentity(new SeededRandom(78))
      const a = engine.open({ shape: contractShape, identity })
      const common = mustChange(a, setTo(["a"], 1))
      const b = engine.open({ shape: contractShape, identity, snapshot: a.snapshot() })
      b.setIdentity(engine.createIdentity(new SeededRandom(79)))
      const ofA = mustChange(a, insertAt(["tags"], 0, "a"))
      const ofB = mustChange(b, insertAt(["tags"], 0, "b"))
      receive(a, ofB)
      receive(b, ofA)
      assertEqual(new Set(a.value()["tags"] as string[]).size, 2, "both insertions")
      assertEqual(b.value(), a.value(), "the other")
      assertThat(common.update.length > 0, "an update is empty")
    }
  },
  {
    title: "[EN17] documents that hold the same changes have the same state key, whichever way those came",
    check: engine => {
      const [a, b, c] = [openDocument(engine), openDocument(engine), openDocument(engine)]
      const ofA = mustChange(a, spliceAt(["body"], 0, 0, "one"), insertAt(["tags"], 0, 1))
      const ofB = mustChange(b, spliceAt(["body"], 0, 0, "two"), insertAt(["tags"], 0, 2))
      receive(c, ofB)
      c.applySnapshot(a.snapshot())
      receive(a, ofB)
      assertThat(!isSameBytes(a.stateKey(), b.stateKey()), "documents with other changes have the same key")
      receive(b, ofA)
      const late = openDocument(engine, c.snapshot())
      for (const document of [b, c, late]) assertEqual(document.stateKey(), a.stateKey(), "state key")
    }
  },
  {
    title: "[EN18] two changes under one identity and number are seen: refused, or in the state key",
    check: engine => {
      const identity = engine.createIdentity(new SeededRandom(80))
      const [a, b] = [1, 2].map(n => {
        const document = engine.open({ shape: contractShape, identity })
        mustChange(document, insertAt(["tags"], 0, n))
        return document
      }) as [EngineDocument, EngineDocument]
      assertThat(!isSameBytes(a.stateKey(), b.stateKey()), "the fork does not show")
      const theirs = b.snapshot()
      try {
        a.applySnapshot(theirs)
      } catch (error) {
        return assertThat(isSynclineError(error, "commit-forked"), `threw ${String(error)}`)
      }
      assertThat(!isSameBytes(a.stateKey(), b.stateKey()), "merged, the fork does not show any more")
    }
  },
  {
    title: "[EN11] bytes that are no update are refused, whatever they are",
    check: engine => {
      const { update } = mustChange(openDocument(engine), setTo(["a"], "some text"), setTo(["b"], 2))
      for (let length = 0; length < update.length; length++)
        mustThrow(
          () => openDocument(engine).apply([update.slice(0, length)]),
          ["engine-update-invalid"],
          `cut to ${length}`
        )
      const random = new SeededRandom(5)
      for (let round = 0; round < 300; round++) {
        const damaged = update.slice()
        damaged[random.integer(damaged.length)] = random.integer(256)
        // Some damage gives another valid update; the rest has to be refused in order.
        tolerate(() => openWith(engine, damaged), `damage ${round}`)
        tolerate(() => openWith(engine, random.bytes(random.integer(40))), `noise ${round}`)
        tolerate(() => openDocument(engine, random.bytes(random.integer(40))), `noise as snapshot ${round}`)
      }
    }
  },
  {
    title: "[EN12] content without what it builds on is refused, not kept for later",
    check: engine => {
      const a = openDocument(engine)
      mustChange(a, spliceAt(["body"], 0, 0, "x"))
      const second = mustChange(a, spliceAt(["body"], 1, 0, "y"))
      const b = openDocument(engine)
      mustThrow(() => receive(b, second), ["engine-update-invalid"], "the second change alone")
    }
  }
]

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

const refusals = ["engine-update-invalid", "engine-identity-reserved"]

/** Refused in order, or accepted as a document that can be read. */
function tolerate(open: () => EngineDocument, what: string): void {
  let document: EngineDocument | undefined
  try {
    document = open()
  } catch (error) {
    const known = refusals.some(code => isSynclineError(error, code))
    if (!known) throw new ContractViolation(`${what}: threw ${String(error)}`, { cause: error })
  }
  document?.value()
}

function openWith(engine: Engine, update: Uint8Array): EngineDocument {
  const document = openDocument(engine)
  document.apply([update])
  return document
}
