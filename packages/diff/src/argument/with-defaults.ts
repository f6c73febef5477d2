/** Options with the defaults filled in, also for those that are there and undefined: spreading would keep them so. */
export function withDefaults<T extends object>(
  defaults: T,
  given: { readonly [K in keyof T]?: T[K] | undefined }
): T {
  const entries = Object.entries(defaults).map(([name, value]) => [name, given[name as keyof T] ?? value])
  return Object.fromEntries(entries) as T
}
