/**
 * Supabase Realtime on the stand-in: `GET /realtime/v1/websocket?apikey=…&vsn=…` upgraded to a websocket, and
 * the HTTP broadcast doors. How it differs from hosted Realtime stands in README.md, each with its test.
 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { z } from "zod";
import type { Database } from "./database.ts";
import { createAccess, type Keys, sqlCode, type VerifyToken } from "./realtime-access.ts";
import { startChangeFeed } from "./realtime-changes.ts";
import { createFaults, FaultRequest, type Faults } from "./realtime-faults.ts";
import { handleBroadcast } from "./realtime-http.ts";
import { createHub, type Hub } from "./realtime-hub.ts";
import { createRate, LIMITS, type Limits, type Profile } from "./realtime-limits.ts";
import { parseVersion } from "./realtime-protocol.ts";
import { createReplay } from "./realtime-replay.ts";
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
  /** Other quotas than the plan's. */
  readonly limits?: Partial<Limits>;
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
const MAX_FRAME_BYTES = 8_000_000;
const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

interface Door {
  readonly hub: Hub;
  readonly faults: Faults | null;
  readonly websockets: WebSocketServer;
  readonly sockets: Set<Socket>;
}

export async function startRealtime(options: RealtimeOptions): Promise<Realtime> {
  const { server } = options;
  // What a policy or a query says is a line; anything else is a bug of ours.
  const report = (error: unknown) =>
    console.error("realtime:", error instanceof Error && sqlCode(error) ? error.message : error);
  const faults = options.testMode ? createFaults() : null;
  const { hub, stopHub } = await startHub(options, faults, report);
  const websockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const door: Door = { hub, faults, websockets, sockets: new Set() };
  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    accept(door, request, stream, head).catch((error: unknown) => {
      report(error);
      stream.destroy();
    });
  };
  server.on("upgrade", onUpgrade);
  const silenceCheck = setInterval(() => {
    for (const socket of door.sockets) if (socket.silence() > MAX_SILENCE_MS) socket.kill();
  }, SILENCE_CHECK_MS);
  silenceCheck.unref();

  return {
    prefix: "/realtime/v1",
    fetch: (request) => answer(door, request),
    async stop() {
      clearInterval(silenceCheck);
      server.off("upgrade", onUpgrade);
      for (const socket of door.sockets) socket.kill();
      websockets.close();
      await stopHub();
    },
  };
}

async function startHub(options: RealtimeOptions, faults: Faults | null, report: (error: unknown) => void) {
  const { database, keys, verifyToken, profile = "off" } = options;
  const limits: Limits = { ...LIMITS[profile], ...options.limits };
  const changes = await startChangeFeed(database, report);
  const parts = {
    access: createAccess(database, keys, verifyToken),
    changes,
    replay: createReplay(database),
    limits,
    events: createRate(limits.eventsPerSecond),
    changeEvents: createRate(limits.eventsPerSecond),
    joins: createRate(limits.joinsPerSecond),
    presenceEvents: createRate(limits.presencePerSecond),
    report,
  };
  const hub = createHub(parts, faults);
  const stopStored = await startStoredBroadcasts(database, hub);
  const stopHub = async () => {
    await stopStored();
    await changes.stop();
  };
  return { hub, stopHub };
}

async function accept(door: Door, request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
  // Without a listener an early reset would end the process.
  const onEarlyError = () => stream.destroy();
  stream.on("error", onEarlyError);
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname !== WEBSOCKET_PATH) return refuse(stream, "404 Not Found");
  if (!LOCAL_HOST.test(request.headers.host ?? "")) return refuse(stream, "403 Forbidden");
  if (door.faults?.isDown) return refuse(stream, "503 Service Unavailable");
  const { hub, faults, websockets, sockets } = door;
  const keyIdentity = await hub.access.identifyKey(
    headerKey(request) ?? url.searchParams.get("apikey") ?? "",
  );
  if (!keyIdentity) return refuse(stream, "401 Unauthorized");
  stream.off("error", onEarlyError);
  websockets.handleUpgrade(request, stream, head, (websocket) => {
    const version = parseVersion(url.searchParams.get("vsn"));
    const countConnections = () => [...sockets].filter(({ isCounted }) => isCounted).length;
    const socket = new Socket({ hub, websocket, stream, version, keyIdentity, faults, countConnections });
    sockets.add(socket);
    websocket.on("close", () => sockets.delete(socket));
  });
}

function headerKey(request: IncomingMessage): string | undefined {
  const key = request.headers["x-api-key"];
  return typeof key === "string" ? key : undefined;
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function answer(door: Door, request: Request): Promise<Response> {
  const { hub, faults } = door;
  if (faults && new URL(request.url).pathname === FAULT_PATH) return causeFault(door, faults, request);
  if (faults?.isDown) return Response.json({ message: "Realtime is down" }, { status: 503 });
  return (await handleBroadcast(hub, request)) ?? Response.json({ message: "Not found" }, { status: 404 });
}

async function causeFault({ hub, sockets }: Door, faults: Faults, request: Request): Promise<Response> {
  const key = request.headers.get("apikey") ?? "";
  if (!hub.access.isSecretKey(key)) return Response.json({ message: "Unauthorized" }, { status: 401 });
  const parsed = FaultRequest.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return Response.json({ message: z.prettifyError(parsed.error) }, { status: 422 });
  const { clear, rules, seed, kill, expire, close, downMs } = parsed.data;
  if (clear || rules) faults.use(rules ?? [], seed);
  if (clear || downMs !== undefined) faults.goDown(downMs ?? 0);
  const cuts = (socket: Socket) =>
    faults.isDown || (kill !== undefined && (kill === "all" || socket.isOf(kill)));
  const killed = [...sockets].filter(cuts);
  const members = [...hub.members()];
  const expired = members.filter(
    ({ identity }) => expire !== undefined && (expire === "all" || identity.subject === expire),
  );
  const closed = members.filter(({ subTopic }) => close !== undefined && subTopic.startsWith(close));
  for (const socket of killed) socket.kill();
  for (const member of expired) member.expire();
  for (const member of closed) member.closeWithFrame();
  return Response.json({ killed: killed.length, expired: expired.length, closed: closed.length });
}
