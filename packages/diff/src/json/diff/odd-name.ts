/**
 * Implementations that guard against prototype pollution refuse paths that lead through `constructor` or `prototype`, and
 * anything called `__proto__`. So what is under the former is replaced as a whole, and a change of the latter is refused.
 */
export function isOddName(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype"
}
