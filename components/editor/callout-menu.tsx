"use client";
import type { EditorView } from "@tiptap/pm/view";
import { Info, Lightbulb, type LucideIcon, OctagonAlert, TriangleAlert } from "lucide-react";
import { TONE_NAMES, TONES, type Tone } from "../../lib/core/callout.ts";
import type { BlockId } from "../../lib/core/ids.ts";
import { MenuItem, MenuPopup, MenuRoot } from "../ui/menu.tsx";
import type { CalloutStore } from "./callout-store.ts";
import { backTo } from "./format-tools.tsx";
import { useStore } from "./use-session.ts";

const ICONS: Record<Tone, LucideIcon> = {
  info: Info,
  good: Lightbulb,
  warn: TriangleAlert,
  bad: OctagonAlert,
};

/** What a callout says by its icon and ground: note, tip, warning, caution. */
export function CalloutMenu({ view, store }: { view: EditorView; store: CalloutStore }) {
  const here = useStore(store.here);
  return (
    <MenuRoot open={here !== null} onOpenChange={(open) => open || store.here.set(null)}>
      <MenuPopup anchor={here?.place ?? null} focusAfter={() => backTo(view)}>
        {TONES.map((tone) => (
          <MenuItem key={tone} icon={ICONS[tone]} onClick={() => here && setTone(view, here.id, tone)}>
            {TONE_NAMES[tone]}
          </MenuItem>
        ))}
      </MenuPopup>
    </MenuRoot>
  );
}

function setTone(view: EditorView, id: BlockId, tone: Tone): void {
  view.state.doc.forEach((node, pos) => {
    if (node.attrs.id !== id) return;
    view.dispatch(view.state.tr.setNodeAttribute(pos, "props", { ...node.attrs.props, tone }));
  });
}
