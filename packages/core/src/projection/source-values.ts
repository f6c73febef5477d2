import type { ProjectionSource } from "./projection-source.ts"
import type { SinkValues } from "./sink.ts"

const valuesBySource = new WeakMap<ProjectionSource, SinkValues>()

/** The small values of a source; one object for all who ask. */
export function valuesOf(source: ProjectionSource): SinkValues {
  const known = valuesBySource.get(source)
  if (known !== undefined) return known
  const values: SinkValues = {
    read: (space, key) => source.readValue(space, key),
    list: (space, after, limit) => source.listValues(space, after, limit),
    write: writes => source.writeValues(writes)
  }
  valuesBySource.set(source, values)
  return values
}
