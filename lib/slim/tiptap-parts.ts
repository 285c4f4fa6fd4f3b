/**
 * In the place of modules of Tiptap that the editor never runs (scripts/build-slim-tiptap.ts): what the rest of it names
 * of them. What is asked to do something after all says that it is not here.
 */
const missing = (what: string) => (): never => {
  throw new Error(`The slim Tiptap has no ${what} (scripts/build-slim-tiptap.ts).`);
};

/** The editor begins with a document that is made already; never with HTML or JSON. */
export const createDocument = <Content>(content: Content): Content =>
  typeof content === "object" && content !== null && "nodeSize" in content
    ? content
    : missing("parser of content")();

/** The page sets the focus. */
export const resolveFocusPosition = (_doc: unknown, position: unknown = null): null =>
  position ? missing("autofocus")() : null;

/** No extension here draws with `addDecorations`: plugins do. */
export class DecorationManager {
  readonly plugin = null;
  constructor({ entries }: { readonly entries: readonly unknown[] }) {
    if (entries.length > 0) missing("decorations")();
  }
  destroy(): void {
    // it made nothing
  }
}
export const isInDecorationApplyScope = (): boolean => false;

/** Core extensions that are off (open-editor.ts): the editor sorts them out by name, before it asks what they are. */
const off = (name: string) => {
  const extension = {
    name,
    configure: () => extension,
    get type(): never {
      return missing(`core extension "${name}"`)();
    },
  };
  return extension;
};
export const Delete = off("delete");
export const Drop = off("drop");
export const Keymap = off("keymap");
export const Paste = off("paste");
export const TextDirection = off("textDirection");

/** What one may ask an editor, and nobody asks this one: its state and its view say it. */
export const createMappablePosition = missing("positions that move");
export const getUpdatedPosition = createMappablePosition;
export const getAttributes = missing("getAttributes");
export const isActive = missing("isActive");
export const isNodeEmpty = missing("isEmpty");
export class NodePos {
  constructor() {
    missing("NodePos")();
  }
}

/** The schema is made of the extensions alone. */
export const getSchemaAttributes = missing("schema from outside");
export const mergeSchemaSpec = getSchemaAttributes;

/** Styles are the page's own. */
export const createStyleTag = missing("styles");
export const style = "";

export const updateMarkViewAttributes = missing("views of marks");
/** There is one ProseMirror: the bundle imports it as everything else does. */
export const warnOnDuplicatedProseMirrorModel = (): void => undefined;
