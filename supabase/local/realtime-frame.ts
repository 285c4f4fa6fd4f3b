/**
 * What the server says, encoded once per serializer and for any number of sockets, the websocket's own header
 * included: a delivery is then one write of bytes that are there already.
 *
 * 2.0.0: text is `[join_ref, ref, topic, event, payload]`; a broadcast of which only the payload's bytes are
 * known is a binary frame of kind 4, each length one byte:
 *   4 · len(topic) · len(event) · len(meta) · encoding · the three · payload
 * 1.0.0: the object `{event, payload, ref, topic}`, without a join_ref; raw bytes cannot be said in it.
 */
import type { ClientMessage, RawBroadcast, Version } from "./realtime-protocol.ts";

/** One message to any number of sockets. */
export interface Frame {
  /** Of a stored broadcast: its row, so that a channel that was replayed it does not hear it again. */
  readonly messageId?: string | undefined;
  /** The bytes of a whole websocket frame; null: this serializer cannot say it. The same ones each time. */
  encode(version: Version): Buffer | null;
}

export interface ServerMessage {
  readonly joinRef?: string | null;
  readonly ref?: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

/** A broadcast as it came or was stored; `payload` is JSON text that is handed on unread. */
export interface TextBroadcast {
  readonly joinRef?: string | null;
  readonly topic: string;
  readonly event: string | null;
  readonly payload: string;
  readonly meta: Record<string, unknown> & { id: string };
}

const BROADCAST_KIND = 4;
const BROADCAST_HEADER = 5;
const MAX_FIELD_BYTES = 255;
const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;

class OnceEncoded implements Frame {
  readonly messageId: string | undefined;
  readonly #make: (version: Version) => Buffer | null;
  #old: Buffer | null | undefined;
  #new: Buffer | null | undefined;

  constructor(make: (version: Version) => Buffer | null, messageId?: string) {
    this.#make = make;
    this.messageId = messageId;
  }

  encode(version: Version): Buffer | null {
    if (version === "2.0.0") {
      if (this.#new === undefined) this.#new = this.#make(version);
      return this.#new;
    }
    if (this.#old === undefined) this.#old = this.#make(version);
    return this.#old;
  }
}

export function messageFrame(message: ServerMessage): Frame {
  const { joinRef = null, ref = null, topic, event, payload } = message;
  return new OnceEncoded((version) =>
    toText(
      version === "2.0.0"
        ? JSON.stringify([joinRef, ref, topic, event, payload])
        : JSON.stringify({ event, payload, ref, topic }),
    ),
  );
}

export function replyFrame(
  to: Pick<ClientMessage, "joinRef" | "ref" | "topic">,
  status: "ok" | "error",
  response: unknown = {},
): Frame {
  return messageFrame({ ...to, event: "phx_reply", payload: { status, response } });
}

/** A stored broadcast: its payload was made to JSON by the database and is not read again. */
export function textBroadcastFrame({ joinRef = null, topic, event, payload, meta }: TextBroadcast): Frame {
  const said = `{"event":${JSON.stringify(event)},"meta":${JSON.stringify(meta)},"payload":${payload},"type":"broadcast"}`;
  const to = JSON.stringify(topic);
  return new OnceEncoded(
    (version) =>
      toText(
        version === "2.0.0"
          ? `[${JSON.stringify(joinRef)},null,${to},"broadcast",${said}]`
          : `{"event":"broadcast","payload":${said},"ref":null,"topic":${to}}`,
      ),
    meta.id,
  );
}

/** `meta` is not sent by clients but told of stored broadcasts. */
export function rawBroadcastFrame(
  topic: string,
  raw: RawBroadcast,
  meta?: Record<string, unknown> & { id: string },
): Frame {
  return new OnceEncoded(
    (version) => (version === "2.0.0" ? encodeBroadcast(topic, raw, meta) : rawAsText(topic, raw)),
    meta?.id,
  );
}

function encodeBroadcast(
  topic: string,
  { event, encoding, bytes }: RawBroadcast,
  meta: Record<string, unknown> | undefined,
): Buffer | null {
  const about = meta ? JSON.stringify(meta) : "";
  const lengths = [Buffer.byteLength(topic), Buffer.byteLength(event), Buffer.byteLength(about)];
  const [topicLength = 0, eventLength = 0, metaLength = 0] = lengths;
  if (Math.max(...lengths) > MAX_FIELD_BYTES) return null;
  const head = BROADCAST_HEADER + topicLength + eventLength + metaLength;
  const { frame, at } = openFrame(FINAL_BINARY, head + bytes.length);
  frame[at] = BROADCAST_KIND;
  frame[at + 1] = topicLength;
  frame[at + 2] = eventLength;
  frame[at + 3] = metaLength;
  frame[at + 4] = encoding === "json" ? 1 : 0;
  frame.write(topic, at + BROADCAST_HEADER);
  frame.write(event, at + BROADCAST_HEADER + topicLength);
  frame.write(about, at + BROADCAST_HEADER + topicLength + eventLength);
  frame.set(bytes, at + head);
  return frame;
}

function rawAsText(topic: string, { event, encoding, bytes }: RawBroadcast): Buffer | null {
  if (encoding === "binary") return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  try {
    JSON.parse(text);
  } catch {
    // Only its sender's word says that it is JSON; who could not read it is spared it.
    return null;
  }
  const payload = `{"event":${JSON.stringify(event)},"payload":${text},"type":"broadcast"}`;
  return toText(`{"event":"broadcast","payload":${payload},"ref":null,"topic":${JSON.stringify(topic)}}`);
}

function toText(text: string): Buffer {
  const { frame, at } = openFrame(FINAL_TEXT, Buffer.byteLength(text));
  frame.write(text, at);
  return frame;
}

/** A websocket frame with its header (RFC 6455, unmasked, as servers send) and room for the payload from `at` on. */
function openFrame(opcode: number, length: number): { frame: Buffer; at: number } {
  const at = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(at + length);
  frame[0] = opcode;
  if (at === 2) frame[1] = length;
  else if (at === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return { frame, at };
}
