import { isSynclineError } from "@syncline/clock"
import { deepEqualJson, type JsonPatch } from "@syncline/diff/json"
import { coreError } from "../../errors/core-error.ts"
import { isNode, type Member } from "../draft/draft-node.ts"
import type { Drafts } from "../draft/drafts.ts"
import { freshMember } from "../draft/fresh-member.ts"
import { memberToJson } from "../draft/members.ts"
import type { Stage } from "../draft/record-draft.ts"
import { PatchPlace, patchError } from "./patch-place.ts"

/**
 * Records a JSON Patch (RFC 6902) as an edit. What it names must be there, as the operations before have left it.
 *
 * @throws SynclineError `patch-invalid`, `patch-test-failed`, when recorded; `details.index` names the operation
 */
export function patchStage(patch: JsonPatch): Stage {
  return (_, drafts) => {
    if (!Array.isArray(patch))
      throw coreError("patch-invalid", "a JSON Patch is an array of operations; nothing was changed")
    // An iterator visits holes in the array, too: they are no operations either.
    for (const [index, operation] of (patch as readonly Unchecked[]).entries())
      try {
        perform(drafts, operation)
      } catch (cause) {
        throw inOperation(cause, operation, index)
      }
  }
}

/** What came from outside may be anything. */
type Unchecked = Partial<Record<"op" | "path" | "from" | "value", unknown>> | null | undefined

function perform(drafts: Drafts, operation: Unchecked): void {
  const { op } = operation ?? {}
  const place = (name: "path" | "from"): PatchPlace => PatchPlace.of(drafts.recorder, operation, name)
  switch (op) {
    case "add":
      return place("path").add(givenMember(drafts, operation))
    case "replace":
      return place("path").replace(givenMember(drafts, operation))
    case "remove":
      return place("path").remove()
    case "test":
      return test(place("path"), operation)
    case "copy":
      return place("path").add(copiedMember(drafts, place("from").member()))
    case "move":
      return move(drafts, operation)
    default:
      throw patchError(`"${String(op)}" is no operation; there are add, remove, replace, move, copy and test`)
  }
}

function test(place: PatchPlace, operation: Unchecked): void {
  const found = memberToJson(place.member())
  if (operation !== null && operation !== undefined && "value" in operation)
    if (deepEqualJson(found, operation.value)) return
  throw coreError("patch-test-failed", "another value is there")
}

function move(drafts: Drafts, operation: Unchecked): void {
  const source = PatchPlace.of(drafts.recorder, operation, "from")
  const member = source.member()
  const [from, path] = [String(operation?.from), String(operation?.path)]
  if (from === path) return
  if (path.startsWith(`${from}/`)) throw patchError("nothing can be moved into itself")
  const copy = copiedMember(drafts, member)
  source.remove()
  // Indices count after the removal.
  PatchPlace.of(drafts.recorder, operation, "path").add(copy)
}

function givenMember(drafts: Drafts, operation: Unchecked): Member {
  if (operation === null || operation === undefined || !("value" in operation))
    throw patchError("it has no value")
  return freshMember(drafts.recorder, () => undefined, operation.value)
}

/** A copy with containers of the same kinds. */
function copiedMember({ recorder }: Drafts, member: Member): Member {
  return freshMember(recorder, each => (isNode(each) ? each : undefined), member)
}

function inOperation(cause: unknown, operation: Unchecked, index: number): unknown {
  if (!isSynclineError(cause)) return cause
  const { op, path } = operation ?? {}
  const code = isSynclineError(cause, "patch-test-failed") ? "patch-test-failed" : "patch-invalid"
  return coreError(
    code,
    `operation ${index} of the patch (${String(op)} ${JSON.stringify(path)}) does not apply: ${cause.message}; nothing was changed`,
    { cause, details: { index, ...(typeof path === "string" ? { path } : {}) } }
  )
}
