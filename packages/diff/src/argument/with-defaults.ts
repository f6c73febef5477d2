/** Options with the defaults filled in, also for those that are there and undefined: spreading would keep them so. */
export function withDefaults<T extends object>(
  defaults: T,
  given: { readonly [K in keyof T]?: T[K] | undefined }
): T {
  const full: Partial<T> = {}
  for (const name of Object.keys(defaults) as (keyof T)[]) {
    const value = given[name]
    full[name] = value === undefined ? defaults[name] : value
  }
  return full as T
}
