/** What the server answers to requests that no page of ours makes: headers, origins, floods, links that lead astray. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { APIRequestContext, Page, Request } from "@playwright/test";
import { runtimeConfig } from "./document.ts";
import { newPerson, signUp } from "./person.ts";
import { expect, test } from "./test.ts";

const always = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": expect.stringContaining("camera=()"),
  "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
};

/** An address of the network that no other test counts on; the server believes a proxy on its own machine. */
const from = () => `203.0.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`;

test("every kind of answer carries the headers", async ({ browser }) => {
  const { page, workspaceUrl } = await newPerson(browser, "Hedda Header");
  const html = await (await page.request.get(workspaceUrl)).text();
  const files = [...html.matchAll(/"(\/_next\/static\/[^"]+\.(?:js|css|woff2))"/g)].map(
    (match) => match[1] ?? "",
  );
  expect(new Set(files.map((file) => file.split(".").at(-1)))).toEqual(new Set(["js", "css"]));
  const paths = [
    workspaceUrl,
    "/sign-in",
    "/join/x",
    "/nowhere",
    "/w/x.png",
    "/icon.svg",
    "/api/health",
    "/api/health/live",
    "/api/auth/session",
    "/api/nowhere",
    "/_next/static/nowhere.js",
    "/_next/image?url=%2Ficon.svg&w=64&q=75",
    ...files.slice(0, 3),
  ];
  for (const path of paths) {
    const answer = await page.request.get(path);
    expect(answer.headers(), path).toMatchObject(always);
    expect(answer.headers()["x-powered-by"], path).toBeUndefined();
  }
});

test("who is signed out is led to the door before a page begins, and back afterwards", async ({
  request,
}) => {
  const path = "/w/11111111-1111-4111-8111-111111111111/settings";
  const answer = await request.get(`${path}?a=b`, { maxRedirects: 0 });
  expect(answer.status()).toBe(307);
  const to = new URL(answer.headers().location ?? "", "http://here");
  expect([to.pathname, to.searchParams.get("next")]).toEqual(["/sign-in", `${path}?a=b`]);
});

test("pages and who one is are kept by no cache, files of the build by all", async ({ browser }) => {
  const { page, workspaceUrl } = await newPerson(browser, "Cass Cache");
  for (const path of [
    workspaceUrl,
    `${workspaceUrl}/settings`,
    "/sign-in",
    "/join/x",
    "/api/auth/session",
    "/auth/confirm",
  ])
    expect((await page.request.get(path, { maxRedirects: 0 })).headers()["cache-control"], path).toContain(
      "no-store",
    );
});

test("each page has a nonce of its own, files that end a path like one too, and nothing else runs", async ({
  request,
}) => {
  const seen = new Set<string>();
  for (const path of ["/sign-in", "/sign-in", "/join/token.png", "/w/x.svg", "/nowhere.txt"]) {
    const answer = await request.get(path);
    const nonce = /'nonce-([^']+)'/.exec(answer.headers()["content-security-policy"] ?? "")?.[1] ?? "";
    seen.add(nonce);
    const html = await answer.text();
    for (const [tag] of html.matchAll(/<script\b[^>]*>/g)) expect(tag, path).toContain(`nonce="${nonce}"`);
    expect(html, path).not.toMatch(/\son[a-z]+="/);
  }
  expect(seen.size).toBe(5);
  expect(seen).not.toContain("");
});

test("https is kept to, and cookies with it, where the site is reached so", async ({ browser, request }) => {
  const https = { "x-forwarded-proto": "https" };
  expect((await request.get("/sign-in", { headers: https })).headers()["strict-transport-security"]).toMatch(
    /^max-age=\d{8}/,
  );
  expect((await request.get("/sign-in")).headers()["strict-transport-security"]).toBeUndefined();
  const { page } = await signUp(browser, "Cleo Cookie");
  const cookies = await page.context().cookies();
  const auth = cookies.filter(({ name }) => name.startsWith("sb-"));
  expect(auth.length).toBeGreaterThan(0);
  for (const cookie of cookies)
    expect(cookie, cookie.name).toMatchObject({ sameSite: "Lax", path: "/", secure: false });
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in/);
  expect((await page.context().cookies()).filter(({ name }) => name.startsWith("sb-"))).toEqual([]);
});

test.describe("an action", () => {
  test("is done for pages of this site only, whatever else is said", async ({ page, request, baseURL }) => {
    const sent = await sentByForm(page, "/forgot-password", `${crypto.randomUUID()}@example.com`);
    const statuses: Record<string, number> = {};
    for (const [who, headers] of Object.entries({
      ours: { origin: baseURL ?? "" },
      foreign: { origin: "https://evil.example" },
      forwarded: { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
      null: { origin: "null" },
      missing: {},
    }))
      statuses[who] = (await again(request, sent, headers)).status();
    expect(statuses).toEqual({ ours: 200, foreign: 403, forwarded: 403, null: 403, missing: 403 });
  });

  test("puts nobody else's host into a mail", async ({ page, request, baseURL }) => {
    const folder = process.env.E2E_DATA_FOLDER;
    test.skip(folder === undefined, "the outbox is in the data folder of the server that the setup starts");
    const victim = await newPerson(page.context().browser() ?? raise(), "Vic Mail");
    const sent = await sentByForm(page, "/forgot-password", victim.email);
    const spoofed = {
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
    };
    expect((await again(request, sent, { origin: baseURL ?? "", ...spoofed })).status()).toBe(200);
    const { url } = await runtimeConfig(victim.page);
    const { secretKey } = JSON.parse(readFileSync(join(folder ?? "", "keys.json"), "utf8"));
    const outbox = await request.get(`${url}/mail?to=${victim.email}`, { headers: { apikey: secretKey } });
    const mails = decodeURIComponent((await outbox.json())[0].text);
    expect(mails).toContain(`redirect_to=${baseURL}/auth/confirm`);
    expect(mails).not.toContain("evil.example");
  });

  test("is refused after too many tries for one account, with the time to wait", async ({
    page,
    request,
    baseURL,
  }) => {
    const email = `${crypto.randomUUID()}@example.com`;
    const sent = await sentByForm(page, "/forgot-password", email);
    await page.goto("/forgot-password");
    // a minute later they would not count together
    const address = sent.headers()["x-forwarded-for"] ?? raise();
    const ours = { origin: baseURL ?? "", "x-forwarded-for": address };
    const tries = await Promise.all([again(request, sent, ours), again(request, sent, ours)]);
    for (const answer of tries) expect(await answer.text()).not.toContain("Too many tries");
    await page.getByLabel("Email").fill(email.toUpperCase());
    await page.getByRole("button", { name: /send/i }).click();
    await expect(
      page.getByText(/^Too many tries in a short time\. Wait \d+ s and try again\.$/),
    ).toBeVisible();
  });
});

test("a flood from one network is answered 429 with the time to wait; others are served", async ({
  request,
}) => {
  const headers = { "x-forwarded-for": from() };
  const statuses = await Promise.all(
    Array.from({ length: 61 }, async () => (await request.get("/join/guess", { headers })).status()),
  );
  expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  const refused = await request.get("/join/guess", { headers: { ...headers, "x-client-address": from() } });
  expect(refused.status()).toBe(429);
  expect(Number(refused.headers()["retry-after"])).toBeGreaterThan(0);
  expect(Number(refused.headers()["retry-after"])).toBeLessThanOrEqual(60);
  expect((await request.get("/join/guess", { headers: { "x-forwarded-for": from() } })).status()).toBe(200);
});

test("methods that are not there are answered so, and a link in a mail is not used up by looking", async ({
  request,
  baseURL,
}) => {
  const send = async (path: string, method: string) =>
    (
      await request.fetch(path, {
        method,
        headers: { origin: baseURL ?? "", "content-type": "application/json" },
        maxRedirects: 0,
      })
    ).status();
  expect(await send("/sign-in", "DELETE")).toBe(405);
  expect(await send("/w/x", "PUT")).toBe(405);
  expect(await send("/api/auth/session", "POST")).toBe(405);
  expect(await send("/api/health", "DELETE")).toBe(405);
  expect(await send("/auth/confirm", "POST")).toBe(405);
  expect(await send("/api/auth/session", "OPTIONS")).toBe(204);
  expect(await send("/api/auth/session", "HEAD")).toBe(200);
  expect(await send("/auth/confirm?token_hash=x&type=magiclink", "HEAD")).toBe(200);
  expect(await send("/api/nowhere", "GET")).toBe(404);
});

test("no path and no next leads to another site", async ({ browser, request, baseURL }) => {
  for (const path of [
    "//evil.example",
    "/\\evil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/.//evil.example",
    "//evil.example/%2e%2e",
    "/w/%2f%2fevil.example",
    "/w/%00",
    "/w/%F0%9F",
    "/join/%",
    "/w/x/d/..%2f..",
    "/auth/confirm?next=//evil.example",
    "/auth/confirm?code=x&next=https://evil.example",
  ]) {
    const answer = await request.get(`${baseURL}${path}`, { maxRedirects: 0 });
    const location = answer.headers().location;
    if (location) expect(new URL(location, baseURL).origin, path).toBe(baseURL);
    expect(answer.status(), path).toBeLessThan(500);
    expect(answer.headers(), path).toMatchObject(always);
  }
  for (const next of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/..//evil.example",
    "%2f%2fevil.example",
  ]) {
    const { page } = await signUp(browser, "Nadja Next", `/sign-up?next=${encodeURIComponent(next)}`);
    expect(new URL(page.url()).origin, next).toBe(baseURL);
    await page.context().close();
  }
});

test("no answer holds the secret key, and none a stack", async ({ browser }) => {
  const folder = process.env.E2E_DATA_FOLDER;
  test.skip(folder === undefined, "the key is in the data folder of the server that the setup starts");
  const keys = JSON.parse(readFileSync(join(folder ?? "", "keys.json"), "utf8"));
  const { page, workspaceUrl } = await newPerson(browser, "Seth Secret");
  const flight = { rsc: "1" };
  for (const path of [
    workspaceUrl,
    `${workspaceUrl}/settings`,
    `${workspaceUrl}/trash`,
    `${workspaceUrl}/d/nonsense`,
    "/sign-in",
    "/join/x",
    "/nowhere",
    "/w/%00",
    "/w/%F0%9F",
    "/api/health",
    "/api/auth/session",
  ])
    for (const headers of [{}, flight]) {
      const text = await (await page.request.get(path, { headers })).text();
      for (const secret of [keys.secretKey, keys.jwtSecret].filter(Boolean))
        expect(text, path).not.toContain(secret);
      expect(text, path).not.toMatch(/\bat .+\.(?:ts|js):\d+|node_modules/);
    }
});

/** What the form of a page sends, with all that makes it an action. */
async function sentByForm(page: Page, path: string, email: string): Promise<Request> {
  await page.setExtraHTTPHeaders({ "x-forwarded-for": from() });
  await page.goto(path);
  await page.getByLabel("Email").fill(email);
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await page.getByRole("button", { name: /send/i }).click();
  const request = await sent;
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
  return request;
}

function again(request: APIRequestContext, sent: Request, headers: Record<string, string>) {
  const { "next-action": action = "", "content-type": type = "", accept = "" } = sent.headers();
  return request.post(sent.url(), {
    headers: { "next-action": action, "content-type": type, accept, "x-forwarded-for": from(), ...headers },
    data: sent.postDataBuffer() ?? raise(),
  });
}

function raise(): never {
  throw new Error("The browser did not say it.");
}
