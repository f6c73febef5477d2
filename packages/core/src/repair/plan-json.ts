import { recordClasses } from "../consistency/finding.ts"
import { coreError } from "../errors/core-error.ts"
import type { PlannedOperation, RefusedTarget, RepairCost, RepairPlan, RepairTarget } from "./repair-plan.ts"
import { checkSource, type SourceOfTruth } from "./source-of-truth.ts"

type Unchecked<T> = { readonly [Key in keyof T]?: unknown } | null | undefined

/** Operations beyond this are only counted in text; the plan has them. */
const shownOperations = 20

/**
 * The plan that was made plain, after `JSON.parse`.
 *
 * @throws SynclineError `options-invalid` for what is no plan.
 */
export function planFromJson(json: unknown): RepairPlan {
  const plan = json as Unchecked<RepairPlan>
  const isPlan =
    plan?.format === 1 &&
    typeof plan.complete === "boolean" &&
    isCost(plan.cost) &&
    isListOf(plan.operations, isOperation) &&
    isUnique(plan.operations) &&
    isListOf(plan.refused, isRefused)
  if (isPlan) return json as RepairPlan
  throw coreError("options-invalid", "this is no plan of a repair; give what planRepair made")
}

/** A plan as lines of text for people. */
export function formatPlan({ operations, refused, cost, complete }: RepairPlan): string {
  const work = `${counted(cost.records, "record")}, ${counted(cost.documents, "document")} to load`
  const head = `${counted(operations.length, "document")} to be repaired: ${work}`
  const lines = operations
    .slice(0, shownOperations)
    .map(({ id, source, reason }) => `  ${id}: ${reason}; from ${source}`)
  const more =
    operations.length > shownOperations ? [`  … and ${operations.length - shownOperations} more`] : []
  const [first] = refused
  const left = first === undefined ? [] : [`${refused.length} left alone: ${first.reason}`]
  const rest = complete ? [] : ["not everything that was found is listed here; verify again afterwards"]
  return [head, ...lines, ...more, ...left, ...rest].join("\n")
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`
}

function isListOf(list: unknown, isOne: (each: never) => boolean): boolean {
  return Array.isArray(list) && list.every(each => isOne(each as never))
}

/** Operations are cancelled, and told, by id; two of one document would be taken for each other. */
function isUnique(operations: unknown): boolean {
  const list = operations as readonly PlannedOperation[]
  return new Set(list.map(({ id }) => id)).size === list.length
}

function isOperation(each: Unchecked<PlannedOperation>): boolean {
  return (
    typeof each?.id === "string" &&
    typeof each.reason === "string" &&
    isSource(each.source) &&
    isCost(each.cost) &&
    isListOf(each.targets, isTarget)
  )
}

function isRefused(each: Unchecked<RefusedTarget>): boolean {
  return typeof each?.id === "string" && typeof each.reason === "string" && isTarget(each.target as never)
}

function isTarget(target: Unchecked<RepairTarget>): boolean {
  const classes: readonly unknown[] = recordClasses
  return (
    typeof target?.sink === "string" &&
    target.class !== "consistent" &&
    classes.includes(target.class) &&
    (target.action === "write" || target.action === "remove") &&
    (target.token === undefined || typeof target.token === "string")
  )
}

function isSource(source: unknown): boolean {
  if (typeof source !== "string") return false
  try {
    checkSource(source as SourceOfTruth)
    return true
  } catch {
    return false
  }
}

function isCost(cost: unknown): boolean {
  const { documents, records } = (cost ?? {}) as Partial<RepairCost>
  return Number.isSafeInteger(documents) && Number.isSafeInteger(records)
}
