export { acceptMessagePort, type AcceptMessagePortOptions } from "./accept-message-port.ts"
export type { MessagePortLike } from "./message-port-like.ts"
export { messagePortTransport, type MessagePortTransportOptions } from "./message-port-transport.ts"
