"use client";
import type { EditorView } from "@tiptap/pm/view";
import {
  type FormEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { chooseWords, readHref, setLink } from "../../lib/editor/format-commands.ts";
import { toast } from "../ui/toast.ts";
import type { Chosen, FormatStore } from "./format-store.ts";
import { backTo, ColorMenu, HighlightMenu, LinkTool, MarkTools, ShapeMenu } from "./format-tools.tsx";
import { useStore } from "./use-session.ts";

const GAP_PX = 6;

type Props = { view: EditorView; store: FormatStore; area: RefObject<HTMLDivElement | null> };

/** Over the chosen text: marks, colours, link, shape. Alt+F10 leads into it, Escape back. */
export function Bubble({ view, store, area }: Props) {
  const chosen = useStore(store.chosen);
  const [isLinking, setLinking] = useState(false);
  const bar = useRef<HTMLDivElement>(null);
  const place = usePlace(view, chosen, isLinking, area, bar);
  useEffect(() => {
    store.onLink = () => {
      if (!chooseWords(view.state, view.dispatch)) return toast("Choose the words that are to be a link.");
      store.showAgain(view);
      setLinking(true);
    };
    store.onEnter = () => bar.current?.querySelector("button")?.focus();
  }, [store, view]);
  if (chosen === null) {
    if (isLinking) setLinking(false);
    return null;
  }
  return (
    <div
      className="bubble float"
      ref={bar}
      role="toolbar"
      aria-label="Formatting"
      data-format-tools=""
      style={place}
      onKeyDown={(event) => onToolbarKey(event, view)}
    >
      {isLinking ? (
        <LinkField view={view} href={chosen.formats.link} onDone={() => setLinking(false)} />
      ) : (
        <>
          <ShapeMenu view={view} />
          <span className="sep" />
          <MarkTools view={view} formats={chosen.formats} />
          <ColorMenu view={view} />
          <HighlightMenu view={view} />
          <span className="sep" />
          <LinkTool isOn={chosen.formats.link !== null} onClick={() => setLinking(true)} />
        </>
      )}
    </div>
  );
}

/** Left and right go through a toolbar, Escape goes back into the text. */
export function onToolbarKey(event: KeyboardEvent<HTMLElement>, view: EditorView): void {
  if (event.key === "Escape") backTo(view);
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0 || event.target instanceof HTMLInputElement) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("a, button")];
  const at = buttons.indexOf(event.target as HTMLElement);
  if (at >= 0) buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}

type FieldProps = { view: EditorView; href: string | null; onDone: () => void };

function LinkField({ view, href, onDone }: FieldProps) {
  const [typed, setTyped] = useState(href ?? "");
  const [isRefused, setRefused] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const finish = (to: string | null) => {
    setLink(to)(view.state, view.dispatch);
    onDone();
    backTo(view);
  };
  const apply = (event: FormEvent) => {
    event.preventDefault();
    const address = readHref(typed);
    if (address === null) setRefused(true);
    else finish(address);
  };
  return (
    <form className="link-form" onSubmit={apply}>
      <input
        ref={field}
        className="input"
        aria-label="Link address"
        aria-invalid={isRefused}
        placeholder="Paste or type an address"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setRefused(false);
        }}
      />
      <button type="submit" className="button">
        Apply
      </button>
      {href === null ? null : (
        <button type="button" className="button" onClick={() => finish(null)}>
          Remove link
        </button>
      )}
      {isRefused ? (
        <p className="note" role="alert">
          No link can lead there. An address begins with https://, mailto:, tel: or /.
        </p>
      ) : null}
    </form>
  );
}

/** Above where the chosen text begins, within the width of the page. */
function usePlace(
  view: EditorView,
  chosen: Chosen | null,
  isLinking: boolean,
  area: RefObject<HTMLDivElement | null>,
  bar: RefObject<HTMLDivElement | null>,
) {
  const [place, setPlace] = useState<{ top: number; left: number }>({ top: 0, left: 0 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the field is wider than the buttons
  useLayoutEffect(() => {
    const around = area.current?.getBoundingClientRect();
    const size = bar.current?.getBoundingClientRect();
    if (chosen === null || !around || !size || chosen.to > view.state.doc.content.size) return;
    const at = view.coordsAtPos(chosen.from);
    const top = at.top - around.top - size.height - GAP_PX;
    const below = view.coordsAtPos(chosen.to).bottom - around.top + GAP_PX;
    const isRoom = at.top - size.height - GAP_PX > 0;
    const left = Math.max(0, Math.min(at.left - around.left, around.width - size.width));
    setPlace({ top: isRoom ? top : below, left });
  }, [view, chosen, isLinking, area, bar]);
  return place;
}
