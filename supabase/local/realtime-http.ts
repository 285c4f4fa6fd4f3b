/**
 * Realtime over HTTP: `POST /realtime/v1/api/broadcast` with `{messages: [{topic, event, payload, private}]}`,
 * and `POST /realtime/v1/api/broadcast/<topic>/events/<event>[?private=true]` with the payload as the body,
 * JSON or raw bytes. 202 whether or not anybody hears it; a private message that the policies do not let this
 * person send is dropped in silence. 401 without a valid key or token, 422 for a body that cannot be read.
 */
import { z } from "zod";
import type { Access, Identity } from "./realtime-access.ts";
import type { Hub } from "./realtime-hub.ts";
import { type Frame, isRecord, messageFrame, rawBroadcastFrame } from "./realtime-protocol.ts";

const Batch = z.object({
  messages: z.array(
    z.object({
      topic: z.string().min(1),
      event: z.string().min(1),
      payload: z.unknown().refine(isRecord, "payload must be an object"),
      private: z.boolean().nullish(),
    }),
  ),
});

const PATH = /\/api\/broadcast(?:\/([^/]+)\/events\/([^/]+))?\/?$/;

/** Null when the request is not for this door. */
export async function handleBroadcast(hub: Hub, request: Request): Promise<Response | null> {
  const url = new URL(request.url);
  const match = PATH.exec(url.pathname);
  if (!match || request.method !== "POST") return null;
  const identity = await identifyRequest(hub.access, request);
  if (!identity) return Response.json({ message: "Unauthorized" }, { status: 401 });
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

async function sendBatch(hub: Hub, identity: Identity, request: Request): Promise<Response> {
  const body = Batch.safeParse(await request.json().catch(() => null));
  if (!body.success) return Response.json({ errors: z.treeifyError(body.error) }, { status: 422 });
  const { messages } = body.data;
  if (!hub.events.take(messages.length)) return tooMany();
  for (const message of messages) {
    const { topic, event, payload } = message;
    const frame = messageFrame({
      topic: `realtime:${topic}`,
      event: "broadcast",
      payload: { type: "broadcast", event, payload },
    });
    await send(hub, identity, { topic, isPrivate: message.private === true }, frame);
  }
  return new Response(null, { status: 202 });
}

interface Single {
  readonly topic: string;
  readonly event: string;
  readonly isPrivate: boolean;
}

async function sendOne(hub: Hub, identity: Identity, request: Request, single: Single): Promise<Response> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > hub.limits.payloadBytes) {
    return Response.json({ message: "Payload size exceeds tenant limit" }, { status: 422 });
  }
  const isBinary = request.headers.get("content-type")?.startsWith("application/octet-stream") ?? false;
  if (!isBinary && !isJson(bytes))
    return Response.json({ message: "The body must be JSON" }, { status: 422 });
  if (!hub.events.take()) return tooMany();
  const encoding = isBinary ? "binary" : "json";
  const frame = rawBroadcastFrame(`realtime:${single.topic}`, { event: single.event, encoding, bytes });
  await send(hub, identity, single, frame);
  return new Response(null, { status: 202 });
}

async function send(
  hub: Hub,
  identity: Identity,
  { topic, isPrivate }: { topic: string; isPrivate: boolean },
  frame: Frame,
): Promise<void> {
  if (isPrivate && !(await hub.access.canWrite(identity, topic, "broadcast"))) return;
  const room = hub.findRoom(isPrivate, topic);
  if (room) hub.broadcast(room, frame, null);
}

function tooMany(): Response {
  return Response.json({ message: "You have exceeded your rate limit" }, { status: 429 });
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}
