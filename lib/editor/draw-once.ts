import type { Editor } from "@tiptap/core";
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState } from "@tiptap/pm/state";

/**
 * Tiptap makes its view before its plugins and gives it those afterwards: as some of them bring node views, the whole
 * document is then drawn a second time. So the view is made of an empty one, and `doc` comes with the plugins. To be
 * called before the editor has a state (`onBeforeCreate`).
 */
export function drawOnce(editor: Editor, doc: ProseMirrorNode): void {
  // a node is as good as its JSON, and is made once; the type does not say so
  editor.options.content = doc.type.createAndFill() as unknown as Editor["options"]["content"];
  const mount = editor.mount.bind(editor);
  editor.mount = (place) => {
    editor.mount = mount;
    // asked once, for the plugins; the state that it answers has a `reconfigure` of its own again
    editor.state.reconfigure = ({ plugins = [] }) => EditorState.create({ doc, plugins });
    mount(place);
  };
}
