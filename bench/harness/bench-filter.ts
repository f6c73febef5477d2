/**
 * Whether a bench is asked for: a word in its name or in its file's `area/file.ts` begins with one of the filters, so that
 * `sync` does not ask for `diff/rsync`. No filter asks for everything.
 */
export function isWanted(filters: readonly string[], file: string, benchName: string): boolean {
  return (
    filters.length === 0 || filters.some(filter => beginsWord(file, filter) || beginsWord(benchName, filter))
  )
}

function beginsWord(text: string, filter: string): boolean {
  for (let at = text.indexOf(filter); at >= 0; at = text.indexOf(filter, at + 1))
    if (at === 0 || !/[a-z0-9]/i.test(text.charAt(at - 1))) return true
  return false
}
