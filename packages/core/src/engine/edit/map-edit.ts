import type { Path } from "../../document/json.ts"
import type { ContainerRef } from "../../document/operation.ts"
import { noFields, type Predefined, type PredefinedFields } from "../../document/predefined.ts"
import type { ContainerTarget, MapTarget } from "./container-target.ts"
import { CounterEdit } from "./counter-edit.ts"
import { type EditNode, isNode, type NewContainer, type NewNode, type Slot } from "./edit-node.ts"

/** Makes the node for a key's value; `pristine` when it is a predefined container that is not there yet. */
export type OpenMember = (
  locate: () => ContainerTarget | undefined,
  field: Predefined | undefined,
  pristine: boolean
) => EditNode | "register"

const nowhere = (): undefined => undefined

const asRegister = (): "register" => "register"

/** A map under edit; see {@link NewNode}. */
export class MapEdit implements NewNode {
  readonly kind = "map"
  readonly #locate: () => MapTarget | undefined
  readonly #genesis: ContainerRef | undefined
  readonly #map: MapTarget | undefined
  readonly #fields: PredefinedFields
  readonly #open: OpenMember
  /** Keys this change sets, or removes where the value is `undefined`. */
  readonly #written = new Map<string, Slot | undefined>()
  /** Containers that were there before and are edited inside; made with the first, as most maps that are made have none. */
  #opened: Map<string, EditNode> | undefined

  /** `locate` finds the map; for a predefined map (`genesis`) perhaps only after `prepare`. */
  constructor(
    locate: () => MapTarget | undefined,
    fields: PredefinedFields,
    open: OpenMember,
    genesis?: ContainerRef
  ) {
    this.#locate = locate
    this.#fields = fields
    this.#open = open
    this.#genesis = genesis
    this.#map = locate()
  }

  /** A map that is to be made. */
  static fresh(): MapEdit {
    return new MapEdit(nowhere, noFields, asRegister)
  }

  child(step: string | number): EditNode | "register" | undefined {
    if (typeof step === "number") return undefined
    if (this.#written.has(step)) {
      const slot = this.#written.get(step)
      if (slot === undefined) return this.#fields.registers.get(step) === undefined ? undefined : "register"
      return isNode(slot) ? slot : "register"
    }
    return this.#opened?.get(step) ?? this.#openMember(step)
  }

  /** Whether anything is declared in it. */
  get hasFields(): boolean {
    return this.#fields.size + this.#fields.registers.size > 0
  }

  /** Whether a register is declared at the key, so that it takes no container. */
  isRegister(key: string): boolean {
    return this.#fields.registers.has(key)
  }

  /** Whether a predefined container is at the key, so that the key can be neither set nor removed. */
  holdsPredefined(key: string): boolean {
    const field = this.#fields.get(key)
    if (field === undefined || this.#written.has(key)) return false
    if (this.#map === undefined || this.#map.isPristine(key)) return true
    return this.#map.member(key)?.identity === field.identity
  }

  set(key: string, slot: Slot): void {
    this.#opened?.delete(key)
    this.#written.set(key, slot)
  }

  /** The caller has checked that there is something to remove. */
  remove(key: string): void {
    this.#opened?.delete(key)
    if (this.#map?.has(key)) this.#written.set(key, undefined)
    else this.#written.delete(key)
  }

  replaceContent(by: NewNode, path: Path): boolean {
    if (!(by instanceof MapEdit)) return false
    for (const key of this.#keys()) {
      const slot = by.#written.get(key)
      if (!this.holdsPredefined(key)) this.remove(key)
      else if (slot === undefined || !this.fillPredefined(key, slot, [...path, key])) return false
    }
    for (const [key, slot] of by.#written) {
      if (slot === undefined || this.holdsPredefined(key)) continue
      if (isNode(slot) && this.isRegister(key)) return false
      this.set(key, slot)
    }
    return true
  }

  /** Gives the predefined container at a key new content; false if that is of another kind. `path` is that of the key. */
  fillPredefined(key: string, slot: Slot, path: Path): boolean {
    const node = this.child(key)
    if (node instanceof CounterEdit && typeof slot === "number") {
      node.countTo(slot, path)
      return true
    }
    return isNode(slot) && node !== undefined && node !== "register" && node.replaceContent(slot, path)
  }

  prepare(genesis: ContainerRef[]): boolean {
    let changed = this.#written.size > 0
    for (const node of this.#opened?.values() ?? []) changed = node.prepare(genesis) || changed
    if (changed && this.#genesis !== undefined) genesis.push(this.#genesis)
    return changed
  }

  flush(): void {
    const map = this.#locate()
    for (const node of this.#opened?.values() ?? []) node.flush()
    if (map === undefined) return
    // Without an entry made for each of what may be thousands.
    this.#written.forEach((slot, key) => {
      if (slot === undefined) map.delete(key)
      else map.set(key, slot)
    })
  }

  content(): NewContainer {
    const entries: (readonly [string, Slot])[] = []
    for (const [key, slot] of this.#written) if (slot !== undefined) entries.push([key, slot])
    return { kind: "map", entries }
  }

  #keys(): Set<string> {
    return new Set([...(this.#map?.keys() ?? []), ...this.#fields.keys(), ...this.#written.keys()])
  }

  #openMember(key: string): EditNode | "register" | undefined {
    const field = this.#fields.get(key)
    if (this.#map?.has(key) !== true && this.#fields.registers.get(key) !== undefined) return "register"
    const pristine = this.#map === undefined || this.#map.isPristine(key)
    if (pristine ? field === undefined : !this.#map?.has(key)) return undefined
    const node = this.#open(() => this.#locate()?.member(key), field, pristine)
    if (node !== "register") (this.#opened ??= new Map<string, EditNode>()).set(key, node)
    return node
  }
}
