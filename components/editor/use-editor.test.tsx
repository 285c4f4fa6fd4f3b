// @vitest-environment jsdom
import type { Editor, EditorOptions } from "@tiptap/core";
import { act, StrictMode, useRef } from "react";
import { createRoot } from "react-dom/client";
import { afterAll, expect, it, vi } from "vitest";
import { documentExtensions, schema } from "../../lib/editor/schema.ts";
import { useEditor } from "./use-editor.ts";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
afterAll(() => vi.unstubAllGlobals());

const optionsOf = (text: string): Partial<EditorOptions> => ({
  extensions: documentExtensions,
  injectCSS: false,
  onBeforeCreate: ({ editor }) => {
    const block = schema.node("block", { id: "a".repeat(32) }, [schema.text(text)]);
    const doc = editor.schema.nodeFromJSON(schema.node("doc", null, [block]).toJSON());
    editor.options.content = doc as unknown as EditorOptions["content"];
  },
});

const held: (Editor | null)[] = [];

function Held({ options }: { options: Partial<EditorOptions> }) {
  const place = useRef<HTMLDivElement>(null);
  held.push(useEditor(options, place));
  return <div ref={place} />;
}

it("holds one editor as long as its component stands, also where React does all twice", async () => {
  const page = document.body.appendChild(document.createElement("div"));
  const root = createRoot(page);
  const draw = (options: Partial<EditorOptions>) =>
    act(async () =>
      root.render(
        <StrictMode>
          <Held options={options} />
        </StrictMode>,
      ),
    );
  const texts = () => [...page.querySelectorAll(".tiptap")].map(({ textContent }) => textContent);

  const options = optionsOf("words");
  await draw(options);
  expect(held[0]).toBeNull();
  const first = held.at(-1);
  expect(first?.isDestroyed).toBe(false);
  expect(first?.view.root).toBe(first?.view.dom.getRootNode());
  expect(texts()).toEqual(["words"]);
  await draw(options);
  expect(held.at(-1)).toBe(first);
  expect(texts()).toEqual(["words"]);

  await draw(optionsOf("others"));
  expect(first?.isDestroyed).toBe(true);
  expect(texts()).toEqual(["others"]);

  await act(async () => root.unmount());
  page.remove();
  const made = new Set(held.filter((editor) => editor !== null));
  expect([...made].map(({ isDestroyed }) => isDestroyed)).toEqual([...made].map(() => true));
});
