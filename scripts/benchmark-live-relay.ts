/** A room on the relay: as many websocket clients as people, and frames as long as the product's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { WebSocket } from "ws";
import { type KeyFigures, KeyTimes, playKeys, type Room, type Script } from "./benchmark-live-keys.ts";

const program = resolve(import.meta.dirname, "benchmark-live-relay-server.ts");

export interface Relay {
  measure(people: number, script: Script, frameBytes: number): Promise<KeyFigures>;
  stop(): Promise<void>;
}

export async function startRelay(): Promise<Relay> {
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  const [said] = (await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error("The relay ended before it listened."))),
  ])) as [Buffer];
  const url = `ws://127.0.0.1:${String(said).trim()}`;
  return {
    measure: (people, script, frameBytes) => measure(url, people, script, frameBytes),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

async function measure(url: string, people: number, script: Script, frameBytes: number): Promise<KeyFigures> {
  const times = new KeyTimes();
  const sockets = await Promise.all(Array.from({ length: people }, () => connect(url)));
  sockets.forEach((socket, watcher) => {
    socket.on("message", (data) => {
      const { typist, count } = JSON.parse(String(data)) as { typist: number; count: number };
      times.shown(typist, watcher, count);
    });
  });
  const room: Room = {
    people,
    press(typist) {
      const frame = JSON.stringify({ typist, count: times.pressed(typist), pad: "" });
      const pad = "x".repeat(Math.max(0, frameBytes - frame.length));
      sockets[typist]?.send(frame.replace('"pad":""', `"pad":"${pad}"`));
    },
  };
  try {
    await playKeys(room, times, script, false);
    return times.figures();
  } finally {
    for (const socket of sockets) socket.terminate();
  }
}

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  return socket;
}
