/**
 * What clients of Supabase Realtime say: Phoenix channels in two serializers, chosen by `vsn` in the URL.
 *
 * 2.0.0 (what realtime-js speaks by default): a text frame is `[join_ref, ref, topic, event, payload]`; a
 * broadcast travels as a binary frame of kind 3:
 *   3 · len(join_ref) · len(ref) · len(topic) · len(event) · len(meta) · encoding · the five · payload
 * Each length is one byte counting UTF-8 bytes; encoding 0 is raw bytes, 1 is JSON.
 * 1.0.0: every frame is the object `{topic, event, payload, ref, join_ref?}`; raw bytes cannot be said in it.
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

const PUSH_KIND = 3;
const PUSH_HEADER = 7;

export function parseVersion(vsn: string | null): Version {
  return vsn?.startsWith("2.") ? "2.0.0" : "1.0.0";
}

export function decodeFrame(version: Version, data: Buffer, isBinary: boolean): ClientMessage {
  if (isBinary && version === "2.0.0") return decodePush(data);
  let parsed: unknown;
  try {
    parsed = JSON.parse(data.toString("utf8"));
  } catch (cause) {
    throw new MalformedFrame("a text frame must hold JSON", { cause });
  }
  return version === "2.0.0" ? fromArray(parsed) : fromObject(parsed);
}

function fromArray(frame: unknown): ClientMessage {
  if (!Array.isArray(frame) || frame.length < 5) throw new MalformedFrame("expected an array of five");
  const [joinRef, ref, topic, event, payload] = frame;
  return toMessage({ joinRef, ref, topic, event, payload });
}

function fromObject(frame: unknown): ClientMessage {
  if (!isRecord(frame)) throw new MalformedFrame("expected an object");
  for (const key of ["topic", "event", "payload", "ref"]) {
    if (!Object.hasOwn(frame, key)) throw new MalformedFrame(`missing key ${key}`);
  }
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
  let offset = PUSH_HEADER;
  const fields: string[] = [];
  // join_ref, ref, topic and event; nothing is done with the fifth, the meta, but it must be there.
  for (let place = 1; place <= 5; place += 1) {
    const end = offset + (data[place] ?? 0);
    if (end > data.length) throw new MalformedFrame("a binary frame ended early");
    if (place < 5) fields.push(data.toString("utf8", offset, end));
    offset = end;
  }
  const [joinRef = "", ref = "", topic = "", event = ""] = fields;
  return {
    joinRef: toRef(joinRef),
    ref: toRef(ref),
    topic,
    event: "broadcast",
    payload: {},
    raw: { event, encoding: data[6] === 0 ? "binary" : "json", bytes: data.subarray(offset) },
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
