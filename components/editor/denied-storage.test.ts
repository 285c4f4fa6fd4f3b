import { afterEach, expect, it, vi } from "vitest";
import { newBlockId } from "../../lib/core/ids.ts";
import { keepVisit, readRecent } from "../search/recent.ts";
import { keepFolded, readFolded } from "./folded-toggles.ts";
import { keepRecentEmoji, readRecentEmoji } from "./recent-emoji.ts";

afterEach(() => {
  Reflect.deleteProperty(globalThis, "localStorage");
  vi.restoreAllMocks();
});

it("where a browser denies localStorage nothing is remembered, and nothing throws", () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get() {
      throw new DOMException("Access is denied for this document.", "SecurityError");
    },
  });
  vi.spyOn(console, "warn").mockReturnValue();
  const place = { userId: "ada", workspaceId: "one" };
  keepVisit(place, "document");
  expect(readRecent(place)).toEqual({ searches: [], documents: [] });
  keepFolded("document", new Set([newBlockId()]));
  expect(readFolded("document")).toEqual([]);
  keepRecentEmoji("🙂");
  expect(readRecentEmoji()).toEqual([]);
});
