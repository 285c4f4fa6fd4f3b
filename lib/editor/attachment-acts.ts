/** What a person does with pictures and files, for the histories of binding.property.test.ts. */
import { deleteSelection } from "@tiptap/pm/commands";
import { type Command, type EditorState, NodeSelection, type Transaction } from "@tiptap/pm/state";
import { attachmentKey } from "../core/attachment.ts";
import type { Random } from "../core/history.ts";
import { placeOfSelection } from "./beside.ts";
import { blockAt, isAttachment } from "./commands.ts";
import { describePicture } from "./describe-picture.ts";
import { endUpload, putAttachment, startUploads } from "./upload-places.ts";

type Actor = {
  readonly state: EditorState;
  readonly dispatch: (tr: Transaction) => void;
  readonly run: (command: Command) => void;
};

const KEY = attachmentKey("0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10", "7f3c1c9a-1111-4222-8333-444455556666");
const ABOUT = { key: KEY, name: "sea.png", mime: "image/png", size: 9, width: 3, height: 2, alt: "" };

/** Begins an upload, and now and then ends one of those begun: stored or given up. */
export function uploadAct(actor: Actor, random: Random): void {
  const id = `upload ${random.below(4)}`;
  if (random.chance(0.5)) actor.dispatch(startUploads(actor.state, [id], placeOfSelection(actor.state)));
  const type = random.chance(0.7) ? "image" : "file";
  const end = random.chance(0.9) ? putAttachment(actor.state, id, type, ABOUT) : endUpload(actor.state, id);
  if (end) actor.dispatch(end);
}

export function describeAct(actor: Actor, random: Random): void {
  const pictures: string[] = [];
  actor.state.doc.forEach((node) => void (isAttachment(node) && pictures.push(node.attrs.id)));
  actor.dispatch(describePicture(actor.state, random.pick(pictures) ?? "", `words ${random.below(3)}`));
}

/** With the caret in a caption: chooses its block, then deletes it or goes on behind it. */
export const choosePictureAct =
  (enter: Command) =>
  (actor: Actor, random: Random): void => {
    const { doc, selection, tr } = actor.state;
    const { node, pos } = blockAt(doc, selection.from);
    if (!isAttachment(node)) return;
    actor.dispatch(tr.setSelection(NodeSelection.create(doc, pos)));
    actor.run(random.chance(0.5) ? enter : deleteSelection);
  };
