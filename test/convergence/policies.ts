import {
  type Conflict,
  type ConflictPolicy,
  type ConflictRule,
  type Dispute,
  custom,
  firstWriterWins,
  lastWriterWins,
  manual,
  mergeMax,
  mergeText,
  mergeUnion
} from "@syncline/core"
import type { SeededRandom } from "@syncline/core/testing"

/** How often each policy was asked. */
export type PolicyTally = Map<string, number>

/** What settles conflicts in one replica: something of each, and what decides at random. */
export function policiesOf(random: SeededRandom, tally: PolicyTally): readonly ConflictRule[] {
  const dice = custom(({ sides }) => {
    if (sides.some(({ value }) => typeof value === "string" && value.startsWith("dice ")))
      count(tally, "dice-on-dice")
    return { value: `dice ${random.integer(1_000_000)}` }
  }, "dice")
  const listDice = custom(() => ({ value: [random.integer(1_000_000)] }), "list-dice")
  return [
    { path: "title", policy: counted(lastWriterWins(), tally) },
    { path: "meta/*", policy: counted(firstWriterWins(), tally) },
    { path: "box", policy: counted(lastWriterWins(), tally) },
    { path: "rank", policy: counted(mergeMax(), tally) },
    { path: "p", policy: counted(mergeUnion(), tally) },
    { path: "line", policy: counted(mergeText(), tally) },
    { path: "last", policy: counted(dice, tally) },
    { path: "tags", kinds: ["overlapping-edit"], policy: counted(listDice, tally) },
    { path: "q", policy: manual() }
  ]
}

/** Places whose policy settles every record, where the history it is about is kept. */
export function isAutomatic({ kind, path }: Conflict): boolean {
  const place = String(path)
  if (place === "box" || place === "title") return kind !== "overlapping-edit"
  return kind === "write-write" && ["rank", "p", "line", "last"].includes(place)
}

function counted<Policy extends Pick<ConflictPolicy, "name">>(policy: Policy, tally: PolicyTally): Policy {
  const { decide } = policy as Pick<ConflictPolicy, "decide">
  if (decide === undefined) return policy
  return {
    ...policy,
    decide: (dispute: Dispute) => {
      count(tally, policy.name)
      return decide(dispute)
    }
  }
}

function count(tally: PolicyTally, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1)
}
