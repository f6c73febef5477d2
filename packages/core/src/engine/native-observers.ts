import type { EngineChange } from "./engine.ts"

/** Who hears of what is done through a document's `native`, as `EngineDocument.onNativeChange` and `onNativeDamage` say. */
export class NativeObservers {
  readonly #ofChanges = new Set<(change: EngineChange) => void>()
  readonly #ofDamage = new Set<() => void>()

  /** Whether a change would be heard: describing one costs something. */
  get awaitChanges(): boolean {
    return this.#ofChanges.size > 0
  }

  onChange(listener: (change: EngineChange) => void): () => void {
    this.#ofChanges.add(listener)
    return () => this.#ofChanges.delete(listener)
  }

  onDamage(listener: () => void): () => void {
    this.#ofDamage.add(listener)
    return () => this.#ofDamage.delete(listener)
  }

  tellChange(change: EngineChange): void {
    for (const listener of this.#ofChanges) listener(change)
  }

  tellDamage(): void {
    for (const listener of this.#ofDamage) listener()
  }

  clear(): void {
    this.#ofChanges.clear()
    this.#ofDamage.clear()
  }
}
