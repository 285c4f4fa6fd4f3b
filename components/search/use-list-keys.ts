"use client";
import {
  type ChangeEvent,
  type CompositionEvent,
  type KeyboardEvent,
  useEffect,
  useRef,
  useState,
} from "react";
import { lineId } from "./hit-list.tsx";
import { type Line, lineFor } from "./search-list.ts";
import type { SearchState, SearchStore } from "./search-store.ts";

/**
 * The field's text and keys. Half-made characters of an input method are not searched. Home and End go through the list
 * once the arrows do, and through the text while one types.
 */
export function useListKeys(
  store: SearchStore,
  state: SearchState,
  choose: (line: Line, isBeside: boolean) => void,
) {
  const [text, show] = useState("");
  const isMoving = useRef(false);
  useEffect(() => {
    document.getElementById(lineId(state.active))?.scrollIntoView({ block: "nearest" });
  }, [state.active]);
  const setText = (value: string) => {
    isMoving.current = false;
    show(value);
    store.type(value);
  };
  const enter = (isBeside: boolean) => {
    const line = state.lines[state.active];
    if (line?.kind === "search" && state.phase === "idle") setText(line.query);
    else if (!isBeside) store.enter();
    else if (line && state.phase !== "asking") choose(line, true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.altKey || event.shiftKey) return;
    const to = lineFor(event.key, state.active, state.lines.length, isMoving.current);
    if (to !== null) {
      isMoving.current = true;
      store.moveTo(to);
    } else if (event.key === "Enter") enter(event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  };
  const keys = {
    onKeyDown,
    onChange: ({ target, nativeEvent }: ChangeEvent<HTMLInputElement>) => {
      const isHalfMade = "isComposing" in nativeEvent && nativeEvent.isComposing === true;
      if (isHalfMade) show(target.value);
      else setText(target.value);
    },
    onCompositionEnd: ({ currentTarget }: CompositionEvent<HTMLInputElement>) => setText(currentTarget.value),
  };
  return { text, setText, keys };
}
