import type { VerifyTarget } from "../consistency/verify-target.ts"
import type { RepairHost } from "../repair/repair-host.ts"

/** When a process dies: at its so many-th call of a store or a sink, before it did anything or after. */
export interface Death {
  readonly at: number
  readonly when: "before" | "after"
}

/** A host whose process dies. From then on nothing answers any more, and nothing has an effect. */
export class KilledHost {
  readonly host: RepairHost
  readonly #death: Death
  readonly #died = Promise.withResolvers<"died">()
  #calls = 0

  constructor(host: RepairHost, death: Death) {
    this.#death = death
    this.host = {
      source: this.#mortal(host.source, ["capture", "readValue", "listValues", "writeValues"]),
      targets: host.targets.map(target => this.#mortalTarget(target)),
      verify: options => host.verify(options),
      tellRepaired: operations => host.tellRepaired(operations),
      hasAdopted: (id, adopted) => this.#call(() => host.hasAdopted(id, adopted)),
      commitPatch: (id, digest, patch, meta) => this.#call(() => host.commitPatch(id, digest, patch, meta))
    }
  }

  /** What the work came to, or `died`. */
  outlive<T>(work: Promise<T>): Promise<T | "died"> {
    return Promise.race([work, this.#died.promise])
  }

  #mortalTarget(target: VerifyTarget): VerifyTarget {
    const { session } = target
    const mortal = session && this.#mortal(session, ["project", "read", "readRows", "repair"])
    return {
      name: target.name,
      session: mortal,
      status: target.status,
      drain: signal => target.drain(signal),
      parkedDocument: id => target.parkedDocument(id)
    }
  }

  #mortal<T extends object>(real: T, names: readonly string[]): T {
    return new Proxy(real, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== "function") return member
        const call = (...given: readonly unknown[]): unknown => Reflect.apply(member, target, given)
        return names.includes(String(name))
          ? (...given: readonly unknown[]) => this.#call(() => call(...given))
          : call
      }
    })
  }

  async #call<Result>(really: () => Result | Promise<Result>): Promise<Result> {
    const number = ++this.#calls
    const { at, when } = this.#death
    if (number < at) return really()
    if (number === at && when === "after") await really()
    this.#died.resolve("died")
    return new Promise(() => {})
  }
}
