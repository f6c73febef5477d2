import type * as Y from "yjs"
import { noFields, type Predefined } from "../../document/predefined.ts"
import type { EditNode } from "./edit-node.ts"
import { ListEdit } from "./list-edit.ts"
import { MapEdit } from "./map-edit.ts"
import { asContainer, type SharedContainer } from "./shared-kind.ts"
import { TextEdit } from "./text-edit.ts"
import { fieldsInside } from "./value-cache.ts"

/** Opens what is at a map key for editing; `locate` reads it, `pristine` says that it is predefined and not there yet. */
export function openMember(
  locate: () => unknown,
  field: Predefined | undefined,
  pristine: boolean
): EditNode | "register" {
  const found = asContainer(locate())
  if (found !== undefined) return openContainer(() => found, found.kind, field, false)
  if (!pristine || field === undefined) return "register"
  return openContainer(() => asContainer(locate()), field.ref.kind, field, true)
}

function openElement(value: unknown): EditNode | "register" {
  const found = asContainer(value)
  return found === undefined ? "register" : openContainer(() => found, found.kind, undefined, false)
}

function openContainer(
  locate: () => SharedContainer | undefined,
  kind: SharedContainer["kind"],
  field: Predefined | undefined,
  pristine: boolean
): EditNode {
  const genesis = pristine ? field?.ref : undefined
  switch (kind) {
    case "text":
      return new TextEdit(() => textIn(locate()), genesis)
    case "list":
      return new ListEdit(() => listIn(locate()), openElement, genesis)
    case "map": {
      const map = mapIn(locate())
      const fields = map === undefined ? (field?.fields ?? noFields) : fieldsInside(map, field)
      return new MapEdit(() => mapIn(locate()), fields, openMember, genesis)
    }
  }
}

function mapIn(found: SharedContainer | undefined): Y.Map<unknown> | undefined {
  return found?.kind === "map" ? found.type : undefined
}

function listIn(found: SharedContainer | undefined): Y.Array<unknown> | undefined {
  return found?.kind === "list" ? found.type : undefined
}

function textIn(found: SharedContainer | undefined): Y.Text | undefined {
  return found?.kind === "text" ? found.type : undefined
}
