import type { Grant } from "@syncline/core"
import type { ViolatedRule } from "@syncline/core/testing"

/** A side that decides otherwise than its line grants, and what that breaks. */
export interface GrantLie {
  readonly name: string
  readonly wrap: (grant: Grant) => Grant
  readonly rules: readonly ViolatedRule[]
}

/** Every one of them grants what it should but for one thing. */
export const grantLies: readonly GrantLie[] = [
  { name: "lets everything be read", wrap: grant => ({ ...grant, read: "all" }), rules: ["leaked"] },
  {
    name: "lets all be written that is read",
    wrap: grant => without(grant, "write"),
    rules: ["leaked", "not-converged"]
  },
  {
    name: "forgets its rules",
    wrap: grant => without(grant, "documents"),
    rules: ["leaked", "not-converged"]
  },
  { name: "takes nothing", wrap: grant => ({ ...grant, write: [] }), rules: ["not-converged"] },
  { name: "shows nothing", wrap: grant => ({ ...grant, read: [] }), rules: ["not-converged"] }
]

function without(grant: Grant, member: "write" | "documents"): Grant {
  const { read, ...rest } = grant
  return { read, ...Object.fromEntries(Object.entries(rest).filter(([name]) => name !== member)) }
}
