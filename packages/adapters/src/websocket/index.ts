export type { WebSocketConstructor, WebSocketLike } from "./web-socket-like.ts"
export { webSocketTransport, type WebSocketTransportOptions } from "./web-socket-transport.ts"
