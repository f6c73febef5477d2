import { expect, test } from "vitest"
import { checkRules } from "./check-rules.ts"

const spec = { path: "packages/a/SPEC.md", text: "# Rules\n\n- [AA1] One.\n- [AA2] Two, see [AA1].\n" }
const call = "test"

test("rules that are each cited are fine, two in one title too", () => {
  const tests = source(`${call}("[AA1] [AA2] both", () => {})`)
  expect(checkRules([spec, tests])).toEqual({ rules: 2, problems: [] })
})

test("a contract suite outside a test file cites rules as well", () => {
  const suite = { path: "packages/a/src/testing/suite.ts", text: `title("[AA1] x")\ntitle("[AA2] y")` }
  expect(checkRules([spec, suite]).problems).toEqual([])
})

test("a rule without a test is named", () => {
  const problems = checkRules([spec, source(`${call}("[AA1] x", f)`)]).problems
  expect(problems).toEqual(["packages/a/SPEC.md:4: no test cites [AA2]"])
})

test("a cited rule that does not exist is named", () => {
  const problems = checkRules([spec, source(`${call}("[AA1] [AA2] [AA3] x", f)`)]).problems
  expect(problems).toEqual(["packages/a/src/x.test.ts:1: no SPEC.md has [AA3]"])
})

test("two rules of one name are named", () => {
  const other = { path: "packages/b/SPEC.md", text: "- [AA1] Another." }
  const problems = checkRules([spec, other, source(`${call}("[AA1] [AA2] x", f)`)]).problems
  expect(problems).toEqual(["packages/b/SPEC.md:1: [AA1] is already the name of another rule"])
})

test("a title without a rule is named, also when it is on the next line", () => {
  const text = `${call}("[AA1] [AA2] x", f)\n\n${call}("plain", f)\n${call}(\n  "plain", f)\n${call}.each(rows)("plain", f)`
  const problems = checkRules([spec, source(text)]).problems
  expect(problems.map(line => line.split(":")[1])).toEqual(["3", "4", "6"])
})

test("tests in a group whose title has a rule need none of their own", () => {
  const inside = `describe("[AA1] [AA2] x", () => {\n  ${call}("plain", f)\n})\n`
  const after = `${call}("plain", f)\ndescribe("y", () => {\n  ${call}("plain", f)\n})`
  const problems = checkRules([spec, source(`${inside}${after}`)]).problems
  expect(problems.map(line => line.split(":")[1])).toEqual(["4", "6"])
})

function source(text: string): { path: string; text: string } {
  return { path: "packages/a/src/x.test.ts", text }
}
