import type { RegisterShape, Shape } from "./shape.ts"

/** Whether two declarations predefine the same containers, and registers with the same defaults. */
export function equalShapes(a: Shape | RegisterShape, b: Shape | RegisterShape): boolean {
  if (a.kind === "register" && b.kind === "register") return a.default === b.default
  if (a.kind !== "map" || b.kind !== "map") return a.kind === b.kind
  const [fieldsOfA, fieldsOfB] = [a.fields, b.fields]
  const keys = Object.keys(fieldsOfA)
  return (
    keys.length === Object.keys(fieldsOfB).length &&
    keys.every(key => {
      const [fieldOfA, fieldOfB] = [fieldsOfA[key], fieldsOfB[key]]
      return fieldOfA !== undefined && fieldOfB !== undefined && equalShapes(fieldOfA, fieldOfB)
    })
  )
}
