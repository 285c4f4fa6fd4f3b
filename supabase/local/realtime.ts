/**
 * Supabase Realtime on the stand-in: `GET /realtime/v1/websocket?apikey=…&vsn=…` upgraded to a websocket, and
 * the HTTP broadcast doors. Known differences from hosted Realtime: no replay, no partitions of
 * `realtime.messages` (rows are kept for an hour), no replica identity other than the key, no legacy joins
 * without a `config`, and no event about a row of which the person may select no column.
 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Database } from "./database.ts";
import { createAccess, type Keys, type VerifyToken } from "./realtime-access.ts";
import { startChangeFeed } from "./realtime-changes.ts";
import { createFaults, FaultRequest, type Faults } from "./realtime-faults.ts";
import { handleBroadcast } from "./realtime-http.ts";
import { createHub, type Hub } from "./realtime-hub.ts";
import { createAllowance, LIMITS, type Profile } from "./realtime-limits.ts";
import { parseVersion } from "./realtime-protocol.ts";
import { Socket } from "./realtime-socket.ts";
import { startStoredBroadcasts } from "./realtime-stored.ts";

export interface RealtimeOptions {
  readonly database: Database;
  readonly server: Server;
  readonly keys: Keys;
  readonly verifyToken: VerifyToken;
  readonly testMode?: boolean;
  /** Which plan's quotas apply. */
  readonly profile?: Profile;
}

export interface Realtime {
  readonly prefix: "/realtime/v1";
  /** Requests below the prefix. Looks at their key and token itself. */
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

const WEBSOCKET_PATH = "/realtime/v1/websocket";
const FAULT_PATH = "/realtime/v1/test/fault";
const MAX_SILENCE_MS = 60_000;
const SILENCE_CHECK_MS = 5000;
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export async function startRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { database, server, keys, verifyToken, testMode = false, profile = "off" } = options;
  const report = (error: unknown) => console.error("realtime:", error);
  const limits = LIMITS[profile];
  const faults = testMode ? createFaults() : null;
  const changes = await startChangeFeed(database, report);
  const access = createAccess(database, keys, verifyToken);
  const events = createAllowance(limits.eventsPerSecond, 1000);
  const hub = createHub({ access, changes, limits, events, report }, faults);
  const stopStored = await startStoredBroadcasts(database, hub);

  const sockets = new Set<Socket>();
  const websockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    accept(hub, websockets, sockets, request, stream, head).catch((error: unknown) => {
      report(error);
      stream.destroy();
    });
  };
  server.on("upgrade", onUpgrade);
  const silenceCheck = setInterval(() => {
    for (const socket of sockets) if (socket.silence() > MAX_SILENCE_MS) socket.kill();
  }, SILENCE_CHECK_MS);
  silenceCheck.unref();

  return {
    prefix: "/realtime/v1",
    async fetch(request) {
      if (faults && new URL(request.url).pathname === FAULT_PATH)
        return causeFault(hub, faults, sockets, request);
      return (
        (await handleBroadcast(hub, request)) ?? Response.json({ message: "Not found" }, { status: 404 })
      );
    },
    async stop() {
      clearInterval(silenceCheck);
      server.off("upgrade", onUpgrade);
      for (const socket of sockets) socket.kill();
      websockets.close();
      await stopStored();
      await changes.stop();
    },
  };
}

async function accept(
  hub: Hub,
  websockets: WebSocketServer,
  sockets: Set<Socket>,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): Promise<void> {
  // Without a listener an early reset would end the process.
  const onEarlyError = () => stream.destroy();
  stream.on("error", onEarlyError);
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname !== WEBSOCKET_PATH) return refuse(stream, "404 Not Found");
  if (!LOCAL_HOST.test(request.headers.host ?? "")) return refuse(stream, "403 Forbidden");
  const identity = await hub.access.identifyKey(url.searchParams.get("apikey") ?? headerKey(request));
  if (!identity) return refuse(stream, "401 Unauthorized");
  stream.off("error", onEarlyError);
  websockets.handleUpgrade(request, stream, head, (websocket) => {
    const socket = new Socket(hub, websocket, parseVersion(url.searchParams.get("vsn")), identity);
    sockets.add(socket);
    websocket.on("close", () => sockets.delete(socket));
  });
}

function headerKey(request: IncomingMessage): string {
  const key = request.headers["x-api-key"];
  return typeof key === "string" ? key : "";
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function causeFault(
  hub: Hub,
  faults: Faults,
  sockets: ReadonlySet<Socket>,
  request: Request,
): Promise<Response> {
  const key = request.headers.get("apikey") ?? "";
  if (!hub.access.isSecretKey(key)) return Response.json({ message: "Unauthorized" }, { status: 401 });
  const parsed = FaultRequest.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return Response.json({ message: parsed.error.message }, { status: 422 });
  const { kill, expire, close, rules, seed } = parsed.data;
  if (rules) faults.use(rules, seed ?? 1);
  const killed = [...sockets].filter((socket) => kill !== undefined && (kill === "all" || socket.isOf(kill)));
  const channels = [...hub.channels()];
  const expired = channels.filter(
    ({ identity }) => expire !== undefined && (expire === "all" || identity.subject === expire),
  );
  const closed = channels.filter(({ subTopic }) => close !== undefined && subTopic.startsWith(close));
  for (const socket of killed) socket.kill();
  for (const channel of expired) channel.expire();
  for (const channel of closed) channel.closeWithFrame();
  return Response.json({ killed: killed.length, expired: expired.length, closed: closed.length });
}
