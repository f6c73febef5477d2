import { expect, test } from "vitest"
import { parseDocumentId } from "../../document/document-id.ts"
import { HoldLedger } from "./hold-ledger.ts"

const [open, secret] = ["a/open", "a/secret"].map(parseDocumentId)

/** Which of three machines may hold a commit. */
function holders(ledger: HoldLedger, hash: string, document = open) {
  return [0, 1, 2].filter(machine => document !== undefined && ledger.mayHold(machine, document, hash))
}

/** A way for one document, until it is closed. */
function way(ledger: HoldLedger, from: number, to: number) {
  const state = { isOpen: true }
  ledger.open({ from, to, allows: document => document === open, isOpen: () => state.isOpen })
  return state
}

test("[SM12] a commit may be where a way leads that was open when it was made or later, and further on", () => {
  const ledger = new HoldLedger()
  if (open === undefined || secret === undefined) return
  ledger.made(0, open, "before")
  const first = way(ledger, 0, 1)
  ledger.made(0, open, "while")
  ledger.made(0, secret, "other")
  way(ledger, 1, 2)
  first.isOpen = false
  ledger.made(0, open, "after")
  expect(["before", "while", "after"].map(hash => holders(ledger, hash))).toEqual([[0, 1, 2], [0, 1, 2], [0]])
  expect(holders(ledger, "other", secret)).toEqual([0])
  way(ledger, 0, 2)
  expect(holders(ledger, "after")).toEqual([0, 2])
})

test("[SM12] a copy may hold what there was, and is a machine of its own from then on", () => {
  const ledger = new HoldLedger()
  if (open === undefined) return
  ledger.made(0, open, "before")
  ledger.copy(0, 1)
  ledger.made(0, open, "after")
  expect(["before", "after"].map(hash => holders(ledger, hash))).toEqual([[0, 1], [0]])
})
