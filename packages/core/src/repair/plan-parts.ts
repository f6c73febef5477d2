import type { PlannedOperation, RefusedTarget, RepairCost, RepairPlan } from "./repair-plan.ts"

/** What operations cost together. */
export function costOf(operations: readonly PlannedOperation[]): RepairCost {
  let [documents, records] = [0, 0]
  for (const { cost } of operations) {
    documents += cost.documents
    records += cost.records
  }
  return { documents, records }
}

/** A plan of some of a plan's operations, which leaves some of the records alone that it leaves alone. */
export function partOfPlan(
  plan: RepairPlan,
  operations: readonly PlannedOperation[],
  refused: readonly RefusedTarget[]
): RepairPlan {
  return { ...plan, operations, refused, cost: costOf(operations) }
}

/** The plan with what it refuses to remove among its operations: somebody looked at it. */
export function withRefused(plan: RepairPlan): RepairPlan {
  const byId = new Map(plan.operations.map(operation => [operation.id, operation]))
  for (const { id, target } of plan.refused) {
    const { sink, class: found } = target
    const former = byId.get(id)
    const reason = `${found} in ${sink}`
    byId.set(id, {
      id,
      source: former?.source ?? "document",
      targets: [...(former?.targets ?? []), target],
      reason: former === undefined ? reason : `${former.reason}; ${reason}`,
      cost: { documents: former?.cost.documents ?? 0, records: (former?.cost.records ?? 0) + 1 }
    })
  }
  return partOfPlan(plan, [...byId.values()], [])
}

/** The sinks that a plan is about, those it leaves alone included. */
export function sinksIn({ operations, refused }: RepairPlan): readonly string[] {
  const planned = operations.flatMap(({ targets }) => targets.map(({ sink }) => sink))
  return [...new Set([...planned, ...refused.map(({ target }) => target.sink)])]
}
