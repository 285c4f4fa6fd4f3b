"use client";
import type { EditorView } from "@tiptap/pm/view";
import {
  type CSSProperties,
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { filterLanguages, LANGUAGES, languageOf } from "../../lib/editor/languages.ts";
import type { CodeHere, CodeStore } from "./code-store.ts";
import { backTo } from "./format-tools.tsx";
import { inSight, scrollWithin } from "./list-place.ts";
import { useStore } from "./use-session.ts";

const GAP_PX = 4;

type Props = { view: EditorView; store: CodeStore; area: RefObject<HTMLDivElement | null> };

/** The language of a code block, out of a list that is filtered by typing. */
export function LanguageMenu({ view, store, area }: Props) {
  const here = useStore(store.here);
  return here ? <LanguageList key={here.id} view={view} here={here} store={store} area={area} /> : null;
}

function LanguageList({ view, here, store, area }: Props & { here: CodeHere }) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(() => indexOf(here.language));
  const found = filterLanguages(typed);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const place = usePlace(here, area, popup);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where there is less room the list shows another part
  useEffect(() => {
    const option = list.current?.querySelector(`#language-${chosen}`);
    if (option) scrollWithin(option);
  }, [chosen, place]);
  const close = () => {
    store.here.set(null);
    backTo(view);
  };
  const pick = (index: number) => {
    const language = found[index];
    if (!language) return;
    setLanguage(view, here, language.id);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && found.length > 0) setChosen((chosen + step + found.length) % found.length);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") pick(chosen);
    else return;
    event.preventDefault();
  };
  const onBlur = ({ relatedTarget, currentTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) store.here.set(null);
  };
  return (
    <div
      ref={popup}
      className="slash float languages"
      role="dialog"
      aria-label="Choose a language"
      style={place}
      onBlur={onBlur}
    >
      <input
        ref={field}
        className="input"
        role="combobox"
        aria-label="Language"
        aria-expanded
        aria-controls="language-list"
        aria-activedescendant={found.length > 0 ? `language-${chosen}` : undefined}
        placeholder="Find a language"
        value={typed}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
      />
      <div role="listbox" id="language-list" aria-label="Languages" ref={list}>
        {found.map(({ id, name }, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus; aria-activedescendant names the choice
          // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the field's
          <div
            key={id}
            id={`language-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="option"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(index)}
          >
            <span>{name}</span>
          </div>
        ))}
      </div>
      {found.length === 0 ? (
        <p className="note empty-note" role="status">
          No language is called “{typed.trim()}”.
        </p>
      ) : null}
    </div>
  );
}

const indexOf = (language: string): number => {
  const known = languageOf(language);
  return known ? LANGUAGES.indexOf(known) : 0;
};

function setLanguage(view: EditorView, { id }: CodeHere, language: string): void {
  view.state.doc.forEach((node, pos) => {
    if (node.attrs.id !== id) return;
    const { language: _before, ...rest } = node.attrs.props;
    view.dispatch(
      view.state.tr.setNodeAttribute(pos, "props", language === "" ? rest : { ...rest, language }),
    );
  });
}

/** Under the button, or above it where there is more room; looked for anew when a keyboard comes. */
function usePlace(
  { button }: CodeHere,
  area: RefObject<HTMLDivElement | null>,
  popup: RefObject<HTMLDivElement | null>,
) {
  const [place, setPlace] = useState<CSSProperties>({ top: 0, left: 0 });
  useLayoutEffect(() => {
    const find = () => {
      const around = area.current?.getBoundingClientRect();
      if (!around) return;
      const box = button.getBoundingClientRect();
      const seen = inSight();
      const below = seen.bottom - box.bottom - 2 * GAP_PX;
      const above = box.top - seen.top - 2 * GAP_PX;
      const isBelow = (popup.current?.offsetHeight ?? 0) <= below || below >= above;
      setPlace({
        ...(isBelow
          ? { top: box.bottom + GAP_PX - around.top }
          : { top: "auto", bottom: around.bottom - box.top + GAP_PX }),
        left: box.left - around.left,
        ["--room" as string]: `${Math.round(isBelow ? below : above)}px`,
      });
    };
    find();
    window.addEventListener("resize", find);
    return () => window.removeEventListener("resize", find);
  }, [button, area, popup]);
  return place;
}
