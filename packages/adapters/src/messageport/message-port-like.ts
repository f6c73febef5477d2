/** A port of browsers, of workers there, or of Node: `MessagePort`, `Worker`, a dedicated worker's `self`. */
interface EventTargetPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: "close", listener: (event: object) => void): void
  removeEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  removeEventListener(type: "close", listener: (event: object) => void): void
  start?(): void
}

/** A `Worker` of `node:worker_threads`, which emits values. */
interface EmitterPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  on(type: "message" | "exit", listener: (value: unknown) => void): unknown
  off(type: "message" | "exit", listener: (value: unknown) => void): unknown
}

/** Whatever posts structured clones to exactly one other side. */
export type MessagePortLike = EventTargetPort | EmitterPort

/** Hands over what is posted here from now on. Returns the way to stop, after which Node may exit. */
export function onPosted(port: MessagePortLike, listener: (value: unknown) => void): () => void {
  if ("on" in port) {
    port.on("message", listener)
    return () => port.off("message", listener)
  }
  const heard = ({ data }: { readonly data: unknown }) => listener(data)
  port.addEventListener("message", heard)
  // Ports keep what comes until they are started; the others have no such method.
  port.start?.()
  return () => port.removeEventListener("message", heard)
}

/** Calls back when the other side is gone, on platforms that tell. Does not keep Node from exiting. */
export function onGone(port: MessagePortLike, listener: () => void): () => void {
  if ("addEventListener" in port) {
    port.addEventListener("close", listener)
    return () => port.removeEventListener("close", listener)
  }
  port.on("exit", listener)
  return () => port.off("exit", listener)
}
