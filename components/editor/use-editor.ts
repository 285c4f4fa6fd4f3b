/** Tiptap's editor as a component holds it. */
import { Editor, type EditorOptions } from "@tiptap/core";
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/**
 * Null until it is made, which is after the first paint: making it takes long. Its text stands in `place` as soon as the
 * component is drawn with it. It goes with the component, or when there are other options.
 */
export function useEditor(
  options: Partial<EditorOptions>,
  place: RefObject<HTMLElement | null>,
): Editor | null {
  const [editor, setEditor] = useState<Editor | null>(null);
  useEffect(() => {
    const made = new Editor(options);
    setEditor(made);
    return () => {
      setEditor(null);
      made.destroy();
    };
  }, [options]);
  useLayoutEffect(() => {
    if (!editor) return;
    place.current?.append(editor.view.dom);
    editor.view.updateRoot();
  }, [editor, place]);
  return editor;
}
