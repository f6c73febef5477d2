/** Whether something decoded elsewhere is a list of keys and digests; what they are is checked after that. */
export function areEntries(entries: unknown): boolean {
  return Array.isArray(entries) && Array.from<unknown>(entries).every(isEntry)
}

function isEntry(entry: unknown): boolean {
  if (typeof entry !== "object" || entry === null || !("key" in entry) || !("digest" in entry)) return false
  return entry.key instanceof Uint8Array && entry.digest instanceof Uint8Array
}
