/**
 * Runs an edit on the least that can pass for a draft: two proxies which note the keys that are set below, and nothing else.
 * No draft of the kind can cost less, whatever is behind it.
 */
export function notedKeys(
  edit: (draft: { readonly entries: Record<string, number> }) => void
): readonly string[] {
  const keys: string[] = []
  const entries = new Proxy<Record<string, number>>(
    {},
    {
      set: (_, key) => {
        keys.push(String(key))
        return true
      }
    }
  )
  edit(new Proxy({ entries }, { get: () => entries }))
  return keys
}
