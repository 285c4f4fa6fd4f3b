import { describe, expect, it, vi } from "vitest";
import { attachmentKey } from "../../../lib/core/attachment.ts";
import { PictureCache } from "./picture-cache.ts";

const key = attachmentKey(crypto.randomUUID(), crypto.randomUUID());

describe("pictures of a page", () => {
  it("are fetched once each, again after a failure, and not when this person brought them", async () => {
    const fetch = vi.fn(async () => new Blob(["x"]));
    fetch.mockRejectedValueOnce(new Error("No answer."));
    const cache = new PictureCache(fetch);
    await expect(cache.get(key)).rejects.toThrow("No answer.");
    const [one, two] = await Promise.all([cache.get(key), cache.get(key)]);
    expect(one).toBe(two);
    expect(fetch).toHaveBeenCalledTimes(2);
    const own = attachmentKey(crypto.randomUUID(), crypto.randomUUID());
    cache.put(own, new Blob(["y"]));
    expect(await cache.get(own)).toMatch(/^blob:/);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it("are gone with the access: shown ones, those on their way, and later ones", async () => {
    const revoke = vi.spyOn(URL, "revokeObjectURL");
    let answer: (blob: Blob) => void = () => undefined;
    const cache = new PictureCache(() => {
      const { promise, resolve } = Promise.withResolvers<Blob>();
      answer = resolve;
      return promise;
    });
    const told: string[] = [];
    cache.onClosed((sentence) => told.push(sentence));
    const own = attachmentKey(crypto.randomUUID(), crypto.randomUUID());
    cache.put(own, new Blob(["y"]));
    const shown = await cache.get(own);
    const late = cache.get(key);
    cache.close("You may not see it.");
    answer(new Blob(["x"]));
    await expect(late).rejects.toThrow("You may not see it.");
    await expect(cache.get(own)).rejects.toThrow("You may not see it.");
    expect(told).toEqual(["You may not see it."]);
    expect(revoke).toHaveBeenCalledWith(shown);
    cache.close("again");
    expect(told).toHaveLength(1);
  });
});
