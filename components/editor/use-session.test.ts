// @vitest-environment jsdom
import { act, createElement, useEffect } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, it, vi } from "vitest";
import type { WorkspaceChannels } from "../../lib/collab/workspace-channel.ts";
import { useSession } from "./use-session.ts";

const done: string[] = [];

vi.mock("./open-session.ts", () => ({
  collabClient: () => ({
    expectDocument: (id: string) => done.push(`expects ${id}`),
    holdDocument: (id: string) => {
      done.push(`holds ${id}`);
      return { value: { id }, release: () => done.push(`releases ${id}`) };
    },
  }),
}));

const channels = () => ({}) as WorkspaceChannels;

function Child() {
  useEffect(() => void done.push("the page is drawn"), []);
  return null;
}

function Page() {
  const session = useSession({ documentId: "a", userId: "ada" }, channels);
  return createElement("p", null, session ? "open" : "opening", createElement(Child));
}

it("asks for the document as the page is drawn, before any effect of it, and not on the server", async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  const place = document.createElement("div");
  const { window } = globalThis;
  vi.stubGlobal("window", undefined);
  place.innerHTML = renderToString(createElement(Page));
  vi.stubGlobal("window", window);
  expect([place.textContent, done]).toEqual(["opening", []]);
  const root = await act(async () => hydrateRoot(place, createElement(Page)));
  expect(place.textContent).toBe("open");
  expect(done).toEqual(["expects a", "the page is drawn", "holds a"]);
  await act(async () => root.unmount());
  expect(done.at(-1)).toBe("releases a");
  vi.unstubAllGlobals();
});
