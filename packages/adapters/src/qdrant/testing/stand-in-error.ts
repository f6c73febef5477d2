/** An answer that says why a request is refused. */
export class StandInError extends Error {
  override readonly name = "StandInError"
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** 400, as Qdrant begins such messages. */
export function wrongInput(message: string): StandInError {
  return new StandInError(400, `Wrong input: ${message}`)
}

/** 400, for a body that does not parse into a request. */
export function badFormat(message: string): StandInError {
  return new StandInError(400, `Format error in JSON body: ${message}`)
}

/** Refuses members that no request of this kind has; stricter than the server, which passes over most of them. */
export function mustHaveOnly(
  what: string,
  value: unknown,
  known: readonly string[]
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badFormat(`${what} is no object`)
  for (const name of Object.keys(value))
    if (!known.includes(name)) throw badFormat(`unknown field \`${name}\` in ${what}`)
  return value as Readonly<Record<string, unknown>>
}
