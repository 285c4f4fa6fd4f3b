/**
 * The one file of this room that knows Supabase: the RPCs of the log, and private Realtime channels with the rules
 * that its client demands (send only when joined, a new object after CLOSED, the token before the join).
 * The client is handed in: the page's one browser client, which comes late, or a test's.
 */
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import type * as z from "zod/mini";
import { toBase64 } from "../core/base64.ts";
import { AppError, fromServerError, type ServerError, toAppError } from "../core/errors.ts";
import { Appended, People, Pull } from "../core/protocol.ts";
import { SCHEMA_VERSION } from "../core/schema-version.ts";
import type {
  ChannelSpec,
  LogTransport,
  RealtimeChannelPort,
  RealtimePort,
  TreeChange,
} from "./transport.ts";

/** An answer that takes longer is as good as none: the call is repeated. */
const CALL_MS = 15_000;
const LEAVE_MS = 2_000;

export type SupabaseTransport = { readonly log: LogTransport; readonly realtime: RealtimePort };

/** Calls a function of the database. `status` is 0 when no answer came. */
export type Call = (
  name: string,
  values: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => PromiseLike<{ data: unknown; error: ServerError | null; status: number }>;

export function createSupabaseTransport(client: SupabaseClient): SupabaseTransport {
  return {
    log: createLogTransport((name, values, signal) => client.rpc(name, values).abortSignal(signal)),
    realtime: createRealtimePort(async () => client),
  };
}

export function createLogTransport(call: Call): LogTransport {
  const ask = <Schema extends z.ZodMiniType>(schema: Schema, name: string, values: Record<string, unknown>) =>
    callFunction(call, schema, name, values);
  return {
    open: (documentId, { sessionId, yjsClientId }, after, publicKey = null, schemaVersion = SCHEMA_VERSION) =>
      ask(Pull, "open_document", {
        p_document_id: documentId,
        p_session_id: sessionId,
        p_yjs_client_id: yjsClientId,
        p_public_key: publicKey,
        p_after: after,
        p_schema_version: schemaVersion,
      }),
    pull: (documentId, after) => ask(Pull, "pull_updates", { p_document_id: documentId, p_after: after }),
    append: (documentId, sessionId, updates) =>
      ask(Appended, "append_updates", {
        p_document_id: documentId,
        p_session_id: sessionId,
        p_updates: updates.map(({ clientSeq, data }) => ({ clientSeq, data: toBase64(data) })),
      }),
    listPeople: (documentId) => ask(People, "list_document_people", { p_document_id: documentId }),
  };
}

async function callFunction<Schema extends z.ZodMiniType>(
  call: Call,
  schema: Schema,
  name: string,
  values: Record<string, unknown>,
): Promise<z.output<Schema>> {
  const answer = await call(name, values, AbortSignal.timeout(CALL_MS)).then(
    (response) => response,
    (thrown: unknown) => Promise.reject(toAppError(thrown)),
  );
  if (answer.error !== null) throw fromServerError(answer.error, answer.status);
  const parsed = schema.safeParse(answer.data);
  if (parsed.success) return parsed.data;
  throw new AppError("internal", `${name} answered in a shape we do not know.`, { cause: parsed.error });
}

/** `connect` answers the same client each time; it is asked before the first channel, as whoever joins needs a token. */
export function createRealtimePort(connect: () => Promise<SupabaseClient>): RealtimePort {
  let client: SupabaseClient | null = null;
  return {
    async refreshAuth() {
      client ??= await connect();
      const { data, error } = await client.auth.getSession();
      if (error !== null)
        throw new AppError("unauthenticated", "The session could not be refreshed.", { cause: error });
      if (data.session === null) throw new AppError("unauthenticated", "Nobody is signed in.");
      // The same token is not sent again; another one makes the server look at the rights anew.
      await client.realtime.setAuth();
    },
    channel(spec) {
      if (client === null)
        throw new AppError("unavailable", "There is no client yet to join a channel with.");
      return createChannel(client, spec);
    },
  };
}

function createChannel(client: SupabaseClient, spec: ChannelSpec): RealtimeChannelPort {
  const config = {
    private: true,
    broadcast: { self: false, ack: false },
    ...(spec.presence === undefined ? {} : { presence: { key: spec.presence.key } }),
  };
  const channel = client.channel(spec.topic, { config });
  listen(channel, spec);
  return {
    subscribe(onStatus) {
      channel.subscribe((status) => onStatus(status));
    },
    send(event, payload) {
      if (channel.state !== "joined" || !client.realtime.isConnected()) return false;
      void channel.send({ type: "broadcast", event, payload });
      return true;
    },
    track(payload) {
      void channel.track(payload as Record<string, unknown>);
    },
    leave: () => leave(client, channel),
  };
}

function listen(channel: RealtimeChannel, { events, presence, documentsOf }: ChannelSpec): void {
  for (const [event, handler] of Object.entries(events ?? {})) {
    channel.on("broadcast", { event }, (message) => handler(message.payload));
  }
  if (presence !== undefined) {
    channel.on("presence", { event: "sync" }, () => presence.onSync(Object.keys(channel.presenceState())));
    channel.on("presence", { event: "leave" }, ({ key, currentPresences }) => {
      // Two sockets of one session may overlap for a moment: gone means that none is left. The client's own state
      // is no help here: it forgets the key only after this call.
      if (currentPresences.length === 0) presence.onLeave(key);
    });
  }
  if (documentsOf !== undefined) {
    const filter = `workspace_id=eq.${documentsOf.workspaceId}`;
    channel.on("postgres_changes", { event: "*", schema: "public", table: "documents", filter }, (change) =>
      documentsOf.onChange(treeChange(change.eventType, change.new, change.old)),
    );
  }
}

function treeChange(type: TreeChange["type"], now: object, before: object): TreeChange {
  return { type, row: { ...(type === "DELETE" ? before : now) } };
}

/** Leaves, and makes sure that the client forgets the object: it would hand it out again for the same topic. */
async function leave(client: SupabaseClient, channel: RealtimeChannel): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, LEAVE_MS));
  await Promise.race([client.removeChannel(channel), late]);
  if (client.getChannels().includes(channel)) channel.teardown();
}
