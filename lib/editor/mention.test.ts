// @vitest-environment jsdom
import { Slice } from "@tiptap/pm/model";
import { EditorState, NodeSelection, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { afterEach, describe, expect, it } from "vitest";
import { type Mention, readMention } from "../core/mention.ts";
import {
  closeMention,
  insertMention,
  type MentionDoor,
  mentionPlugin,
  mentionQuery,
  type Named,
  unmakeMention,
} from "./mention.ts";
import { mentionPastePlugin } from "./mention-paste.ts";
import { mentionViewPlugin } from "./mention-view.ts";
import { schema } from "./schema.ts";

const ID = "7f3c1c9a-1111-4222-8333-444455556666";
const PLAN: Mention = { kind: "document", id: ID, workspace: ID, label: "Plan" };

let names: Record<string, Named> = {};
let tell: () => void = () => undefined;
const gone: string[] = [];
const door: MentionDoor = {
  look: ({ id }) => names[id] ?? null,
  subscribe: (listener) => {
    tell = listener;
    return () => undefined;
  },
  find: () => [],
  go: (href) => void gone.push(href),
  make: () => Promise.resolve(),
};
const views: EditorView[] = [];
afterEach(() => {
  for (const view of views.splice(0)) view.destroy();
  names = {};
  gone.length = 0;
});

/** An editor in which the last letter has just been typed. */
function typing(words: string, type = "block", marks: string[] = []): EditorView {
  const before = words.slice(0, -1);
  const text =
    before === ""
      ? []
      : [
          schema.text(
            before,
            marks.map((name) => schema.mark(name)),
          ),
        ];
  const doc = schema.node("doc", null, [schema.node(type, { id: "a".repeat(32) }, text)]);
  const plugins = [
    mentionPlugin(
      () => false,
      () => undefined,
    ),
    mentionViewPlugin(door),
    mentionPastePlugin(door),
  ];
  const state = EditorState.create({ doc, plugins, selection: TextSelection.create(doc, before.length + 1) });
  const view = new EditorView(document.body.appendChild(document.createElement("div")), { state });
  views.push(view);
  view.dispatch(view.state.tr.insertText(words.slice(-1)));
  return view;
}
const typeOn = (view: EditorView, words: string) => {
  for (const letter of words) view.dispatch(view.state.tr.insertText(letter));
};
const asked = (words: string, ...more: [string?, string[]?]) => {
  const sign = /^.*?(\[\[|［［|【【|[@＠])/u.exec(words)?.[0] ?? words;
  const view = typing(sign, ...more);
  typeOn(view, words.slice(sign.length));
  const query = mentionQuery(view.state);
  return query && `${query.sign} ${query.text}`;
};

describe("mentions", () => {
  it.each([
    ["@", "@ "],
    ["see @pla", "@ pla"],
    ["(@the pla", "@ the pla"],
    ["和@计划", "@ 计划"],
    ["和＠计划", "@ 计划"],
    ["[[", "[[ "],
    ["see[[the pla", "[[ the pla"],
    ["［［计划", "[[ 计划"],
    ["[[plan]", "[[ plan"],
  ])("are asked for by %j", (words, wanted) => expect(asked(words)).toBe(wanted));

  it.each([
    ["me@pla"],
    ["me.you@pla"],
    ["@ pla"],
    ["@a@b"],
    ["[pla"],
    ["[[plan]]"],
    ["@pla", "codeBlock"],
    ["[[pla", "mathBlock"],
    ["a @pla", "block", ["code"]],
    ["a [[pla", "block", ["math"]],
  ] as [string, string?, string[]?][])("and not by %j in %s %s", (words, type = "block", marks = []) => {
    expect(asked(words, type, marks)).toBeNull();
  });

  it("the list closes by Escape until another sign is typed, and does not open where one only comes by", () => {
    const view = typing("@");
    closeMention(view);
    typeOn(view, "pl");
    expect(mentionQuery(view.state)).toBeNull();
    typeOn(view, " @");
    expect(mentionQuery(view.state)?.text).toBe("");
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1)));
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 4)));
    expect(mentionQuery(view.state)).toBeNull();
  });

  it("stand in place of what was typed, are drawn by the name of now, and follow it", () => {
    names = { [ID]: { name: "The plan", href: "/w/1/d/2", where: "Ideas" } };
    const view = typing("see @");
    typeOn(view, "pl");
    insertMention(view, PLAN);
    const shown = () => view.dom.querySelector(".object")?.innerHTML;
    expect(view.state.doc.textBetween(0, view.state.doc.content.size, "", "*")).toBe("see *");
    expect(shown()).toBe(
      '<a class="mention" data-mention="document" title="Ideas" href="/w/1/d/2">The plan</a>',
    );
    names = { [ID]: { name: "<b>", href: "/w/1/d/2", where: "" } };
    tell();
    expect(shown()).toContain(">&lt;b&gt;</a>");
    names = {};
    tell();
    expect(shown()).toBe('<span class="mention unseen-name" data-mention="document">Plan</span>');
  });

  it("lead there by a click and by Enter, where there is a place", () => {
    names = { [ID]: { name: "Plan", href: "/there", where: "" } };
    const view = typing("@");
    insertMention(view, PLAN);
    const click = (more: MouseEventInit = {}) => {
      let isTaken = false;
      const last = (event: Event) => {
        isTaken = event.defaultPrevented;
        event.preventDefault(); // no page is there to go to
      };
      window.addEventListener("click", last, { once: true });
      view.dom
        .querySelector("a")
        ?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...more }));
      return isTaken;
    };
    const press = (more: KeyboardEventInit = {}) => {
      const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more });
      view.someProp("handleKeyDown", (handle) => handle(view, event) || undefined);
    };
    expect(click()).toBe(true);
    expect(click({ ctrlKey: true }), "another tab is the link's own way").toBe(false);
    press();
    expect(gone, "Enter beside it is a line").toEqual(["/there"]);
    press({ altKey: true });
    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, 1)));
    press();
    expect(gone).toEqual(["/there", "/there", "/there"]);
    names = {};
    press();
    expect(gone).toHaveLength(3);
  });

  it("come of a document's address that is pasted by itself, where the reader may see it", () => {
    names = { [ID]: { name: "Plan", href: "/there", where: "" } };
    const path = `/w/${ID}/d/${ID}`;
    const pasted = (text: string, type = "block", shiftKey = false) => {
      const view = typing("a ", type);
      view.dom.dispatchEvent(new KeyboardEvent("keydown", { key: "v", shiftKey }));
      const event = Object.assign(new Event("paste"), { clipboardData: { getData: () => text } });
      const isTaken = view.someProp("handlePaste", (paste) =>
        paste(view, event as unknown as ClipboardEvent, Slice.empty),
      );
      const value = view.state.doc.firstChild?.lastChild?.attrs.value;
      return isTaken === true && readMention(value);
    };
    const here = window.location.origin;
    expect(pasted(` ${here}${path}\n`)).toEqual(PLAN);
    for (const other of [
      `https://elsewhere.example${path}`,
      `${here}${path}#${"a".repeat(32)}`,
      `${here}${path} and`,
      path,
    ])
      expect(pasted(other), other).toBe(false);
    expect(pasted(here + path, "codeBlock")).toBe(false);
    expect(pasted(here + path, "block", true), "as plain text").toBe(false);
    names = {};
    expect(pasted(here + path)).toBe(false);
  });

  it("become words again when their document was not made", () => {
    const view = typing("[[");
    insertMention(view, { ...PLAN, id: ID.replace("7", "8") });
    typeOn(view, " @");
    insertMention(view, PLAN);
    unmakeMention(view, PLAN);
    expect(view.state.doc.textBetween(0, view.state.doc.content.size, "", "*")).toBe("* Plan");
  });
});
