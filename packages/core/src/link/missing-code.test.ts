import { expect, test } from "vitest"
import { coreError } from "../errors/core-error.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { LinkProblem } from "./link.ts"

/** Two replicas with something each, of which the dialing one misses code for its first so many calls of a method. */
function linkMissing(method: "receive" | "delta", failures: number) {
  const fleet = new LinkFleet(1, 2)
  for (const [at, id] of ["notes/1", "notes/2"].entries()) fleet.host(at).write(id, new Uint8Array([1, 2, 3]))
  const host = fleet.host(0)
  const really = Reflect.get(host, method).bind(host) as (...given: readonly unknown[]) => unknown
  let left = failures
  Object.assign(host, {
    [method]: (...given: readonly unknown[]) => {
      if (left-- > 0) return Promise.reject(coreError("code-unavailable", "the code could not be loaded"))
      return really(...given)
    }
  })
  const problems: LinkProblem[] = []
  const link = fleet.connect(0, 1, { backoff: { baseMs: 10, maxMs: 100 } })
  link.onProblem(problem => problems.push(problem))
  return { fleet, link, problems }
}

test.each(["receive", "delta"] as const)(
  "[DE6] where the code for %s cannot be fetched nobody else is blamed, and both sides converge once it can",
  async method => {
    const { fleet, link, problems } = linkMissing(method, 2)
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
    expect(problems).toMatchObject(
      [1, 2].map(() => ({
        kind: "disconnected",
        closed: { reason: "internal", message: expect.stringContaining("the code could not be loaded") }
      }))
    )
  }
)
