/** The part before the first slash, if there is one: within it all ids of a prefix lie. */
export function collectionOfPrefix(prefix: string): string | undefined {
  const slash = prefix.indexOf("/")
  return slash < 0 ? undefined : prefix.slice(0, slash)
}

/** The first text, in the order of UTF-8 bytes, after all that begin so; `undefined`: nothing comes after them. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, character => character.codePointAt(0) ?? 0)
  while (points.length > 0) {
    const last = points.pop() ?? 0
    if (last >= 0x10ffff) continue
    // Surrogates are no characters.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return undefined
}

/** The prefixes to walk so that what begins with `prefix` and is in one of these collections is met once. */
export function prefixesOf(prefix: string, collections: readonly string[] | undefined): readonly string[] {
  if (collections === undefined) return [prefix]
  const wanted = [...new Set(collections)].map(collection => `${collection}/`)
  return wanted.flatMap(each => (prefix.startsWith(each) ? [prefix] : each.startsWith(prefix) ? [each] : []))
}
