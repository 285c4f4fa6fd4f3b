// @vitest-environment jsdom
import { expect, it } from "vitest";
import * as Y from "yjs";
import { setTitle } from "../../lib/collab/rename-document.ts";
import { TITLE_EDIT, titleUndo } from "./title-undo.ts";

it("undo in the title takes back what was written here, whatever others write there meanwhile", () => {
  const doc = new Y.Doc();
  const text = doc.getText("title");
  setTitle(doc, "Plan");
  const field = document.createElement("div");
  const stop = titleUndo(text, field);
  const press = (key: string, shiftKey = false) => {
    const event = new KeyboardEvent("keydown", { key, shiftKey, ctrlKey: true, cancelable: true });
    field.dispatchEvent(event);
    return event.defaultPrevented;
  };
  const write = (title: string) => doc.transact(() => setTitle(doc, title), TITLE_EDIT);
  const input = (inputType: string) =>
    field.dispatchEvent(new InputEvent("beforeinput", { inputType, cancelable: true }));

  write("Plan one");
  input("insertFromPaste");
  write("Plan one pasted");
  setTitle(doc, "Their Plan one pasted");
  expect(press("z")).toBe(true);
  expect(text.toString()).toBe("Their Plan one");
  press("z");
  expect(text.toString()).toBe("Their Plan");
  press("z");
  expect(text.toString(), "theirs stays, and so does what was there before").toBe("Their Plan");
  press("Z", true);
  expect(text.toString()).toBe("Their Plan one");
  press("y");
  expect(text.toString()).toBe("Their Plan one pasted");
  expect(input("historyUndo"), "by the browser's menu").toBe(false);
  expect(text.toString()).toBe("Their Plan one");
  stop();
  expect(press("z")).toBe(false);
});
