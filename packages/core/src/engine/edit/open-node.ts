import { noFields, type Predefined, type PredefinedFields } from "../../document/predefined.ts"
import type { ContainerKind } from "../../document/shape.ts"
import type { ContainerTarget, CounterTarget, ListTarget, MapTarget, TextTarget } from "./container-target.ts"
import { CounterEdit } from "./counter-edit.ts"
import type { EditNode } from "./edit-node.ts"
import { ListEdit } from "./list-edit.ts"
import { MapEdit } from "./map-edit.ts"
import { TextEdit } from "./text-edit.ts"

/** Opens what is at a map key for editing; `locate` reads it, `pristine` says that it is predefined and not there yet. */
export function openMember(
  locate: () => ContainerTarget | undefined,
  field: Predefined | undefined,
  pristine: boolean
): EditNode | "register" {
  const found = locate()
  if (found !== undefined) return openContainer(() => found, found.kind, field, false)
  if (!pristine || field === undefined) return "register"
  return openContainer(locate, field.ref.kind, field, true)
}

function openItem(found: ContainerTarget | undefined): EditNode | "register" {
  return found === undefined ? "register" : openContainer(() => found, found.kind, undefined, false)
}

/** What is predefined inside a map, if that is the predefined one and not another put in its place. */
export function fieldsInside(identity: number | undefined, field: Predefined | undefined): PredefinedFields {
  return field !== undefined && identity === field.identity ? field.fields : noFields
}

function openContainer(
  locate: () => ContainerTarget | undefined,
  kind: ContainerKind,
  field: Predefined | undefined,
  pristine: boolean
): EditNode {
  const genesis = pristine ? field?.ref : undefined
  switch (kind) {
    case "text":
      return new TextEdit(() => asText(locate()), genesis)
    case "counter":
      return new CounterEdit(() => asCounter(locate()), genesis)
    case "list":
      return new ListEdit(() => asList(locate()), openItem, genesis)
    case "map": {
      const map = asMap(locate())
      const fields = map === undefined ? (field?.fields ?? noFields) : fieldsInside(map.identity, field)
      return new MapEdit(() => asMap(locate()), fields, openMember, genesis)
    }
  }
}

function asMap(found: ContainerTarget | undefined): MapTarget | undefined {
  return found?.kind === "map" ? found : undefined
}

function asList(found: ContainerTarget | undefined): ListTarget | undefined {
  return found?.kind === "list" ? found : undefined
}

function asCounter(found: ContainerTarget | undefined): CounterTarget | undefined {
  return found?.kind === "counter" ? found : undefined
}

function asText(found: ContainerTarget | undefined): TextTarget | undefined {
  return found?.kind === "text" ? found : undefined
}
