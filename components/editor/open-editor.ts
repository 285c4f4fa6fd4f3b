/** An editor on a session's document: block map, undo, binding and plugins, without React. */
import { type EditorOptions, Extension } from "@tiptap/core";
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { BlockMap } from "../../lib/core/block-map.ts";
import { createUndo } from "../../lib/core/block-undo.ts";
import { autolinkPlugin } from "../../lib/editor/autolink.ts";
import { uploadsKey } from "../../lib/editor/beside.ts";
import { EditorBinding, LOCAL, REMOTE } from "../../lib/editor/binding.ts";
import { cursorOf } from "../../lib/editor/caret-places.ts";
import { EditorChanges } from "../../lib/editor/changes.ts";
import { chosenPlugin } from "../../lib/editor/chosen-plugin.ts";
import { clickBelowPlugin } from "../../lib/editor/click-below.ts";
import { toggleTask } from "../../lib/editor/commands.ts";
import { compositionPlugin } from "../../lib/editor/composition.ts";
import { drawOnce } from "../../lib/editor/draw-once.ts";
import { emojiPlugin } from "../../lib/editor/emoji.ts";
import { flashPlugin } from "../../lib/editor/flash.ts";
import { findPlugin } from "../../lib/editor/found-places.ts";
import type { HighlightingKey } from "../../lib/editor/highlighting.ts";
import { markdownRules } from "../../lib/editor/input-rules.ts";
import { keymapPlugin } from "../../lib/editor/keymap.ts";
import { lateClipboard } from "../../lib/editor/late-clipboard.ts";
import { type Late, LateKit } from "../../lib/editor/late-kit.ts";
import { lateViewsPlugin } from "../../lib/editor/late-view.ts";
import { mathViewPlugin } from "../../lib/editor/math-view.ts";
import { type MentionDoor, mentionPlugin } from "../../lib/editor/mention.ts";
import { mentionPastePlugin } from "../../lib/editor/mention-paste.ts";
import { mentionViewPlugin } from "../../lib/editor/mention-view.ts";
import { nestingPlugin } from "../../lib/editor/nesting.ts";
import { normalizePlugin } from "../../lib/editor/normalize.ts";
import { quietRules } from "../../lib/editor/quiet-rules.ts";
import { documentExtensions } from "../../lib/editor/schema.ts";
import { sectionsPlugin } from "../../lib/editor/section-view.ts";
import { slashPlugin } from "../../lib/editor/slash.ts";
import { stillAttachment } from "../../lib/editor/still-attachment.ts";
import { stillEmbed } from "../../lib/editor/still-embed.ts";
import { tablePlugin } from "../../lib/editor/table-plugin.ts";
import { stepsTogether, undoStepsPlugin } from "../../lib/editor/undo-steps.ts";
import { afterText } from "../ui/text-first.ts";
import { toast } from "../ui/toast.ts";
import { OpenAttachments } from "./attachments/open-attachments.ts";
import { BarStore } from "./bar-store.ts";
import type { BlockKit } from "./block-kit.ts";
import { CalloutStore } from "./callout-store.ts";
import { CodeStore } from "./code-store.ts";
import { EmojiStore } from "./emoji-store.ts";
import { keepFolded, readFolded } from "./folded-toggles.ts";
import { FormatStore } from "./format-store.ts";
import { LinkStore } from "./link-store.ts";
import { loadMaths } from "./load-maths.ts";
import { MentionStore } from "./mention-store.ts";
import { offerLostBlocks } from "./offer-lost-blocks.ts";
import { shownDocument } from "./shown-document.ts";
import { SlashStore } from "./slash-store.ts";
import { TableStore } from "./table-store.ts";
import { unreadByReact } from "./unread-by-react.ts";

export type DocumentEditor = {
  readonly map: BlockMap;
  readonly slash: SlashStore;
  readonly emoji: EmojiStore;
  readonly mentions: MentionStore;
  readonly tables: TableStore;
  readonly formats: FormatStore;
  readonly links: LinkStore;
  readonly callouts: CalloutStore;
  readonly codes: CodeStore;
  readonly bar: BarStore;
  /** Takes back, or does again, this person's own changes only. */
  readonly history: {
    readonly undo: () => void;
    readonly redo: () => void;
    /** What undo would take back; the same as long as nothing else was done. */
    readonly last: () => unknown;
  };
  /** Calls on each change of text or selection; returns the way to stop. */
  readonly onChange: (listener: () => void) => () => void;
  /** What is done next is undone by itself. */
  readonly newStep: () => void;
  readonly attachments: OpenAttachments;
  /** What comes with the code of rare blocks. */
  readonly late: Late<BlockKit>;
  readonly options: Partial<EditorOptions>;
  readonly destroy: () => void;
};

export function openEditor(documentId: string, session: DocumentSession, door: MentionDoor): DocumentEditor {
  const map = new BlockMap(session.doc);
  const undo = createUndo(map, LOCAL);
  const binding = new EditorBinding(map);
  const emoji = new EmojiStore();
  const mentions = new MentionStore(door);
  const offers = offerLostBlocks(session, map, undo);
  const tables = new TableStore();
  const formats = new FormatStore();
  const links = new LinkStore(door.go);
  const callouts = new CalloutStore();
  const codes = new CodeStore();
  const bar = new BarStore();
  const late = new LateKit<BlockKit>({
    load: async () => {
      const code = await import("./block-kit.ts");
      return () => new code.BlockKit({ documentId, session, dialog: attachments.dialog, asSteps });
    },
    onMissing: () =>
      void toast("A part of the editor is not here yet. It comes as soon as there is a connection.", {
        description: "Pictures, files and embeds need it; what you began waits for it. The text is safe.",
      }),
  });
  const slash = new SlashStore();
  const asSteps = stepsTogether(undo);
  const attachments = new OpenAttachments((use) => void late.whenHere((kit) => use(kit.attachments)));
  const changes = new EditorChanges();
  const plugins = (): Plugin[] => [
    late.slot((kit) => kit.embedPaste()),
    mentionPastePlugin(door),
    autolinkPlugin({ soon: afterText, load: loadLinks }),
    lateClipboard({
      soon: afterText,
      load: async () => {
        late.ask();
        const [kit] = await Promise.all([late.arrived, loadLinks()]);
        return kit.clipboard();
      },
      onWaiting: () => void toast("What you pasted comes as soon as there is a connection."),
    }),
    slashPlugin((event) => slash.onKey(event)),
    emojiPlugin(
      (event) => emoji.onKey(event),
      (query) => emoji.show(query),
    ),
    mentionPlugin(
      (event) => mentions.onKey(event),
      (query) => mentions.show(query),
    ),
    mentionViewPlugin(door),
    links.plugin,
    formats.plugin,
    chosenPlugin(),
    late.slot((kit) => kit.attachments.keys()),
    late.slot((kit) => kit.attachments.fileDrop(), { events: ["dragleave"] }),
    late.slot((kit) => kit.attachments.places(), { key: uploadsKey }),
    attachments.plugin(),
    lateViewsPlugin(late, {
      attachment: { draw: stillAttachment, make: (kit) => kit.attachments.view },
      frame: { draw: stillEmbed, make: (kit) => kit.embedView, hearsChoice: true },
    }),
    tablePlugin(),
    late.slot((kit) => kit.tableHand()),
    late.slot((kit) => kit.columnWidths(), { events: ["pointerdown"] }),
    nestingPlugin({
      folded: readFolded(documentId),
      onChange: (folded) => keepFolded(documentId, folded),
    }),
    callouts.plugin,
    codes.plugin,
    keymapPlugin(undo),
    markdownRules(),
    undoStepsPlugin(undo, map),
    normalizePlugin(map),
    sectionsPlugin(),
    binding.plugin(),
    compositionPlugin((isComposing) => session.holdOthers(isComposing)),
    flashPlugin(),
    findPlugin(),
    changes.plugin,
    taskPlugin(),
    clickBelowPlugin(),
    followPlugin(session, map, slash, offers.wrote),
    tables.plugin,
    bar.plugin,
    late.slot((kit, key: HighlightingKey) => kit.highlighting(key)),
    late.slot((kit) => kit.mathHand()),
    mathViewPlugin(loadMaths),
    unreadByReact(),
    quietRules(),
    tellPlugin((doc) => shownDocument(session).set(doc)),
  ];
  return {
    map,
    slash,
    emoji,
    mentions,
    tables,
    formats,
    links,
    callouts,
    codes,
    bar,
    history: {
      undo: () => void undo.undo(),
      redo: () => void undo.redo(),
      last: () => undo.undoStack.at(-1),
    },
    onChange: changes.subscribe,
    newStep: () => undo.stopCapturing(),
    attachments,
    late,
    options: {
      onBeforeCreate: ({ editor }) => drawOnce(editor, binding.document(editor.schema)),
      extensions: [
        ...documentExtensions,
        Extension.create({ name: "document", priority: 1000, addProseMirrorPlugins: plugins }),
      ],
      // "delete" does each change once more, to tell of what nobody here asks; of pastes and drops nobody asks either
      enableCoreExtensions: { keymap: false, delete: false, drop: false, paste: false, textDirection: false },
      // the clipboard reads Markdown where a text is some: signs that a page shows are its words
      enablePasteRules: false,
      editorProps: { attributes: BODY_ATTRIBUTES, scrollThreshold: CLEAR_PX, scrollMargin: CLEAR_PX },
      injectCSS: false,
    },
    destroy: () => {
      shownDocument(session).set(null);
      mentions.destroy();
      attachments.destroy();
      late.kit?.destroy();
      late.destroy();
      offers.stop();
      binding.destroy();
      undo.destroy();
      map.destroy();
    },
  };
}

const loadLinks = async () => (await import("../../lib/editor/link-words.ts")).linker;

/** The caret is kept clear of the bar above and of what stands below: the foot, on a phone also the format bar. */
const CLEAR_PX = { top: 64, right: 0, bottom: 96, left: 0 };

const BODY_ATTRIBUTES = {
  class: "body",
  role: "textbox",
  "aria-label": "Document body",
  "aria-multiline": "true",
};

/** A click on a task's box ticks it; so does the space bar on it. */
function taskPlugin(): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        mousedown: (view, event) => {
          const box = (event.target as Element).closest?.(".task-box");
          if (!box || !view.editable) return false;
          event.preventDefault();
          const inside = box.nextElementSibling;
          if (!inside) return false;
          const place = view.state.doc.resolve(view.posAtDOM(inside, 0));
          return toggleTask(place.before(1))(view.state, view.dispatch);
        },
      },
    },
  });
}

/** Tells what is shown, now and after each change. */
function tellPlugin(tell: (doc: ProseMirrorNode) => void): Plugin {
  return new Plugin({
    view: ({ state }) => {
      tell(state.doc);
      return { update: (view) => tell(view.state.doc) };
    },
  });
}

const editsKey = new PluginKey<number>("edits");

/** Tells the others where the caret is and that keys are pressed; tells the slash menu what is typed. */
function followPlugin(
  session: DocumentSession,
  map: BlockMap,
  slash: SlashStore,
  onEdit: (view: EditorView) => void,
): Plugin {
  const tell = (view: EditorView) => {
    const place = view.hasFocus() ? cursorOf(map, view.state.doc, view.state.selection) : null;
    session.setCursor(place?.cursor ?? null, place?.blockId ?? null);
  };
  return new Plugin<number>({
    key: editsKey,
    state: {
      init: () => 0,
      apply: (transaction, edits) =>
        transaction.docChanged && !transaction.getMeta(REMOTE) ? edits + 1 : edits,
    },
    props: {
      handleDOMEvents: {
        focus: (view) => void queueMicrotask(() => tell(view)),
        blur: () => {
          slash.show(null);
          session.setCursor(null, null);
        },
      },
    },
    view: () => ({
      update(view, before) {
        slash.show(view.state);
        if (before.doc !== view.state.doc || !before.selection.eq(view.state.selection)) tell(view);
        if (editsKey.getState(before) === editsKey.getState(view.state)) return;
        session.keyPressed();
        onEdit(view);
      },
    }),
  });
}
