import { expect, it } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { LinkProblem } from "./link.ts"

it("[SY61] a log that is shorter than what was sent of it ends the connection, and time goes on", async () => {
  const fleet = new LinkFleet(3, 2)
  fleet.write(20)
  const link = fleet.connect(0, 1)
  expect(await fleet.synced(link)).toBe(true)
  const problems: LinkProblem[] = []
  link.onProblem(problem => problems.push(problem))
  fleet.host(0).write("notes/1", fleet.random.bytes(10))
  await fleet.time.advance(100)
  fleet.host(0).loseAfter(fleet.host(0).end.position - 1)
  void link.synced().catch(() => {})
  await fleet.time.advance(5_000)
  expect(problems[0]).toMatchObject({ kind: "disconnected", closed: { reason: "internal" } })
})
