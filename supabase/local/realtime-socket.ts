/**
 * One websocket: decodes its frames and hands them to its channels. A frame it cannot read ends this socket
 * and no other; a reader that falls 8 MB behind is cut off, because waiting for it would cost everyone memory.
 * While a join is under way whatever else the socket says waits, as on hosted Realtime.
 *
 * Frames are written to the TCP stream as they are, header and all: `ws` would make a header for each reader. What
 * one tick writes to a reader leaves in one system call, which is where most of a delivery's time goes.
 */
import type { Duplex } from "node:stream";
import { type RawData, WebSocket } from "ws";
import type { Identity } from "./realtime-access.ts";
import { Channel, type Outlet } from "./realtime-channel.ts";
import type { Faults } from "./realtime-faults.ts";
import { type Frame, messageFrame, replyFrame } from "./realtime-frame.ts";
import type { Hub } from "./realtime-hub.ts";
import { createLane } from "./realtime-lane.ts";
import { type ClientMessage, decodeFrame, MalformedFrame, type Version } from "./realtime-protocol.ts";
import { Refusal } from "./realtime-rights.ts";

export interface SocketOptions {
  readonly hub: Hub;
  readonly websocket: WebSocket;
  /** What the websocket runs on. Nothing is compressed or fragmented on it. */
  readonly stream: Duplex;
  readonly version: Version;
  readonly keyIdentity: Identity;
  readonly faults: Faults | null;
  /** Sockets of the project that have a joined channel. */
  countConnections(): number;
}

const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
const CLOSE_NORMAL = 1000;
const CLOSE_INTERNAL = 1011;

export class Socket implements Outlet {
  readonly keyIdentity: Identity;
  readonly channels = new Map<string, Channel>();
  isCounted = false;
  readonly #options: SocketOptions;
  readonly #hub: Hub;
  readonly #websocket: WebSocket;
  readonly #stream: Duplex;
  readonly #version: Version;
  readonly #lane;
  #heardAt = performance.now();
  #mustLeave = false;

  constructor(options: SocketOptions) {
    const { hub, websocket, stream, version, keyIdentity } = options;
    this.#options = options;
    this.#hub = hub;
    this.#websocket = websocket;
    this.#stream = stream;
    this.#version = version;
    this.keyIdentity = keyIdentity;
    this.#lane = createLane((error) => this.#fail(error));
    websocket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    websocket.on("close", () => this.#leaveAll());
    // ws closes the socket itself after an error; 'close' follows.
    websocket.on("error", () => websocket.terminate());
  }

  /** True when this socket speaks for the user: through a channel's token or through its key. */
  isOf(userId: string): boolean {
    return [...this.channels.values()].some((channel) => channel.identity.subject === userId);
  }

  /** How long the other side has been silent, in ms. A living client sends a heartbeat every 25 s. */
  silence(): number {
    return performance.now() - this.#heardAt;
  }

  send(frame: Frame): void {
    if (this.#websocket.readyState !== WebSocket.OPEN) return;
    const bytes = frame.encode(this.#version);
    if (bytes === null) return;
    gather(this.#stream);
    this.#stream.write(bytes);
    if (this.#stream.writableLength > MAX_BUFFERED_BYTES) this.kill();
  }

  admit(): void {
    const { limits, joins } = this.#hub;
    if (!this.isCounted && this.#options.countConnections() >= limits.connections) {
      throw new Refusal("ConnectionRateLimitReached: Too many connected users");
    }
    if (joins.isReached) {
      this.#mustLeave = true;
      throw new Refusal("ClientJoinRateLimitReached: Too many joins per second");
    }
    joins.add();
    if (this.channels.size > limits.channelsPerSocket) {
      throw new Refusal("ChannelRateLimitReached: Too many channels");
    }
  }

  /** Cuts the connection. Its people leave at once, not when the operating system notices. */
  kill(): void {
    this.#leaveAll();
    this.#websocket.terminate();
  }

  #close(code: number, reason: string): void {
    this.#leaveAll();
    this.#websocket.close(code, reason);
  }

  #leaveAll(): void {
    for (const channel of this.channels.values()) channel.close();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#heardAt = performance.now();
    try {
      const message = decodeFrame(this.#version, toBuffer(data), isBinary);
      if (this.#options.faults?.isActive) this.#takeFaulty(this.#options.faults, message);
      else this.#lane.add(() => this.#take(message));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Joins, leaves, tokens and heartbeats are left alone: the switch has its own words for them. */
  #takeFaulty(faults: Faults, message: ClientMessage): void {
    const take = () => this.#lane.add(() => this.#take(message));
    if (message.event !== "broadcast" && message.event !== "presence") take();
    else faults.route("in", this, message.topic.slice("realtime:".length), take);
  }

  #fail(error: unknown): void {
    const isUnreadable = error instanceof MalformedFrame;
    if (!isUnreadable) this.#hub.report(error);
    this.#close(CLOSE_INTERNAL, isUnreadable ? "unreadable frame" : "internal error");
  }

  #take(message: ClientMessage): Promise<void> | undefined {
    if (message.event === "phx_join") return this.#join(message);
    if (message.topic === "phoenix" && message.event === "heartbeat") this.send(replyFrame(message, "ok"));
    else this.#passOn(message);
    return undefined;
  }

  #passOn(message: ClientMessage): void {
    const channel = this.channels.get(message.topic);
    const isLeave = message.event === "phx_leave";
    if (!channel && isLeave) this.send(replyFrame(message, "ok"));
    else if (!channel) this.send(replyFrame(message, "error", { reason: "unmatched topic" }));
    // A leave of an earlier join of this topic must not end the present one; it was told of its end already.
    else if (!isLeave || channel.joinRef === null || message.joinRef === channel.joinRef) {
      channel.receive(message);
    }
  }

  async #join(message: ClientMessage): Promise<void> {
    const { topic } = message;
    if (!topic.startsWith("realtime:")) {
      this.send(replyFrame(message, "error", { reason: "unmatched topic" }));
      return;
    }
    const earlier = this.channels.get(topic);
    earlier?.close();
    const channel: Channel = new Channel(this.#hub, this, message, () => {
      if (this.channels.get(topic) === channel) this.channels.delete(topic);
    });
    this.channels.set(topic, channel);
    await channel.join(message, () => {
      // Said after the answer to the new join, as Phoenix does.
      if (earlier) this.send(closeFrame(topic, earlier.joinRef));
    });
    if (this.#mustLeave) this.#close(CLOSE_NORMAL, "");
  }
}

/** Streams that hold back what this tick writes to them, so that it leaves in one system call. */
const gathering = new Set<Duplex>();

function gather(stream: Duplex): void {
  if (gathering.has(stream)) return;
  if (gathering.size === 0) process.nextTick(releaseAll);
  gathering.add(stream);
  stream.cork();
}

function releaseAll(): void {
  for (const stream of gathering) stream.uncork();
  gathering.clear();
}

const closeFrame = (topic: string, joinRef: string | null): Frame =>
  messageFrame({ joinRef, ref: joinRef, topic, event: "phx_close", payload: {} });

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
