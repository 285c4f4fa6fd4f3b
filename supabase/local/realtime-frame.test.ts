/** A message is encoded once for each serializer, for however many readers. */
import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { messageFrame, rawBroadcastFrame, textBroadcastFrame } from "./realtime-frame.ts";
import { createRate } from "./realtime-limits.ts";
import { KEYS, startTestServer } from "./realtime-test-server.ts";
import { until } from "./test-waiting.ts";

const VERSIONS = ["1.0.0", "2.0.0"] as const;

describe("a frame", () => {
  it("RTE1 is encoded once for each serializer and is then the same bytes for all", () => {
    let encodings = 0;
    const payload = {
      toJSON() {
        encodings += 1;
        return {};
      },
    };
    const frames = [
      messageFrame({ topic: "realtime:a", event: "broadcast", payload }),
      textBroadcastFrame({ topic: "realtime:a", event: "b", payload: "{}", meta: { id: "1" } }),
      rawBroadcastFrame("realtime:a", { event: "b", encoding: "json", bytes: Buffer.from("{}") }),
    ];
    for (const frame of frames) {
      for (const version of VERSIONS) {
        const made = Array.from({ length: 50 }, () => frame.encode(version));
        expect(new Set(made).size).toBe(1);
      }
    }
    expect(encodings).toBe(2);
  });

  it.each([0, 125, 126, 65_535, 65_536, 200_000])(
    "RTE2 has the websocket header of its length: %i bytes",
    (size) => {
      const raw = { event: "", encoding: "binary", bytes: Buffer.alloc(size) } as const;
      const bytes = rawBroadcastFrame("", raw).encode("2.0.0") ?? Buffer.alloc(0);
      const length = size + 5;
      const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
      expect(bytes.length).toBe(header + length);
      expect(bytes[0]).toBe(0x82);
      const said = {
        2: () => bytes[1],
        4: () => bytes.readUInt16BE(2),
        10: () => Number(bytes.readBigUInt64BE(2)),
      };
      expect(said[header]()).toBe(length);
    },
  );

  it("RTE3 with a topic, event or meta above 255 bytes is not sent to those who hear bytes", () => {
    const raw = { event: "e".repeat(256), encoding: "json", bytes: Buffer.from("{}") } as const;
    expect(rawBroadcastFrame("realtime:a", raw).encode("2.0.0")).toBeNull();
    expect(rawBroadcastFrame("realtime:a", raw).encode("1.0.0")).not.toBeNull();
  });

  it("RTE4 in the server, too: 40 readers of both serializers, two encodings a message", async () => {
    const server = await startTestServer();
    const address = `${server.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${KEYS.publishableKey}`;
    const marker = "counted by its encodings";
    let heard = 0;
    const sockets = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const version = VERSIONS[at % 2] ?? "2.0.0";
        const socket = new WebSocket(`${address}&vsn=${version}`);
        await new Promise((done) => socket.once("open", done));
        const join = {
          topic: "realtime:all",
          event: "phx_join",
          payload: { config: {} },
          ref: "1",
          join_ref: "1",
        };
        const answered = new Promise((done) => socket.once("message", done));
        socket.send(
          version === "1.0.0" ? JSON.stringify(join) : '["1","1","realtime:all","phx_join",{"config":{}}]',
        );
        await answered;
        socket.on("message", () => {
          heard += 1;
        });
        return socket;
      }),
    );
    const stringify = vi.spyOn(JSON, "stringify");
    const payload = { text: marker };
    sockets[0]?.send(
      `{"topic":"realtime:all","event":"broadcast","payload":${JSON.stringify(payload)},"ref":"2"}`,
    );
    await until(() => heard === 39, "all others");
    const encodings = stringify.mock.results.filter(
      ({ value }) => String(value).includes(marker) && String(value).includes("realtime:all"),
    );
    stringify.mockRestore();
    expect(encodings).toHaveLength(2);
    for (const socket of sockets) socket.terminate();
    await server.stop();
  });
});

describe("a rate", () => {
  it("RTE5 is the average of the last minute's whole seconds: a burst passes, a flood does not, quiet heals", () => {
    let now = 0;
    const rate = createRate(100, () => now);
    now = 30_000;
    rate.add(2500);
    expect(rate.isReached).toBe(false);
    now = 31_000;
    // 2,500 in 32 seconds, the empty first one counted.
    expect(rate.average).toBeCloseTo(2500 / 32);
    rate.add(2500);
    now = 32_000;
    expect(rate.isReached).toBe(true);
    now = 60_000;
    expect(rate.isReached).toBe(false);
    now = 93_000;
    expect(rate.average).toBe(0);
  });
});
