/** The paths that a document lies within: its collection, each of its prefixes, itself. Widest first. */
export function pathsAbove(document: string): readonly string[] {
  const [collection = "", ...rest] = document.split("/")
  const prefixes = rest.slice(0, -1).map((_, at) => `${[collection, ...rest.slice(0, at + 1)].join("/")}/`)
  return [collection, ...prefixes, document]
}
