/** A room of raw websockets: one says something again and again, the others hear it; and what that costs a server. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { cpuOf } from "./benchmark-live-cpu.ts";

const LIMIT_MS = 60_000;

export interface Cost {
  readonly deliveries: number;
  readonly cpuSeconds: number;
}

export async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  return socket;
}

/** Counts what each of some sockets hears from now on, without asking again and again: that would cost the server. */
class Ears {
  readonly #counts: number[];
  #target = 0;
  #missing = 0;
  #reached: (() => void) | null = null;

  constructor(sockets: readonly WebSocket[]) {
    this.#counts = sockets.map(() => 0);
    sockets.forEach((socket, at) => {
      socket.on("message", () => this.#hear(at));
    });
  }

  /** Resolves when everybody heard so many. */
  async reach(target: number): Promise<void> {
    this.#target = target;
    this.#missing = this.#counts.filter((count) => count < target).length;
    if (this.#missing === 0) return;
    const timer = setTimeout(() => {
      throw new Error("Not everybody heard everything.");
    }, LIMIT_MS);
    await new Promise<void>((resolve) => {
      this.#reached = resolve;
    });
    clearTimeout(timer);
  }

  #hear(at: number): void {
    const count = (this.#counts[at] ?? 0) + 1;
    this.#counts[at] = count;
    if (count !== this.#target) return;
    this.#missing -= 1;
    if (this.#missing === 0) this.#reached?.();
  }
}

export interface Burst {
  readonly pid: number;
  readonly listeners: readonly WebSocket[];
  readonly messages: number;
  /** How many messages may be under way at once. */
  readonly window: number;
  /** Says so many messages. */
  say(count: number): Promise<void> | void;
}

/** Says all of them, waits until everybody heard all, and reads the server's CPU before and after. */
export async function measure({ pid, listeners, messages, window, say }: Burst): Promise<Cost> {
  const ears = new Ears(listeners);
  const before = cpuOf(pid);
  const batch = Math.max(1, window / 2);
  for (let said = 0; said < messages; ) {
    const amount = Math.min(batch, messages - said);
    await say(amount);
    said += amount;
    await ears.reach(said - (window - batch));
  }
  await ears.reach(messages);
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
