import * as Y from "yjs"
import type { Path } from "../../document/json.ts"
import type { KindReader } from "../../document/operation.ts"
import { absentKind, noFields, type PredefinedFields } from "../../document/predefined.ts"
import { asContainer, sharedKind } from "./shared-kind.ts"
import { fieldsOf, isPristine } from "./value-cache.ts"
import { memberItem } from "./yjs-internals.ts"

type Kind = ReturnType<KindReader>

/** What a path leads to, and what is predefined in it. */
interface Found {
  readonly at: unknown
  readonly fields: PredefinedFields
}

/** Reads kinds in the map that is the whole document, of which these are the predefined fields. */
export function kindReader(root: Y.Map<unknown>, fields: PredefinedFields): KindReader {
  const kindAt = (path: Path): Kind => {
    const found = find(root, fields, path)
    return typeof found === "object" ? (sharedKind(found.at) ?? "register") : found
  }
  return Object.assign(kindAt, {
    within: (path: Path) => {
      const found = find(root, fields, path)
      const container = typeof found === "object" ? asContainer(found.at) : undefined
      if (typeof found === "object" && container?.kind === "map")
        return (key: string) => kindIn(container.type, found.fields, key)
      return found === "map" ? (key: string) => kindAt([...path, key]) : undefined
    }
  })
}

/** What is at a path, or the kind of what is predefined there and shows without being there. */
function find(root: Y.Map<unknown>, declared: PredefinedFields, path: Path): Found | Kind {
  let at: unknown = root
  let fields = declared
  for (const [depth, step] of path.entries()) {
    const container = asContainer(at)
    if (container?.kind === "list" && typeof step === "number") {
      if (step < 0 || step >= container.type.length || !Number.isInteger(step)) return undefined
      at = container.type.get(step)
    } else if (container?.kind === "map" && typeof step === "string") {
      const field = fields.get(step)
      if (!container.type.has(step))
        return absentKind(fields, path.slice(depth), isPristine(container.type, step))
      at = container.type.get(step)
      fields = at instanceof Y.Map ? fieldsOf(at, field) : noFields
    } else return undefined
  }
  return { at, fields }
}

function kindIn(map: Y.Map<unknown>, fields: PredefinedFields, key: string): Kind {
  const item = memberItem(map, key)
  if (item === undefined || item.deleted) return absentKind(fields, [key], item === undefined)
  return item.content instanceof Y.ContentType ? (sharedKind(item.content.type) ?? "register") : "register"
}
