import { globSync } from "node:fs";
import { expect, it } from "vitest";
import { ROUTES, routeName } from "./route-name.ts";

it("every page and route of the app has its name, and no name is of something else", () => {
  const routes = globSync("app/**/{page.tsx,route.ts}").map((file) => {
    const folders = file.split("/").slice(1, -1);
    return `/${folders.filter((folder) => !/^\(.*\)$/.test(folder)).join("/")}`;
  });
  expect(routes.length).toBeGreaterThan(10);
  expect(routes.toSorted()).toEqual([...ROUTES].toSorted());
});

it("an id, a token, a query and a file never become part of a name", () => {
  expect(routeName("/join/s3cret-token?x=1")).toBe("/join/[token]");
  expect(routeName("/w/5f0e/d/77aa?at=1")).toBe("/w/[workspaceId]/d/[documentId]");
  expect(routeName("/_next/static/chunks/a.js")).toBe("(files)");
  expect(["/w/1/d/2/3", "/etc/passwd", "/unreadable"].map(routeName)).toEqual(Array(3).fill("(unknown)"));
});
