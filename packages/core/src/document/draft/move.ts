import { coreError } from "../../errors/core-error.ts"
import { spliceList } from "./assign.ts"
import { draftsOf, nodeOfDraft } from "./drafts.ts"
import { copyOf } from "./fresh-member.ts"
import { memberOfList } from "./members.ts"

/**
 * Moves an element of a list in a draft, so that it stands at `to` then: `move(draft.tasks, 3, 0)`.
 *
 * No engine moves elements: a copy is put in, containers of the same kinds in it, and the element deleted. So of one that
 * two replicas move at once there are two afterwards, and what somebody else does inside it at the same time is lost with
 * it, which shows as a conflict (`delete-edit`). Where the order matters more than that, keep the elements in a map and
 * sort by a key that you set. A draft of the element that was taken before is one of the old element.
 *
 * @throws SynclineError `path-invalid` when either position is not one of the list's, `draft-invalid` when `list` is no
 *   list of a draft or its edit has ended.
 */
export function move(list: readonly unknown[], from: number, to: number): void {
  const node = nodeOfDraft(list)
  const recorder = draftsOf(list)?.recorder
  if (node?.kind !== "list" || recorder === undefined)
    throw coreError("draft-invalid", "move takes a list of a draft from inside a change")
  const { length } = node
  for (const position of [from, to])
    if (!Number.isInteger(position) || position < 0 || position >= length)
      throw coreError("path-invalid", `position ${position} is none of a list of ${length}`)
  if (from === to) return
  const copy = copyOf(recorder, nodeOfDraft, memberOfList(recorder, node, from) ?? null)
  spliceList(recorder, node, from, 1, [])
  spliceList(recorder, node, to, 0, [copy])
}
