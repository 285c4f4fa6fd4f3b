/** Toggles: a block of text whose inside each reader can fold away. That it is folded is the reader's, not the document's. */
export const TOGGLE = "toggle";
