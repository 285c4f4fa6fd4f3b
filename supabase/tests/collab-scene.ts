/** Pages of people over the real protocols: the product's own client of documents, and what it does to the network. */
import { createClient, type RealtimeChannel, type SupabaseClient } from "@supabase/supabase-js";
import { CollabClient } from "../../lib/collab/collab-client.ts";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { Environment } from "../../lib/collab/environment.ts";
import { createMemoryOutbox } from "../../lib/collab/outbox.ts";
import { createMemoryLocks } from "../../lib/collab/session-locks.ts";
import { createSupabaseTransport } from "../../lib/collab/supabase-transport.ts";
import type { Person, Project } from "./stand-in.ts";
import { until } from "./waiting.ts";

/** An HTTP request of a page, and the token that its socket had at that moment. */
export interface Request {
  readonly path: string;
  readonly socketToken: string | null;
}

export interface Page {
  readonly client: SupabaseClient;
  readonly collab: CollabClient;
  readonly session: DocumentSession;
  readonly requests: Request[];
  /** Every connection that was shown, in order. */
  readonly shown: string[];
  /** The browser says that the page is seen, or that the network came or went. */
  readonly handlers: Parameters<Environment["watch"]>[0];
  close(): Promise<void>;
}

/** A tab of its own, with another socket, of the same signed-in person. `open` waits until the document may be shown. */
export async function openPage(project: Project, person: Person, documentId: string): Promise<Page> {
  const requests: Request[] = [];
  const client = createClient(project.url, project.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      fetch: (input, init) => {
        const { pathname: path } = new URL(String(input instanceof Request ? input.url : input));
        requests.push({ path, socketToken: client.realtime.accessTokenValue });
        return fetch(input, init);
      },
    },
  });
  const { data } = await person.client.auth.getSession();
  if (data.session === null) throw new Error(`${person.email} is not signed in`);
  const { error } = await client.auth.setSession(data.session);
  if (error) throw error;

  let handlers: Page["handlers"] | null = null;
  const environment: Environment = {
    isOnline: () => true,
    watch(given) {
      handlers = given;
      return () => undefined;
    },
  };
  const collab = new CollabClient({
    userId: person.id,
    ...createSupabaseTransport(client),
    openOutbox: () => Promise.resolve(createMemoryOutbox()),
    locks: createMemoryLocks(),
    openTabLine: () => null,
    environment,
  });
  const { value: session } = collab.holdDocument(documentId);
  const shown: string[] = [];
  session.status.subscribe(() => {
    const { connection } = session.status.getSnapshot();
    if (shown.at(-1) !== connection) shown.push(connection);
  });
  await session.ready;
  if (handlers === null) throw new Error("nobody watches the browser");
  const close = async () => {
    // Without a goodbye: a socket that a test has cut would be waited for.
    await client.realtime.disconnect();
    await session.destroy();
  };
  return { client, collab, session, requests, shown, handlers, close };
}

export const isLive = ({ session }: Page) => session.status.getSnapshot().connection === "live";
export const textOf = ({ session }: Page) => session.doc.getText("text").toString();
export const pullsOf = ({ requests }: Page) => requests.filter(({ path }) => path.endsWith("/pull_updates"));

export function type({ session }: Page, words: string): void {
  const text = session.doc.getText("text");
  text.insert(text.length, words);
}

/** The channel objects of a page on topics that begin like this. */
export function channelsOf({ client }: Page, topicPrefix: string): RealtimeChannel[] {
  return client.getChannels().filter(({ subTopic }) => subTopic.startsWith(topicPrefix));
}

export const untilLive = (...pages: Page[]) => until(() => pages.every(isLive), "every page is live", 20_000);
