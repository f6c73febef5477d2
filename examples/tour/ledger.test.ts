import { expect, test } from "vitest"
import { Ledger } from "./ledger.ts"

function afterStep(run: (ledger: Ledger) => void): Ledger {
  const ledger = new Ledger()
  ledger.begin("step")
  ledger.figure("what", "1")
  run(ledger)
  return ledger
}

test("a figure counts as checked if its step checked something and all of it held", () => {
  const { summary, failures } = afterStep(ledger => void ledger.check("a", true))
  expect([summary, failures]).toEqual([[{ what: "what", figure: "1", outcome: "checked" }], []])
})

test("one claim that does not hold fails every figure of its step", () => {
  const ledger = afterStep(each => [each.check("a", true), each.check("b", false)])
  expect([ledger.summary[0]?.outcome, ledger.failures.map(({ claim }) => claim)]).toEqual(["failed", ["b"]])
})

test("a figure of a step that checked nothing is not passed off as checked", () => {
  expect(afterStep(() => {}).summary[0]?.outcome).toBe("failed")
})

test("claims of other steps do not count", () => {
  const ledger = afterStep(each => void each.check("a", true))
  ledger.begin("later")
  ledger.check("b", false)
  expect(ledger.summary[0]?.outcome).toBe("checked")
})

test("a step that could not run is shown as skipped, and fails nothing", () => {
  const ledger = new Ledger()
  ledger.begin("replay")
  ledger.skip()
  expect([ledger.summary, ledger.failures]).toEqual([
    [{ what: "replay", figure: "skipped", outcome: "skipped" }],
    []
  ])
})
