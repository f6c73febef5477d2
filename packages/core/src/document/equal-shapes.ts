import type { Shape } from "./shape.ts"

/** Whether two declarations predefine the same containers. */
export function equalShapes(a: Shape, b: Shape): boolean {
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
