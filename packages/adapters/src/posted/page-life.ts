/** What is used of a page. Workers and Node have no `pagehide`, and never call. */
interface Page {
  readonly document?: object
  addEventListener?(type: string, listener: (event: { readonly persisted?: boolean }) => void): void
  removeEventListener?(type: string, listener: (event: { readonly persisted?: boolean }) => void): void
}

/**
 * Calls back when this page goes away, which is the last moment at which it can say goodbye, and when it comes back out
 * of the browser's cache of pages. Returns the unsubscribe.
 */
export function onPageLife(gone: () => void, back: () => void): () => void {
  const page = globalThis as unknown as Page
  if (page.document === undefined || page.addEventListener === undefined) return () => {}
  const shown = ({ persisted }: { readonly persisted?: boolean }) => {
    if (persisted === true) back()
  }
  page.addEventListener("pagehide", gone)
  page.addEventListener("pageshow", shown)
  return () => {
    page.removeEventListener?.("pagehide", gone)
    page.removeEventListener?.("pageshow", shown)
  }
}
