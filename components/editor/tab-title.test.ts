// @vitest-environment jsdom
import { afterEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { keepTabTitle } from "./tab-title.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve));
const titles = () => [...document.head.querySelectorAll("title")].map(({ textContent }) => textContent);

afterEach(() => document.head.replaceChildren());

describe("the tab's title", () => {
  it("is the shared title, whoever writes it, and no more once it stops", () => {
    document.head.innerHTML = "<title>Untitled – Command Center</title>";
    const text = new Y.Doc().getText("title");
    const stop = keepTabTitle(text);
    text.insert(0, "Plan $& A");
    expect(document.title).toBe("Plan $& A – Command Center");
    text.delete(0, text.length);
    expect(document.title).toBe("Untitled – Command Center");
    stop();
    text.insert(0, "Later");
    expect(document.title).toBe("Untitled – Command Center");
  });

  it("stays when the page's element is changed, taken away or replaced, and is there once", async () => {
    const text = new Y.Doc().getText("title");
    text.insert(0, "Plan");
    const stop = keepTabTitle(text);
    expect(titles()).toEqual([]);
    const element = document.createElement("title");
    document.head.append(element);
    await turn();
    expect(titles()).toEqual(["Plan – Command Center"]);
    element.textContent = "Old – Command Center";
    await turn();
    expect(titles()).toEqual(["Plan – Command Center"]);
    const other = document.createElement("title");
    other.textContent = "Old – Command Center";
    element.replaceWith(other);
    await turn();
    expect(titles()).toEqual(["Plan – Command Center"]);
    stop();
  });
});
