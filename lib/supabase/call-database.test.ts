// @vitest-environment jsdom
/** Calls of the database before the client is here: what goes out, and what its answers mean. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callDatabase } from "./call-database.ts";

const getSession = vi.fn(async () => ({ data: { session: { access_token: "fresh" } } }));
vi.mock("./browser-client.ts", () => ({ createClient: () => ({ auth: { getSession } }) }));

const cookies = vi.spyOn(document, "cookie", "get");
const asked = vi.fn<(url: URL, request: RequestInit) => Promise<Response>>();
const call = () => callDatabase("open_document", { p_after: 3 }, AbortSignal.timeout(1_000));
const session = (seconds: number) =>
  `sb-db-auth-token=base64-${btoa(JSON.stringify({ access_token: "kept", expires_at: Date.now() / 1000 + seconds }))}`;

beforeEach(() => {
  document.body.innerHTML = `<p id="runtime-config">{"url":"https://db.example","publishableKey":"pk"}</p>`;
  vi.stubGlobal("fetch", asked);
  asked.mockResolvedValue(Response.json({ head: 3 }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

describe("a call", () => {
  it("goes out with the token of the cookie, without the client", async () => {
    cookies.mockReturnValue(session(3_600));
    await expect(call()).resolves.toEqual({ data: { head: 3 }, error: null, status: 200 });
    const [[url, request] = []] = asked.mock.calls;
    expect(String(url)).toBe("https://db.example/rest/v1/rpc/open_document");
    expect(request).toMatchObject({ method: "POST", body: '{"p_after":3}' });
    expect(request?.headers).toMatchObject({ apikey: "pk", authorization: "Bearer kept" });
    expect(getSession).not.toHaveBeenCalled();
  });

  it("asks the client for a token when the cookie's runs out", async () => {
    cookies.mockReturnValue(session(60));
    await call();
    expect(asked.mock.calls[0]?.[1].headers).toMatchObject({ authorization: "Bearer fresh" });
  });
});

describe("an answer", () => {
  beforeEach(() => {
    cookies.mockReturnValue(session(3_600));
  });

  it("that refuses keeps its code, details and hint", async () => {
    const refusal = { code: "PT429", message: "slow", details: null, hint: "retry after 1500 ms" };
    asked.mockResolvedValue(Response.json(refusal, { status: 429 }));
    await expect(call()).resolves.toEqual({ data: null, error: refusal, status: 429 });
  });

  it("of a proxy, or none at all, is an error with its status", async () => {
    asked.mockResolvedValue(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(call()).resolves.toMatchObject({
      data: null,
      status: 502,
      error: { message: "<h1>Bad gateway</h1>" },
    });
    asked.mockResolvedValue(new Response("<html>", { status: 200 }));
    await expect(call()).resolves.toMatchObject({ data: null, error: { message: "<html>" } });
    asked.mockRejectedValue(new TypeError("Failed to fetch"));
    await expect(call()).resolves.toMatchObject({ data: null, status: 0 });
  });

  it("without a body is nothing", async () => {
    asked.mockResolvedValue(new Response(null, { status: 204 }));
    await expect(call()).resolves.toEqual({ data: null, error: null, status: 204 });
  });
});
