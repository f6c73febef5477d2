/** Whether a value is a bag of members rather than an instance of something, whichever realm it comes from. */
export function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  // The first question answers for nearly all of them, at half the price.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}
