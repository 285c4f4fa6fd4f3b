/** A room of raw websockets: one says something again and again, the others hear it; and what that costs a server. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { cpuOf } from "./benchmark-live-cpu.ts";

/** How many messages may be under way at once, so that no reader falls behind. */
const WINDOW = 64;

export interface Cost {
  readonly deliveries: number;
  readonly cpuSeconds: number;
}

export async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  return socket;
}

/** Counts messages of one socket from now on. */
class Ear {
  count = 0;
  constructor(socket: WebSocket) {
    socket.on("message", () => {
      this.count += 1;
    });
  }
}

export interface Burst {
  readonly pid: number;
  readonly listeners: readonly WebSocket[];
  readonly messages: number;
  /** Says so many messages. */
  say(count: number): Promise<void> | void;
}

/** Says all of them, waits until everybody heard all, and reads the server's CPU before and after. */
export async function measure({ pid, listeners, messages, say }: Burst): Promise<Cost> {
  const ears = listeners.map((socket) => new Ear(socket));
  const before = cpuOf(pid);
  let said = 0;
  while (said < messages) {
    const slowest = Math.min(...ears.map(({ count }) => count));
    const room = Math.min(WINDOW - (said - slowest), messages - said);
    if (room > WINDOW / 2 || (room > 0 && room === messages - said)) {
      await say(room);
      said += room;
    }
    await sleep(0);
  }
  const deadline = performance.now() + 30_000;
  while (ears.some(({ count }) => count < messages)) {
    if (performance.now() > deadline) throw new Error("Not everybody heard everything.");
    await sleep(1);
  }
  const after = cpuOf(pid);
  for (const socket of listeners) socket.removeAllListeners("message");
  if (!before || !after) throw new Error("This machine has no /proc to read a server's CPU from.");
  return { deliveries: messages * listeners.length, cpuSeconds: after.own - before.own };
}

/** A websocket of Realtime, joined; rejects with the answer when the join is refused. Resolves to the time it took, too. */
export async function join(
  socket: WebSocket,
  topic: string,
  payload: Record<string, unknown>,
): Promise<number> {
  const startedAt = performance.now();
  const answered = new Promise<void>((resolve, reject) => {
    const onMessage = (data: Buffer, isBinary: boolean) => {
      if (isBinary) return;
      const [, ref, of, event, said] = JSON.parse(String(data));
      if (event !== "phx_reply" || of !== `realtime:${topic}` || ref !== "1") return;
      socket.off("message", onMessage);
      if (said.status === "ok") resolve();
      else reject(new Error(`${topic}: ${JSON.stringify(said)}`));
    };
    socket.on("message", onMessage);
  });
  socket.send(JSON.stringify(["1", "1", `realtime:${topic}`, "phx_join", payload]));
  await answered;
  return performance.now() - startedAt;
}

/** The frame in which the client library sends a broadcast. */
export function broadcastFrame(topic: string, payload: Buffer): Buffer {
  const [to, event] = [Buffer.from(`realtime:${topic}`), Buffer.from("said")];
  return Buffer.concat([
    Buffer.from([3, 1, 1, to.length, event.length, 0, 1]),
    Buffer.from("12"),
    to,
    event,
    payload,
  ]);
}
