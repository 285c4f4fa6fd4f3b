/** A project with the tables and topics of realtime-schema, people in it, and sockets that speak frame by frame. */
import { createHmac } from "node:crypto";
import { resolve } from "node:path";
import type { RealtimeChannel, RealtimeChannelOptions, SupabaseClient } from "@supabase/supabase-js";
import type { TestContext } from "vitest";
import { type RawData, WebSocket } from "ws";
import { newPerson, type Project, readKeys, service, startProject } from "./stand-in.ts";
import { joined, until } from "./waiting.ts";

/** A hosted project must have the tables of realtime-schema for these tests. */
export function startRealtimeProject(...args: string[]): Promise<Project> {
  const migrations = resolve(import.meta.dirname, "realtime-schema");
  return startProject({ args: ["--migrations", migrations, "--test", ...args] });
}

/** Ends a test that needs a switch of the stand-in. */
export function needsStandIn(project: Project, context: TestContext): void {
  if (!project.standIn) context.skip("only the stand-in can be told to do this");
}

let topics = 0;
/** A topic nobody used before, of those that everybody signed in may hear. */
export const newTopic = (kind = "room") => `${kind}:${Date.now().toString(36)}-${++topics}`;

export const PRIVATE: RealtimeChannelOptions = { config: { private: true } };
export type Said = { event: string; payload: Record<string, unknown>; meta?: Record<string, unknown> };

/** Joins, and collects every broadcast as the client library hands it over. */
export async function listenTo(
  client: SupabaseClient,
  topic: string,
  config: Record<string, unknown> = {},
): Promise<{ channel: RealtimeChannel; heard: Said[] }> {
  const channel = client.channel(topic, { config: { private: topic.includes(":"), ...config } });
  const heard: Said[] = [];
  channel.on("broadcast", { event: "*" }, (message) => heard.push(message as unknown as Said));
  await joined(channel);
  return { channel, heard };
}

/** Calls one of the functions of realtime-schema with the secret key. */
export async function call(project: Project, name: string, args: Record<string, unknown>): Promise<unknown> {
  const { data, error } = await service(project).rpc(name, args);
  if (error) throw new Error(`${name}: ${error.message}`);
  return data;
}

export const sendStored = (project: Project, topic: string, payload: unknown, isPrivate = true) =>
  call(project, "rt_send", { topic, event: "said", payload, private: isPrivate });

/** The person's present access token. */
export async function tokenOf(client: SupabaseClient): Promise<string> {
  const { data } = await client.auth.getSession();
  if (!data.session) throw new Error("nobody is signed in");
  return data.session.access_token;
}

/** A token like a person's own that ends in so many seconds. Only the stand-in shows its secret. */
export async function mintToken(project: Project, client: SupabaseClient, seconds: number): Promise<string> {
  const { jwtSecret } = await readKeys(project);
  const [, body = ""] = (await tokenOf(client)).split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ ...claims, exp })}`;
  return `${signed}.${createHmac("sha256", jwtSecret).update(signed).digest("base64url")}`;
}

export { newPerson };

type Version = "1.0.0" | "2.0.0";
/** A frame as it was heard: of a text frame the five parts, of a binary one its bytes. */
export interface Heard {
  readonly joinRef?: unknown;
  readonly ref?: unknown;
  readonly topic?: unknown;
  readonly event?: unknown;
  readonly payload?: { status?: string; response?: unknown; [key: string]: unknown };
  readonly bytes?: Buffer;
  /** The JSON as it came. */
  readonly json?: unknown;
}

/** One websocket, frame by frame. */
export class Wire {
  readonly heard: Heard[] = [];
  readonly socket: WebSocket;
  /** Resolves to the code with which the connection ended. */
  readonly closed: Promise<number>;
  readonly #version: Version;
  #ref = 0;

  constructor(project: Project, version: Version = "2.0.0", key = project.publishableKey) {
    const address = project.url.replace(/^http/, "ws");
    this.#version = version;
    this.socket = new WebSocket(`${address}/realtime/v1/websocket?vsn=${version}&apikey=${key}`);
    this.closed = new Promise((done) => this.socket.once("close", done));
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data, isBinary) => this.heard.push(this.#read(data, isBinary)));
  }

  static async open(project: Project, version?: Version, key?: string): Promise<Wire> {
    const wire = new Wire(project, version, key);
    await new Promise<void>((done, fail) => {
      wire.socket.once("open", done);
      wire.socket.once("error", fail);
    });
    return wire;
  }

  /** Sends one frame; resolves to its ref. */
  say(topic: string, event: string, payload: unknown = {}, joinRef: string | null = null): string {
    this.#ref += 1;
    const ref = String(this.#ref);
    const from = event === "phx_join" ? ref : joinRef;
    this.socket.send(
      this.#version === "2.0.0"
        ? JSON.stringify([from, ref, topic, event, payload])
        : JSON.stringify({ topic, event, payload, ref, ...(from ? { join_ref: from } : {}) }),
    );
    return ref;
  }

  async answerTo(ref: string): Promise<Heard> {
    return this.find((frame) => frame.event === "phx_reply" && frame.ref === ref, `the answer to ${ref}`);
  }

  /** Resolves to the join's ref and answer. */
  async join(topic: string, payload: Record<string, unknown> = { config: {} }) {
    const ref = this.say(`realtime:${topic}`, "phx_join", payload);
    const { payload: answer } = await this.answerTo(ref);
    return { ref, answer };
  }

  async find(isIt: (frame: Heard) => boolean, what: string): Promise<Heard> {
    await until(() => this.heard.some(isIt), what);
    const found = this.heard.find(isIt);
    if (!found) throw new Error(what);
    return found;
  }

  /** All that was said until now has been answered. */
  async settle(): Promise<void> {
    await this.answerTo(this.say("phoenix", "heartbeat"));
  }

  close(): void {
    this.socket.terminate();
  }

  #read(data: RawData, isBinary: boolean): Heard {
    if (isBinary) return { bytes: Buffer.from(data as Buffer) };
    const json = JSON.parse(String(data));
    if (this.#version === "1.0.0") return { ...json, json };
    const [joinRef, ref, topic, event, payload] = json;
    return { joinRef, ref, topic, event, payload, json };
  }
}

/** The client library's frame for a broadcast: kind 3. */
export function pushFrame(
  parts: { joinRef: string; ref: string; topic: string; event: string; meta?: string },
  encoding: 0 | 1,
  payload: Buffer | string,
): Buffer {
  const { joinRef, ref, topic, event, meta = "" } = parts;
  const fields = [joinRef, ref, topic, event, meta].map((field) => Buffer.from(field));
  return Buffer.concat([
    Buffer.from([3, ...fields.map(({ length }) => length), encoding]),
    ...fields,
    Buffer.from(payload),
  ]);
}

/** What a frame of kind 4 holds. */
export function readBroadcast(bytes: Buffer) {
  const [kind, topicLength = 0, eventLength = 0, metaLength = 0, encoding] = bytes;
  const event = 5 + topicLength;
  const meta = event + eventLength;
  return {
    kind,
    encoding,
    topic: bytes.toString("utf8", 5, event),
    event: bytes.toString("utf8", event, meta),
    meta: bytes.toString("utf8", meta, meta + metaLength),
    payload: bytes.subarray(meta + metaLength),
  };
}
