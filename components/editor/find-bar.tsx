"use client";
import type { EditorView } from "@tiptap/pm/view";
import { CaseSensitive, ChevronDown, ChevronUp, WholeWord, X } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import {
  countFound,
  type Found,
  goToFound,
  replaceAllFound,
  replaceFound,
  seek,
  showFound,
} from "../../lib/editor/find.ts";
import type { Sought } from "../../lib/editor/find-as-shown.ts";
import { drawInSight, nearSight } from "../../lib/editor/found-in-sight.ts";
import type { MentionDoor } from "../../lib/editor/mention.ts";
import { toast } from "../ui/toast.ts";
import { onOpenFind } from "./open-find.ts";

type Props = {
  view: EditorView;
  isWritable: boolean;
  look: MentionDoor["look"];
  newStep: () => void;
  onChange: (listener: () => void) => () => void;
};

const NOTHING: Sought = { text: "", isCaseSensitive: false, isWholeWord: false };

/** Ctrl/Cmd+F and the document's menu: finds in this document, and replaces where one may write. Escape closes it at the place that was found. */
export function FindBar({ view, isWritable, look, newStep, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  useFindKey(view, () => setOpen(true));
  if (!isOpen) return null;
  const close = () => {
    setOpen(false);
    seek(view, null, look);
    view.focus();
  };
  return <Finding {...{ view, isWritable, look, newStep, onChange }} onClose={close} />;
}

function useFindKey(view: EditorView, onOpen: () => void) {
  const open = useRef(onOpen);
  open.current = onOpen;
  // with the commit that shows the tools, not behind it
  useLayoutEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const isFind =
        event.key.toLowerCase() === "f" &&
        (event.ctrlKey || event.metaKey) &&
        !event.shiftKey &&
        !event.altKey;
      if (!isFind || view.isDestroyed) return;
      event.preventDefault();
      // what is typed right behind the key belongs into the field
      flushSync(() => open.current());
      show();
    };
    const show = () => {
      open.current();
      document.querySelector<HTMLInputElement>("[data-find]")?.select();
    };
    window.addEventListener("keydown", onKey);
    const stop = onOpenFind(view, show);
    return () => {
      window.removeEventListener("keydown", onKey);
      stop();
    };
  }, [view]);
}

function Finding({ view, isWritable, look, newStep, onChange, onClose }: Props & { onClose: () => void }) {
  const [sought, setSought] = useState<Sought>(() => ({ ...NOTHING, text: selectedText(view) }));
  const [replacement, setReplacement] = useState("");
  const found = useFound(view, sought, look, onChange);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const go = (by: 1 | -1) => {
    goToFound(view, by);
    showFound(view);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter" && event.target === field.current) go(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const all = () => {
    newStep();
    toast(replacedInWords(replaceAllFound(view, replacement)));
  };
  const one = (event: FormEvent) => {
    event.preventDefault();
    newStep();
    replaceFound(view, replacement);
    showFound(view);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to all readers yet
    <form
      className="find-bar float"
      role="search"
      aria-label="Find in this document"
      onKeyDown={onKey}
      onSubmit={one}
    >
      <div className="find-row">
        <input
          ref={field}
          data-find=""
          className="input"
          aria-label="Find"
          placeholder="Find"
          value={sought.text}
          onChange={(event) => setSought({ ...sought, text: event.target.value })}
        />
        <span className="note num" role="status" aria-label="Found">
          {inWords(sought, found)}
        </span>
        <Toggle
          label="Match case"
          isOn={sought.isCaseSensitive}
          Icon={CaseSensitive}
          onClick={() => setSought({ ...sought, isCaseSensitive: !sought.isCaseSensitive })}
        />
        <Toggle
          label="Whole words"
          isOn={sought.isWholeWord}
          Icon={WholeWord}
          onClick={() => setSought({ ...sought, isWholeWord: !sought.isWholeWord })}
        />
        <button
          type="button"
          className="icon-button"
          aria-label="Previous"
          disabled={found.count === 0}
          onClick={() => go(-1)}
        >
          <ChevronUp className="i" aria-hidden />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Next"
          disabled={found.count === 0}
          onClick={() => go(1)}
        >
          <ChevronDown className="i" aria-hidden />
        </button>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <X className="i" aria-hidden />
        </button>
      </div>
      {isWritable ? (
        <div className="find-row">
          <input
            className="input"
            aria-label="Replace with"
            placeholder="Replace with"
            value={replacement}
            onChange={(event) => setReplacement(event.target.value)}
          />
          <button type="submit" className="button" disabled={found.count === 0}>
            Replace
          </button>
          <button type="button" className="button" disabled={found.count === 0} onClick={all}>
            Replace all
          </button>
        </div>
      ) : null}
    </form>
  );
}

type ToggleProps = { label: string; isOn: boolean; Icon: typeof X; onClick: () => void };

function Toggle({ label, isOn, Icon, onClick }: ToggleProps) {
  return (
    <button type="button" className="icon-button" aria-label={label} aria-pressed={isOn} onClick={onClick}>
      <Icon className="i" aria-hidden />
    </button>
  );
}

/** Marks and counts, after each change of what is sought, of the text and of the selection. */
function useFound(
  view: EditorView,
  sought: Sought,
  look: MentionDoor["look"],
  onChange: Props["onChange"],
): Found {
  const [found, setFound] = useState<Found>({ count: 0, at: 0, isMore: false });
  useEffect(() => {
    seek(view, sought.text === "" ? null : sought, look, nearSight(view));
    let frame = 0;
    const count = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        if (!view.isDestroyed) setFound(countFound(view.state));
      });
    };
    count();
    const stops = [onChange(count), drawInSight(view)];
    return () => {
      for (const stop of stops) stop();
      cancelAnimationFrame(frame);
    };
  }, [view, sought, look, onChange]);
  return found;
}

function inWords({ text }: Sought, { count, at, isMore }: Found): string {
  if (text === "") return "";
  if (count === 0) return "Nothing found";
  return `${at > 0 ? `${at} of ` : ""}${count}${isMore ? "+" : ""}`;
}

/** What was selected within one block is what one most likely seeks. */
function selectedText(view: EditorView): string {
  const { $from, $to, from, to, empty } = view.state.selection;
  return empty || !$from.sameParent($to) ? "" : view.state.doc.textBetween(from, to).slice(0, 200);
}

function replacedInWords({ replaced, stayed }: ReturnType<typeof replaceAllFound>): string {
  const done = replaced === 1 ? "1 place was replaced." : `${replaced} places were replaced.`;
  if (stayed === 0) return done;
  return `${done} ${stayed === 1 ? "1 is a mention, and stays." : `${stayed} are mentions, and stay.`}`;
}
