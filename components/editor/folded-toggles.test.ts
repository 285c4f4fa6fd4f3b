import { describe, expect, it } from "vitest";
import { newBlockId } from "../../lib/core/ids.ts";
import type { KeyValue } from "../ui/browser-storage.ts";
import { keepFolded, readFolded } from "./folded-toggles.ts";

function storage(initial?: string): KeyValue & { text: () => string } {
  const kept = new Map(initial === undefined ? [] : [["folded-toggles", initial]]);
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    text: () => [...kept.values()].join(""),
  };
}

describe("folded toggles", () => {
  it("are kept for each document, and forgotten when all are unfolded", () => {
    const kept = storage();
    const [one, two] = [newBlockId(), newBlockId()];
    keepFolded("a", new Set([one]), kept);
    keepFolded("b", new Set([two]), kept);
    expect([readFolded("a", kept), readFolded("b", kept), readFolded("c", kept)]).toEqual([[one], [two], []]);
    keepFolded("a", new Set(), kept);
    expect([readFolded("a", kept), readFolded("b", kept)]).toEqual([[], [two]]);
  });

  it("do not grow: the last hundred documents, the last two hundred toggles of each", () => {
    const kept = storage();
    const many = Array.from({ length: 250 }, () => newBlockId());
    for (let n = 0; n < 120; n++)
      keepFolded(`document ${n}`, new Set(n === 119 ? many : many.slice(0, 1)), kept);
    expect(readFolded("document 119", kept)).toEqual(many.slice(50));
    expect(readFolded("document 20", kept)).toHaveLength(1);
    expect(readFolded("document 19", kept)).toEqual([]);
    expect(kept.text().length).toBeLessThan(20_000);
  });

  it.each(["", "{", '{"a":1}', '[["a",["no id"]]]', '[["a",[7]]]'])("%s is read as nothing", (text) => {
    expect(readFolded("a", storage(text))).toEqual([]);
  });

  it("a browser that keeps nothing does not stop the writing", () => {
    const full: KeyValue = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    expect(() => keepFolded("a", new Set([newBlockId()]), full)).not.toThrow();
  });
});
