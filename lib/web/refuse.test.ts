import { expect, it } from "vitest";
import { refuse } from "./refuse.ts";

const url = "https://docs.example.com";
const ask = (path: string, method: string, headers: Record<string, string> = {}) =>
  refuse(
    new Request(url + path, { method, headers: { host: "docs.example.com", ...headers } }),
    !path.startsWith("/api/"),
  );
const statusOf = (path: string, method: string, headers?: Record<string, string>) =>
  ask(path, method, headers)?.status ?? 200;

it("a page is read and its forms are sent, from here only", () => {
  expect(["GET", "HEAD"].map((method) => statusOf("/sign-in", method))).toEqual([200, 200]);
  expect(["PUT", "DELETE", "PATCH", "OPTIONS"].map((method) => statusOf("/sign-in", method))).toEqual([
    405, 405, 405, 405,
  ]);
  expect(statusOf("/sign-in", "POST", { origin: url })).toBe(200);
  expect(["https://evil.example", "null"].map((origin) => statusOf("/sign-in", "POST", { origin }))).toEqual([
    403, 403,
  ]);
  expect(statusOf("/sign-in", "POST")).toBe(403);
});

it("an API takes JSON, from here only, and says why not in JSON", async () => {
  const json = { "content-type": "application/json; charset=utf-8" };
  expect(statusOf("/api/x", "POST", { origin: url, ...json })).toBe(200);
  expect(statusOf("/api/x", "POST", { origin: url, "content-type": "text/plain" })).toBe(415);
  expect(statusOf("/api/x", "DELETE", { ...json, origin: "https://evil.example" })).toBe(403);
  expect(statusOf("/api/x", "OPTIONS")).toBe(200);
  const answer = ask("/api/x", "POST", json);
  expect(await answer?.json()).toEqual({ code: "forbidden", message: expect.stringMatching(/^[A-Z].*\.$/) });
  expect(answer?.headers.get("x-content-type-options")).toBe("nosniff");
});
