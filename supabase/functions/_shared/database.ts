/** Calls functions of the database as service_role. A refusal is an Error whose message is the server's code. */

export type Rpc = <Answer>(name: string, values: Record<string, unknown>) => Promise<Answer>;

export type Project = { readonly url: string; readonly secretKey: string };

const CALL_LIMIT_MS = 20_000;

/** Hosted Supabase hands the keys over as JSON, older projects and other hosts as a single one. */
export function readProject(env: (name: string) => string | undefined): Project {
  const url = env("SUPABASE_URL");
  const named = env("SUPABASE_SECRET_KEYS");
  const secretKey =
    (named === undefined ? undefined : (JSON.parse(named) as Record<string, string>).default) ??
    env("SUPABASE_SECRET_KEY") ??
    env("SUPABASE_SERVICE_ROLE_KEY");
  if (url === undefined) throw new Error("SUPABASE_URL is not set.");
  if (secretKey === undefined) throw new Error("Neither SUPABASE_SECRET_KEYS nor another secret key is set.");
  return { url, secretKey };
}

/** The key of browsers, for calls as a person. */
export function readPublishableKey(env: (name: string) => string | undefined): string {
  const named = env("SUPABASE_PUBLISHABLE_KEYS");
  const key =
    (named === undefined ? undefined : (JSON.parse(named) as Record<string, string>).default) ??
    env("SUPABASE_PUBLISHABLE_KEY") ??
    env("SUPABASE_ANON_KEY");
  if (key === undefined) throw new Error("Neither SUPABASE_PUBLISHABLE_KEYS nor another key is set.");
  return key;
}

export function connect({ url, secretKey }: Project, send: typeof fetch = fetch): Rpc {
  const headers: Record<string, string> = { apikey: secretKey, "content-type": "application/json" };
  // Keys of the old kind are tokens and go where tokens go; the new ones are no tokens.
  if (secretKey.startsWith("eyJ")) headers.authorization = `Bearer ${secretKey}`;
  return async <Answer>(name: string, values: Record<string, unknown>) => {
    const response = await send(`${url}/rest/v1/rpc/${name}`, {
      method: "POST",
      headers,
      body: JSON.stringify(values),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await codeOf(response)}`);
    const text = await response.text();
    return (text === "" ? null : JSON.parse(text)) as Answer;
  };
}

async function codeOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? "").slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}
