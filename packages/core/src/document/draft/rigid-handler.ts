import { coreError } from "../../errors/core-error.ts"

/** What no draft allows, a map's as little as a list's: there is no operation that would tell others of it. */
export abstract class RigidHandler {
  defineProperty(): boolean {
    throw coreError("draft-invalid", "properties of a draft cannot be defined, only assigned")
  }

  setPrototypeOf(): boolean {
    throw coreError("draft-invalid", "the prototype of a draft cannot be changed")
  }

  preventExtensions(): boolean {
    throw coreError("draft-invalid", "a draft cannot be frozen")
  }
}
