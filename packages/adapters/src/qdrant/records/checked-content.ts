import type { DurableDocument, ProjectedContent } from "@syncline/core"
import { mustGoIn } from "./request-packer.ts"
import type { SinkPlace } from "./sink-place.ts"

/**
 * Checks that each row of a document goes into a request: what does not must be parked, not tried again for ever.
 *
 * @throws SynclineError `projection-refused`.
 */
export function checkedContent(
  place: Pick<SinkPlace, "settings">,
  document: DurableDocument,
  content: ProjectedContent | Promise<ProjectedContent>
): ProjectedContent | Promise<ProjectedContent> {
  if (content instanceof Promise) return content.then(made => checked(place, document, made))
  return checked(place, document, content)
}

function checked(
  { settings }: Pick<SinkPlace, "settings">,
  { id }: DurableDocument,
  content: ProjectedContent
): ProjectedContent {
  const { maxRequestBytes, projection } = settings
  for (const { table, rows } of content.tables) {
    const layout = projection.tables[table]
    const dimensions = layout?.vector?.dimensions ?? 0
    for (const row of rows) mustGoIn(id, layout?.name ?? "", row, dimensions, maxRequestBytes)
  }
  return content
}
