/**
 * A function of the database, called as the person whose page it is, without the client: a document's text is asked
 * for before the client's code is here. A token that ran out waits for the client, which refreshes it.
 */
import type { ServerError } from "../core/errors.ts";
import { browserConfig, browserSupabase } from "./browser.ts";
import { accessTokenOf } from "./session-cookie.ts";

/** `status` is 0 when no answer came. */
type Answer = { data: unknown; error: ServerError | null; status: number };

export async function callDatabase(
  name: string,
  values: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const { url, publishableKey } = browserConfig();
    const token = accessTokenOf(document.cookie, url, Date.now()) ?? (await tokenOfClient());
    const response = await fetch(new URL(`/rest/v1/rpc/${name}`, url), {
      method: "POST",
      headers: {
        apikey: publishableKey,
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(values),
      signal,
    });
    return readAnswer(response.ok, response.status, await response.text());
  } catch (thrown) {
    const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    return { data: null, error: { message }, status: 0 };
  }
}

async function tokenOfClient(): Promise<string | null> {
  const { data } = await (await browserSupabase()).auth.getSession();
  return data.session?.access_token ?? null;
}

/** A refusal is JSON unless something on the way wrote it. */
function readAnswer(isOk: boolean, status: number, text: string): Answer {
  const body = parse(text);
  if (isOk && body !== undefined) return { data: body, error: null, status };
  const error = typeof body === "object" && body !== null ? body : { message: text.slice(0, 200) };
  return { data: null, error, status };
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}
