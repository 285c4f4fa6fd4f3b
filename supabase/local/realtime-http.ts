/**
 * Realtime over HTTP: `POST /realtime/v1/api/broadcast` with `{messages: [{topic, event, payload, private}]}`,
 * and `POST /realtime/v1/api/broadcast/<topic>/events/<event>[?private=true]` with the payload as the body,
 * JSON or raw bytes. 202 whether or not anybody hears it. A private message that the policies do not let this
 * person send is dropped in silence from a batch and answered 403 when it comes alone. 401 without a valid key or
 * token, 415 for another media type, 422 for a body that cannot be read or is too large, 429 over the quota.
 */
import type { Access, Identity } from "./realtime-access.ts";
import { type Frame, messageFrame, rawBroadcastFrame } from "./realtime-frame.ts";
import type { Hub } from "./realtime-hub.ts";
import { isRecord } from "./realtime-protocol.ts";

const PATH = /\/api\/broadcast(?:\/([^/]+)\/events\/([^/]+))?\/?$/;

/** Null when the request is not for this door. */
export async function handleBroadcast(hub: Hub, request: Request): Promise<Response | null> {
  const url = new URL(request.url);
  const match = PATH.exec(url.pathname);
  if (!match || request.method !== "POST") return null;
  const identity = await identifyRequest(hub.access, request);
  if (!identity) return complain(401, "Unauthorized");
  const [, topic, event] = match;
  if (topic === undefined || event === undefined) return sendBatch(hub, identity, request);
  return sendOne(hub, identity, request, {
    topic: decodeURIComponent(topic),
    event: decodeURIComponent(event),
    isPrivate: url.searchParams.get("private") === "true",
  });
}

async function identifyRequest(access: Access, request: Request): Promise<Identity | null> {
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const apiKey = request.headers.get("apikey");
  if (bearer && !bearer.startsWith("sb_")) {
    const verdict = await access.identify(bearer);
    return verdict.ok ? verdict.identity : null;
  }
  return access.identifyKey(apiKey ?? bearer ?? "");
}

interface Message {
  readonly topic: string;
  readonly event: string;
  readonly payload: Record<string, unknown>;
  readonly private: boolean;
}
type Complaints = Record<string, string[]>;

async function sendBatch(hub: Hub, identity: Identity, request: Request): Promise<Response> {
  const body: unknown = await request.json().catch(() => null);
  if (body === null) return complain(400, "The body must be JSON");
  const entries = isRecord(body) && Array.isArray(body.messages) ? body.messages : null;
  if (!entries || entries.length === 0) return unprocessable({ messages: ["can't be blank"] });
  const complaints = entries.map((entry) => check(entry, hub.limits.payloadBytes));
  if (complaints.some((found) => Object.keys(found).length > 0))
    return unprocessable({ messages: complaints });
  const { average } = hub.events;
  if (average > hub.limits.eventsPerSecond) return tooMany();
  if (average + entries.length > hub.limits.eventsPerSecond) {
    return complain(429, "Too many messages to broadcast, please reduce the batch size");
  }
  // Public ones first, as hosted Realtime sorts them.
  const messages = entries as Message[];
  for (const message of [
    ...messages.filter((one) => !one.private),
    ...messages.filter((one) => one.private),
  ]) {
    const { topic, event, payload } = message;
    const said = { event, payload, type: "broadcast" };
    const frame = messageFrame({ topic: `realtime:${topic}`, event: "broadcast", payload: said });
    await send(hub, identity, { topic, isPrivate: message.private === true }, frame);
  }
  return new Response(null, { status: 202 });
}

function check(entry: unknown, maxBytes: number): Complaints {
  const complaints: Complaints = {};
  const { topic, event, payload, private: isPrivate } = isRecord(entry) ? entry : {};
  for (const [name, value] of Object.entries({ topic, event })) {
    if (value === undefined || value === null || value === "") complaints[name] = ["can't be blank"];
    else if (typeof value !== "string") complaints[name] = ["is invalid"];
  }
  if (payload === undefined || payload === null) complaints.payload = ["can't be blank"];
  else if (!isRecord(payload)) complaints.payload = ["is invalid"];
  else if (Buffer.byteLength(JSON.stringify(payload)) > maxBytes) complaints.payload = [TOO_LARGE];
  if (isPrivate !== undefined && isPrivate !== null && typeof isPrivate !== "boolean") {
    complaints.private = ["is invalid"];
  }
  return complaints;
}

interface Single {
  readonly topic: string;
  readonly event: string;
  readonly isPrivate: boolean;
}

async function sendOne(hub: Hub, identity: Identity, request: Request, single: Single): Promise<Response> {
  const type = request.headers.get("content-type");
  const isBinary = type?.startsWith("application/octet-stream") === true;
  if (type !== null && !isBinary && !type.startsWith("application/json")) {
    const error = "Unsupported Media Type. Use application/json or application/octet-stream";
    return Response.json({ error }, { status: 415 });
  }
  const body = new Uint8Array(await request.arrayBuffer());
  const bytes = isBinary ? body : toJson(body);
  if (!bytes) return complain(400, "The body must be JSON");
  if (bytes.length > hub.limits.payloadBytes) return unprocessable({ payload: [TOO_LARGE] });
  if (hub.events.isReached) return tooMany();
  const encoding = isBinary ? "binary" : "json";
  const frame = rawBroadcastFrame(`realtime:${single.topic}`, { event: single.event, encoding, bytes });
  if (await send(hub, identity, single, frame)) return new Response(null, { status: 202 });
  return complain(403, "Unauthorized");
}

/** False when the policies do not let this person send. */
async function send(
  hub: Hub,
  identity: Identity,
  { topic, isPrivate }: { topic: string; isPrivate: boolean },
  frame: Frame,
): Promise<boolean> {
  if (isPrivate && !(await hub.access.canWrite(identity, topic, "broadcast"))) return false;
  hub.events.add();
  const room = hub.findRoom(isPrivate, topic);
  if (room) hub.broadcast(room, frame, null);
  return true;
}

const TOO_LARGE = "Payload size exceeds tenant limit";
const complain = (status: number, message: string) => Response.json({ message }, { status });
const unprocessable = (errors: unknown) => Response.json({ errors }, { status: 422 });
const tooMany = () => complain(429, "You have exceeded your rate limit");

/** What is no object is wrapped, as hosted Realtime's parser does; null when it is no JSON. */
function toJson(bytes: Uint8Array): Uint8Array | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(value) ? bytes : Buffer.from(JSON.stringify({ _json: value }));
  } catch {
    // The caller is told so.
    return null;
  }
}
