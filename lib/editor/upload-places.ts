/**
 * Where in the text each upload will stand. A place is beside a block, and moves with it whatever others do; when the
 * block goes, it is the gap that the block left. Uploads beside the same block keep their order, whichever is stored first.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type EditorState, Plugin, type Transaction } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { type Attachment, type AttachmentType, attachmentProps } from "../core/attachment.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { type Beside, uploadsKey as key } from "./beside.ts";
import { STEP_TOGETHER } from "./undo-steps.ts";

export type Place = Beside & { readonly id: string /** Between two top nodes. */; readonly pos: number };
type Change = { readonly add?: readonly Place[]; readonly remove?: string; readonly moved?: BlockId };

/** @param card what stands at the place of an upload meanwhile: always the same element for one id. */
export function uploadPlacesPlugin(card: (id: string) => HTMLElement): Plugin<readonly Place[]> {
  return new Plugin<readonly Place[]>({
    key,
    state: {
      init: () => [],
      apply: (tr, places) => {
        const change: Change | undefined = tr.getMeta(key);
        if (!change && (places.length === 0 || !tr.docChanged)) return places;
        return follow(tr, change ? changed(places, change) : places);
      },
    },
    props: {
      decorations(state) {
        const places = this.getState(state) ?? [];
        if (places.length === 0) return null;
        return DecorationSet.create(
          state.doc,
          places.map(({ id, pos }) =>
            Decoration.widget(pos, () => card(id), {
              key: `upload ${id}`,
              side: -1,
              ignoreSelection: true,
              stopEvent: () => true,
            }),
          ),
        );
      },
    },
  });
}

/** Those before the one that has become a block stand before it, those behind it behind. */
function changed(places: readonly Place[], { add = [], remove, moved }: Change): readonly Place[] {
  const at = places.findIndex(({ id }) => id === remove);
  const gone = places[at];
  const kept = places.flatMap((place, index): Place[] => {
    if (place === gone) return [];
    const isSame = gone && moved && place.block === gone.block && place.side === gone.side;
    if (!isSame) return [place];
    if (place.side === "behind" && index > at) return [{ ...place, block: moved }];
    if (place.side === "before" && index < at) return [{ ...place, block: moved }];
    return [place];
  });
  return [...kept, ...add];
}

function follow(tr: Transaction, places: readonly Place[]): readonly Place[] {
  const starts = new Map<unknown, { from: number; to: number }>();
  tr.doc.forEach((node, pos) => void starts.set(node.attrs.id, { from: pos, to: pos + node.nodeSize }));
  return places.map((place) => {
    const block = starts.get(place.block);
    if (block) return { ...place, pos: place.side === "before" ? block.from : block.to };
    return { ...place, pos: gapNear(tr.doc, tr.mapping.map(place.pos)) };
  });
}

/** The nearest position between two top nodes, at or before `position`. */
function gapNear(doc: ProseMirrorNode, position: number): number {
  const $pos = doc.resolve(Math.min(position, doc.content.size));
  return $pos.depth === 0 ? $pos.pos : $pos.before(1);
}

export function startUploads(state: EditorState, ids: readonly string[], beside: Beside): Transaction {
  const add = ids.map((id): Place => ({ ...beside, id, pos: 0 }));
  return state.tr.setMeta(key, { add } satisfies Change);
}

export const endUpload = (state: EditorState, id: string): Transaction =>
  state.tr.setMeta(key, { remove: id } satisfies Change);

/** Makes the upload a block at its place, as a part of a step (`StepsTogether`); null when it has none. */
export function putAttachment(
  state: EditorState,
  id: string,
  type: AttachmentType,
  attachment: Attachment,
): Transaction | null {
  const place = key.getState(state)?.find((one) => one.id === id);
  const { schema, doc } = state;
  if (!place) return null;
  const $at = doc.resolve(place.pos);
  const [above, below] = [$at.nodeBefore?.attrs.depth ?? 0, $at.nodeAfter?.attrs.depth ?? 0];
  // what stands inside the block above stays inside it
  const depth = place.side === "before" || below > above ? below : above;
  const block = newBlockId();
  const node = schema.node("attachment", { id: block, type, depth, props: attachmentProps(attachment) });
  const change: Change = { remove: id, moved: block };
  return state.tr.insert(place.pos, node).setMeta(key, change).setMeta(STEP_TOGETHER, true);
}
