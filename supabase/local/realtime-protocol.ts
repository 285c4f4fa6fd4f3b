/**
 * The wire of Supabase Realtime: Phoenix channels in two serializers, chosen by `vsn` in the URL.
 *
 * 2.0.0 (what realtime-js speaks by default): a text frame is `[join_ref, ref, topic, event, payload]`; a
 * broadcast travels as a binary frame, kind 3 from the client and kind 4 from the server:
 *   3 · len(join_ref) · len(ref) · len(topic) · len(event) · len(meta) · encoding · the five · payload
 *   4 · len(topic) · len(event) · len(meta) · encoding · the three · payload
 * Each length is one byte counting UTF-8 bytes; encoding 0 is raw bytes, 1 is JSON.
 * 1.0.0: every frame is the object `{topic, event, payload, ref, join_ref}`; raw bytes cannot be said in it.
 *
 * `decodeFrame` throws MalformedFrame; the socket that sent it is closed, no other.
 */

export type Version = "1.0.0" | "2.0.0";

export class MalformedFrame extends Error {}

/** A broadcast whose payload the server never looks into. */
export interface RawBroadcast {
  readonly event: string;
  readonly encoding: "json" | "binary";
  readonly bytes: Uint8Array;
}

export interface ClientMessage {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
  /** Present when the frame was binary; `payload` is then empty. */
  readonly raw?: RawBroadcast;
}

/** One message to any number of sockets; each serializer's form is made once, when first asked for. */
export interface Frame {
  /** Null: this serializer cannot say it. */
  encode(version: Version): string | Uint8Array | null;
}

const PUSH_KIND = 3;
const BROADCAST_KIND = 4;
const BINARY_ENCODING = 0;
const JSON_ENCODING = 1;
const PUSH_HEADER = 7;
const BROADCAST_HEADER = 5;
const MAX_FIELD_BYTES = 255;

export function parseVersion(vsn: string | null): Version {
  return vsn?.startsWith("2.") ? "2.0.0" : "1.0.0";
}

export function decodeFrame(version: Version, data: Buffer, isBinary: boolean): ClientMessage {
  if (isBinary) return decodePush(data);
  let parsed: unknown;
  try {
    parsed = JSON.parse(data.toString("utf8"));
  } catch (cause) {
    throw new MalformedFrame("a text frame must hold JSON", { cause });
  }
  return version === "2.0.0" ? fromArray(parsed) : fromObject(parsed);
}

function fromArray(frame: unknown): ClientMessage {
  if (!Array.isArray(frame) || frame.length !== 5) throw new MalformedFrame("expected an array of five");
  const [joinRef, ref, topic, event, payload] = frame;
  return toMessage({ joinRef, ref, topic, event, payload });
}

function fromObject(frame: unknown): ClientMessage {
  if (!isRecord(frame)) throw new MalformedFrame("expected an object");
  const { join_ref: joinRef, ref, topic, event, payload } = frame;
  return toMessage({ joinRef, ref, topic, event, payload });
}

function toMessage(
  fields: Record<"joinRef" | "ref" | "topic" | "event" | "payload", unknown>,
): ClientMessage {
  const { topic, event, payload } = fields;
  if (typeof topic !== "string" || typeof event !== "string") {
    throw new MalformedFrame("topic and event must be text");
  }
  const [joinRef, ref] = [toRef(fields.joinRef), toRef(fields.ref)];
  return { joinRef, ref, topic, event, payload: isRecord(payload) ? payload : {} };
}

function toRef(ref: unknown): string | null {
  if (ref === null || ref === undefined || ref === "") return null;
  if (typeof ref === "string" || typeof ref === "number") return String(ref);
  throw new MalformedFrame("a ref must be text");
}

function decodePush(data: Buffer): ClientMessage {
  if (data.length < PUSH_HEADER || data[0] !== PUSH_KIND) throw new MalformedFrame("unknown binary kind");
  const encoding = data[6];
  if (encoding !== BINARY_ENCODING && encoding !== JSON_ENCODING) {
    throw new MalformedFrame("unknown payload encoding");
  }
  let offset = PUSH_HEADER;
  const fields = [...data.subarray(1, 6)].map((length) => {
    const field = data.subarray(offset, offset + length);
    if (field.length < length) throw new MalformedFrame("a binary frame ended early");
    offset += length;
    return field.toString("utf8");
  });
  const [joinRef = "", ref = "", topic = "", event = ""] = fields;
  return {
    joinRef: toRef(joinRef),
    ref: toRef(ref),
    topic,
    event: "broadcast",
    payload: {},
    raw: { event, encoding: encoding === JSON_ENCODING ? "json" : "binary", bytes: data.subarray(offset) },
  };
}

export interface ServerMessage {
  readonly joinRef?: string | null;
  readonly ref?: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

export function messageFrame(message: ServerMessage): Frame {
  const { joinRef = null, ref = null, topic, event, payload } = message;
  return once((version) =>
    version === "2.0.0"
      ? JSON.stringify([joinRef, ref, topic, event, payload])
      : JSON.stringify({ topic, event, payload, ref, join_ref: joinRef }),
  );
}

export function replyFrame(
  to: Pick<ClientMessage, "joinRef" | "ref" | "topic">,
  status: "ok" | "error",
  response: unknown = {},
): Frame {
  return messageFrame({ ...to, event: "phx_reply", payload: { status, response } });
}

export function rawBroadcastFrame(topic: string, raw: RawBroadcast): Frame {
  return once((version) => (version === "2.0.0" ? encodeBroadcast(topic, raw) : rawAsText(topic, raw)));
}

function encodeBroadcast(topic: string, { event, encoding, bytes }: RawBroadcast): Uint8Array | null {
  const fields = [Buffer.from(topic), Buffer.from(event)];
  if (fields.some((field) => field.length > MAX_FIELD_BYTES)) return null;
  const [topicLength = 0, eventLength = 0] = fields.map((field) => field.length);
  const header = Buffer.alloc(BROADCAST_HEADER);
  header.set([
    BROADCAST_KIND,
    topicLength,
    eventLength,
    0,
    encoding === "json" ? JSON_ENCODING : BINARY_ENCODING,
  ]);
  return Buffer.concat([header, ...fields, bytes]);
}

function rawAsText(topic: string, { event, encoding, bytes }: RawBroadcast): string | null {
  if (encoding === "binary") return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const payload = `{"event":${JSON.stringify(event)},"payload":${text},"type":"broadcast"}`;
  return `{"topic":${JSON.stringify(topic)},"event":"broadcast","payload":${payload},"ref":null,"join_ref":null}`;
}

function once(encode: (version: Version) => string | Uint8Array | null): Frame {
  const made = new Map<Version, string | Uint8Array | null>();
  return {
    encode(version) {
      const known = made.get(version);
      if (known !== undefined) return known;
      const data = encode(version);
      made.set(version, data);
      return data;
    },
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
