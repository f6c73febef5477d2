import type { Patch } from "@automerge/automerge/slim"
import type { ChangedNodes } from "./changed-nodes.ts"
import { ListNode } from "./list-node.ts"
import { MapNode } from "./map-node.ts"
import type { NodeContext, ObjectKind, ObjectNode } from "./object-node.ts"
import { TextNode } from "./text-node.ts"

/** Makes the node for an object of a kind. */
export function openNode(
  context: NodeContext,
  kind: ObjectKind,
  parent: ObjectNode,
  id: string | undefined
): ObjectNode {
  switch (kind) {
    case "map":
      return new MapNode(context, parent, id)
    case "list":
      return new ListNode(context, parent, id)
    case "text":
      return new TextNode(context, parent, id)
  }
}

/**
 * Lets the nodes follow the document. Patches are executed in their order: the path of each names what the earlier ones
 * left. Objects nobody has looked into are only told as changed.
 */
export function followPatches(root: ObjectNode, patches: readonly Patch[], changed: ChangedNodes): void {
  for (const patch of patches) followPatch(root, patch, changed)
}

function followPatch(root: ObjectNode, patch: Patch, changed: ChangedNodes): void {
  let node = root
  for (const step of patch.path.slice(0, -1)) {
    const next = node.follow(step)
    if (next === undefined) {
      // Inside a list not looked into, or a block in a text: what is kept of it may be wrong now.
      node.unload()
      return changed.add(node)
    }
    node = next
  }
  const last = patch.path.at(-1)
  if (last !== undefined) node.patch(last, patch, changed)
}
