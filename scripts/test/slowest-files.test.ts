import { expect, test } from "vitest"
import { slowestFiles } from "./slowest-files.ts"

const quick = Array.from({ length: 300 }, (_, i) => ({ path: `quick-${i}.test.ts`, seconds: 1 }))

test("the slowest files are listed, slowest first", () => {
  const { text, problems } = slowestFiles([...quick, { path: "slow.test.ts", seconds: 9 }])
  expect(text.split("\n")).toHaveLength(11)
  expect(text.split("\n")[1]).toMatch(/9\.0 s .* 2\.9 % .* slow\.test\.ts$/)
  expect(problems).toEqual([])
})

test("a file that takes too much of a whole run is a problem, of a part of one it is not", () => {
  const slow = { path: "slow.test.ts", seconds: 40 }
  expect(slowestFiles([...quick, slow]).problems).toEqual([
    expect.stringContaining("slow.test.ts takes more")
  ])
  expect(slowestFiles([...quick.slice(0, 99), slow]).problems).toEqual([])
})
