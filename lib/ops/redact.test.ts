import { afterEach, expect, it, vi } from "vitest";
import { enterRequest, lineOf, log, takeConsole } from "./log.ts";
import { redact } from "./redact.ts";

const token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
afterEach(() => vi.restoreAllMocks());

it.each([
  [`sent ${token} away`, token],
  ["apikey: sb_secret_abcdefghijklmnop", "abcdefghijklmnop"],
  ["Authorization: Bearer abc.def", "abc.def"],
  ["cookie: theme=dark; sb-x-auth-token=base64-abc", "abc"],
  ["got sb-x-auth-token.1=base64-abc; ok", "base64-abc"],
  ["/auth/confirm?code=s3cret&next=/", "s3cret"],
  ["GET /join/s3cret?x", "s3cret"],
  ["?token_hash=s3cret&type=email", "s3cret"],
  ['{"password":"s3cret"}', "s3cret"],
  ["no mail to ada@example.com", "ada"],
  ["Key (title)=(My diary) already exists.", "diary"],
  ["Failing row contains (1, My diary).", "diary"],
  ['invalid input syntax for type uuid: "My diary"', "diary"],
])("%s is told without what is nobody's business", (text, secret) => {
  for (const said of [redact(text), redact(new Error(text)), redact({ message: [text] })])
    expect(JSON.stringify(said)).not.toContain(secret);
  expect(JSON.stringify(redact(text))).toContain("[redacted]");
});

it("a fact named like a secret or content is left out, whatever it holds; others stay as they are", () => {
  const facts = {
    cookie: "a",
    accessToken: "b",
    content: { text: "c" },
    title: "d",
    email: "e",
    ms: 7,
    route: "/w",
  };
  expect(redact(facts)).toEqual({
    ...{ cookie: "[redacted]", accessToken: "[redacted]", content: "[redacted]", title: "[redacted]" },
    ...{ email: "[redacted]", ms: 7, route: "/w" },
  });
  expect(redact("append_updates: PT429: wait 3 s")).toBe("append_updates: PT429: wait 3 s");
});

it("a line is one JSON object, and carries the id of the request it was said in", async () => {
  const read = (line: string) => JSON.parse(line) as Record<string, unknown>;
  expect(read(lineOf("info", "started", {}))).toMatchObject({ level: "info", event: "started" });
  const said = await Promise.all(
    ["one", "two"].map(async (id) => {
      enterRequest(id);
      await new Promise((done) => setImmediate(done));
      return read(lineOf("error", "failed", { message: "a\nb" }));
    }),
  );
  expect(said.map(({ requestId, message }) => [requestId, message])).toEqual([
    ["one", "a\nb"],
    ["two", "a\nb"],
  ]);
  const out = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  log("warn", "x", { big: 10n, deep: { a: { b: { c: { d: 1 } } } } });
  expect(String(out.mock.calls[0]?.[0])).toMatch(/^\{"time".*\}\n$/);
});

it("what packages say to the console goes the same way", () => {
  const before = { warn: console.warn, error: console.error };
  const out = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  takeConsole();
  console.error("health: %s", `Bearer ${token}`, { password: "s3cret" });
  Object.assign(console, before);
  const line = String(out.mock.calls[0]?.[0]);
  expect(JSON.parse(line)).toMatchObject({ level: "error", event: "console" });
  expect(line).not.toMatch(/eyJ|s3cret/);
});
