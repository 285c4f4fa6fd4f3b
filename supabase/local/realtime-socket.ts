/**
 * One websocket: decodes its frames and hands them to its channels. A frame it cannot read ends this socket
 * and no other; a reader that falls 8 MB behind is cut off, because waiting for it would cost everyone memory.
 */
import { type RawData, WebSocket } from "ws";
import type { Identity } from "./realtime-access.ts";
import { Channel, type Outlet } from "./realtime-channel.ts";
import type { Hub } from "./realtime-hub.ts";
import {
  type ClientMessage,
  decodeFrame,
  type Frame,
  MalformedFrame,
  replyFrame,
  type Version,
} from "./realtime-protocol.ts";

const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const CLOSE_UNREADABLE = 1007;
const CLOSE_INTERNAL = 1011;

export class Socket implements Outlet {
  readonly version: Version;
  readonly keyIdentity: Identity;
  readonly channels = new Map<string, Channel>();
  readonly #socket: WebSocket;
  #heardAt = Date.now();
  readonly #hub: Hub;

  constructor(hub: Hub, socket: WebSocket, version: Version, keyIdentity: Identity) {
    this.#hub = hub;
    this.#socket = socket;
    this.version = version;
    this.keyIdentity = keyIdentity;
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("close", () => this.#onClose());
    // ws closes the socket itself after an error; 'close' follows.
    socket.on("error", () => socket.terminate());
  }

  /** True when this socket speaks for the user: through a channel's token or through its key. */
  isOf(userId: string): boolean {
    return [...this.channels.values()].some((channel) => channel.identity.subject === userId);
  }

  /** How long the other side has been silent, in ms. A living client sends a heartbeat every 25 s. */
  silence(): number {
    return Date.now() - this.#heardAt;
  }

  send(frame: Frame): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const data = frame.encode(this.version);
    if (data === null) return;
    this.#socket.send(data);
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) this.kill();
  }

  /** Cuts the connection. Its people leave at once, not when the operating system notices. */
  kill(): void {
    this.#onClose();
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#onClose();
    this.#socket.close(code, reason);
  }

  #onClose(): void {
    for (const channel of this.channels.values()) channel.close();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#heardAt = Date.now();
    try {
      this.#take(decodeFrame(this.version, toBuffer(data), isBinary));
    } catch (error) {
      const isUnreadable = error instanceof MalformedFrame;
      if (!isUnreadable) this.#hub.report(error);
      if (isUnreadable) this.close(CLOSE_UNREADABLE, "unreadable frame");
      else this.close(CLOSE_INTERNAL, "internal error");
    }
  }

  #take(message: ClientMessage): void {
    if (message.topic === "phoenix" && message.event === "heartbeat") {
      this.send(replyFrame(message, "ok"));
    } else if (message.event === "phx_join") {
      this.#join(message);
    } else {
      this.#passOn(message);
    }
  }

  #passOn(message: ClientMessage): void {
    const channel = this.channels.get(message.topic);
    const isLeave = message.event === "phx_leave";
    // A leave of an earlier join of this topic must not end the present one.
    const isStale = isLeave && channel !== undefined && message.joinRef !== channel.joinRef;
    if (channel && !isStale) channel.receive(message);
    else if (isLeave) this.send(replyFrame(message, "ok"));
    else this.send(replyFrame(message, "error", { reason: "unmatched topic" }));
  }

  #join(message: ClientMessage): void {
    if (!message.topic.startsWith("realtime:")) {
      this.send(replyFrame(message, "error", { reason: "unmatched topic" }));
      return;
    }
    this.channels.get(message.topic)?.closeWithFrame();
    if (this.channels.size >= this.#hub.limits.channelsPerSocket) {
      this.send(replyFrame(message, "error", { reason: "ChannelRateLimitReached: Too many channels" }));
      return;
    }
    const channel: Channel = new Channel(this.#hub, this, message, () => {
      if (this.channels.get(message.topic) === channel) this.channels.delete(message.topic);
    });
    this.channels.set(message.topic, channel);
    channel.join(message);
  }
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
